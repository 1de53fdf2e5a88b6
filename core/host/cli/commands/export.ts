import type { Command } from 'commander';
import { UserError } from '#core/graph';
import { exportRun, openRun, resolveRun, type CheckpointName, type ExportFormat } from '#core/runs';
import { checkpointOption, example, jsonOption, memberOption, terminalOf } from '../options';
import { checkOutputFile, writeOutputFile } from '../output-file';
import { size } from '../terminal';

export function addExport(program: Command): void {
  example(
    program
      .command('export')
      .description('write a trained network for other programs')
      .argument('<run>', 'its folder, id or name')
      .option('--safetensors <file>', 'weights under PyTorch\'s names')
      .option('--onnx <file>', 'the network with its weights')
      .addOption(checkpointOption())
      .addOption(memberOption())
      .addOption(jsonOption()),
    'basin export runs/iris --safetensors iris.safetensors --onnx iris.onnx',
  ).action(async (named: string, options: { safetensors?: string; onnx?: string; checkpoint?: CheckpointName; member?: number | 'best'; json?: boolean }) => {
    const terminal = terminalOf(options);
    const wanted = (['safetensors', 'onnx'] as const).flatMap((format): [ExportFormat, string][] => (options[format] === undefined ? [] : [[format, options[format]]]));
    if (wanted.length === 0) throw new UserError('export.nothing', 'Nothing to write was named.', { hint: 'Add --safetensors FILE or --onnx FILE.' });
    for (const [, path] of wanted) checkOutputFile(path);
    const run = await openRun(resolveRun(named).folder, options.member === undefined ? {} : { member: options.member });
    const checkpoint = options.checkpoint ?? run.usualCheckpoint;
    const files = wanted.map(([format, path]) => {
      const { bytes } = exportRun(run, format, checkpoint);
      writeOutputFile(path, bytes);
      return { format, path, bytes: bytes.length };
    });
    terminal.result({ run: run.file.id, checkpoint, files }, () => files.map(({ path, bytes }) => `${path}: ${size(bytes)}, ${checkpoint} weights`));
  });
}
