import type { Command } from 'commander';
import { Option } from 'commander';
import { evaluateRun, resolveRun, splitNames, type CheckpointName, type SplitName } from '#core/runs';
import { openFolder } from '../opened';
import { checkpointOption, deviceOption, example, jsonOption, memberOption, terminalOf, threadsOption } from '../options';
import { number, table } from '../terminal';

interface EvalOptions {
  data?: string;
  split: SplitName;
  checkpoint?: CheckpointName;
  member?: number | 'best';
  device?: string;
  threads?: number;
  json?: boolean;
}

export function addEval(program: Command): void {
  example(
    program
      .command('eval')
      .description('judge a trained network, on its own data or on another file')
      .argument('<run>', 'its folder, id or name')
      .option('--data <path>', 'a labelled file or folder instead of the run\'s own data')
      .addOption(new Option('--split <part>', 'part of the run\'s own data').choices([...splitNames]).default('test'))
      .addOption(checkpointOption())
      .addOption(memberOption())
      .addOption(deviceOption())
      .addOption(threadsOption())
      .addOption(jsonOption()),
    'basin eval runs/iris --split test',
    'basin eval runs/iris --data more-flowers.csv --json',
  ).action(async (named: string, options: EvalOptions) => {
    const terminal = terminalOf(options);
    const { folder, file } = resolveRun(named);
    const run = await openFolder(folder, options);
    const checkpoint = options.checkpoint ?? run.usualCheckpoint;
    const on = options.data === undefined ? options.split : { path: options.data };
    const { worst: farthest, residuals: _, ...evaluation } = await evaluateRun(run, { on, checkpoint, worst: 10 });
    // A document is no place for pictures.
    const worst = farthest.map(({ image: __, ...rest }) => rest);
    const { loss, metrics, examples, classes, perClass, confusion, withoutTarget } = evaluation;
    terminal.result({ run: file.id, checkpoint, on, ...evaluation, worst }, () => [
      `${file.name}, ${checkpoint} weights, on ${options.data ?? `the ${options.split} part`}: ${examples} examples`,
      ...(withoutTarget > 0 ? [`${withoutTarget} rows have no target that the network knows and were left out.`] : []),
      '',
      ...table(['', 'value'], [['loss', loss], ...Object.entries(metrics)].map(([name, value]) => [String(name), Number(value)])),
      ...(classes && perClass && confusion
        ? [
            '',
            ...table(
              ['class', 'precision', 'recall', 'F1', 'examples', ...classes.map((name) => `as ${name}`)],
              classes.map((name, k) => [
                name, perClass[k]!.precision, perClass[k]!.recall, perClass[k]!.f1, perClass[k]!.support,
                ...classes.map((__, other) => confusion[k * classes.length + other] ?? 0),
              ]),
            ),
          ]
        : []),
      '',
      `Farthest off: ${worst.slice(0, 5).map(({ row, actual, predicted }) => `row ${row + 1} (${cell(actual)}, predicted ${cell(predicted)})`).join('; ')}`,
    ]);
  });
}

const cell = (value: unknown): string => (typeof value === 'number' ? number(value) : String(value));
