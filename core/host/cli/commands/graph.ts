import type { Command } from 'commander';
import { openRun, readSettings, resolveRun, stepOnnx, summarizeStep } from '#core/runs';
import { deviceOption, example, jsonOption, terminalOf, threadsOption } from '../options';
import { checkOutputFile, writeOutputFile } from '../output-file';
import { brief, number, size, table } from '../terminal';

interface GraphOptions {
  onnx?: string;
  device?: string;
  threads?: number;
  member?: number;
  json?: boolean;
}

export function addGraph(program: Command): void {
  example(
    program
      .command('graph')
      .description("look at a run's training step: operations, memory, time")
      .argument('<run>', 'its folder, id or name')
      .option('--onnx <file>', 'write the step as an ONNX file, to look at in Netron')
      .option('--member <number>', 'which network of a population', Number)
      .addOption(deviceOption())
      .addOption(threadsOption())
      .addOption(jsonOption()),
    'basin graph runs/iris',
    'basin graph runs/iris --onnx step.onnx',
  ).action(async (named: string, options: GraphOptions) => {
    const terminal = terminalOf(options);
    if (options.onnx !== undefined) checkOutputFile(options.onnx);
    const { folder, file } = resolveRun(named);
    const threads = options.threads ?? readSettings().threads;
    const run = await openRun(folder, { threads, ...(options.device !== undefined && { device: options.device }), ...(options.member !== undefined && { member: options.member }) });
    const { device } = run.compile;
    const summary = await summarizeStep(run.parts, { device, threads });
    const written = options.onnx === undefined ? undefined : stepOnnx(run.parts, `training step of ${file.name}`);
    if (options.onnx !== undefined && written) writeOutputFile(options.onnx, written);
    const { memory, ops } = summary;
    terminal.result({ run: file.id, device, batchSize: run.parts.training.batchSize, ...summary, ...(options.onnx !== undefined && { onnx: options.onnx }) }, () => [
      `${file.name}: a training step of ${run.parts.training.batchSize} examples on ${device}`,
      '',
      ...table(['op', 'nodes', 'MFLOP', 'MB moved', 'time'], ops.map(({ op, nodes, flops, bytes, seconds }) => [op, nodes, flops / 1e6, bytes / 1e6, brief(seconds)])),
      ...table(['', ''], [['nodes', summary.nodes], ['operations', `${number(summary.flops / 1e6)} MFLOP`], ['memory moved', size(summary.bytes)], ['time, estimated', brief(summary.seconds)]]).slice(1),
      '',
      `Memory: ${size(memory.total)} (${size(memory.inputs)} fed, ${size(memory.outputs)} given back, ${size(memory.intermediates)} on the way, ${size(memory.constants)} constant)`,
      ...(options.onnx !== undefined && written ? [`${options.onnx}: ${size(written.length)}`] : []),
    ]);
  });
}
