import type { Command } from 'commander';
import { predictRun, resolveRun, type CheckpointName } from '#core/runs';
import { openFolder } from '../opened';
import { checkpointOption, deviceOption, example, jsonOption, memberOption, terminalOf, threadsOption } from '../options';
import { checkOutputFile } from '../output-file';

interface PredictOptions {
  data: string;
  out: string;
  checkpoint?: CheckpointName;
  member?: number | 'best';
  device?: string;
  threads?: number;
  json?: boolean;
}

export function addPredict(program: Command): void {
  example(
    program
      .command('predict')
      .description('predict every row or picture of a file, and write a CSV')
      .argument('<run>', 'its folder, id or name')
      .requiredOption('--data <path>', 'a file or folder with the columns (or pictures) that the network was trained on')
      .requiredOption('--out <file>', 'the CSV to write')
      .addOption(checkpointOption())
      .addOption(memberOption())
      .addOption(deviceOption())
      .addOption(threadsOption())
      .addOption(jsonOption()),
    'basin predict runs/iris --data new.csv --out predictions.csv',
  ).action(async (named: string, options: PredictOptions) => {
    const terminal = terminalOf(options);
    checkOutputFile(options.out);
    const { folder } = resolveRun(named);
    const run = await openFolder(folder, options);
    const summary = await predictRun(run, { data: { path: options.data }, out: options.out, checkpoint: options.checkpoint ?? run.usualCheckpoint });
    for (const warning of summary.warnings) terminal.note(`Note: ${warning}`);
    for (const { what, count, reason } of summary.dropped) terminal.note(`Note: ${count} ${what} left out: ${reason}`);
    terminal.result(summary, () => `${summary.path}: ${summary.rows} predictions`);
  });
}
