import { basename } from 'node:path';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { describeModelFile, type ModelFileDescription } from '#core/runs';
import { example, jsonOption, terminalOf } from '../options';
import { number, size, table } from '../terminal';

export function addInspect(program: Command): void {
  example(
    program
      .command('inspect')
      .description('say what a model file holds and whether it can be trained here')
      .argument('<file>', 'an ONNX file, or safetensors weights')
      .option('--shape <axes>', 'shape of one example where the file leaves it open: 3,32,32', axes)
      .option('--output <name>', 'the output that would be trained')
      .addOption(jsonOption()),
    'basin inspect resnet.onnx',
    'basin run --model resnet.onnx --data pictures.zip --epochs 0',
  ).action((path: string, options: { shape?: number[]; output?: string; json?: boolean }) => {
    const terminal = terminalOf(options);
    const found = describeModelFile(path, { ...(options.shape && { exampleShape: options.shape }), ...(options.output !== undefined && { output: options.output }) });
    terminal.result(found, () => [headline(found), ...(found.kind === 'onnx' ? onnxLines(found) : weightLines(found))]);
  });
}

function axes(text: string): number[] {
  const list = text.split(/[,x ]+/).map(Number);
  if (list.length === 0 || list.some((n) => !Number.isInteger(n) || n < 1)) throw new InvalidArgumentError('It must be whole numbers with commas between: 3,32,32.');
  return list;
}

const headline = ({ path, bytes }: ModelFileDescription): string => `${basename(path)}: ${size(bytes)}`;

type Onnx = Extract<ModelFileDescription, { kind: 'onnx' }>['onnx'];

function onnxLines({ onnx }: { onnx: Onnx }): string[] {
  const { producer, opsets, inputs, outputs, output, meaning, classes, parameters, parameterCount, buffers, operators, unsupported, fault, flops, exampleShape, notes } = onnx;
  return [
    `Written by ${producer || 'an unnamed program'}, ${opsets.map(({ domain, version }) => `${domain} ${version}`).join(', ')}`,
    '',
    ...table(['', 'name', 'type', 'shape'], [
      ...inputs.map(({ name, type, shape }) => ['input', name, type, shape]),
      ...outputs.map(({ name, type, shape }) => [name === output ? 'output *' : 'output', name, type, shape]),
    ]),
    '',
    ...table(['operator', 'nodes'], operators.map(({ name, count }) => [name, count])),
    '',
    ...table(['parameter', 'shape', 'kind'], parameters.map(({ name, shape, kind }) => [name, `[${shape.join(', ')}]`, kind])),
    '',
    `${parameterCount} trainable numbers in ${parameters.length} parameters; ${buffers.length} arrays that training leaves or only averages.`,
    ...(classes ? [`Classes: ${classes.join(', ')}`] : []),
    ...(meaning === 'values' ? [] : [`Its output (${output}) is ${meaning === 'softmax' ? 'probabilities, by a softmax' : meaning === 'sigmoid' ? 'a probability, by a sigmoid' : meaning}.`]),
    ...(flops === null ? [] : [`${number(flops)} floating-point operations for an example of [${(exampleShape ?? []).join(', ')}].`]),
    ...(exampleShape === null ? ['It leaves the shape of its input open: give one with --shape, or choose data.'] : []),
    ...notes.map((note) => `Note: ${note}`),
    ...(unsupported.length > 0
      ? ['', 'It cannot be opened as a model:', ...table(['operator', 'node', 'why'], unsupported.map(({ operator, node, why }) => [operator, node, why]))]
      : fault ? ['', `It cannot be opened as a model: ${fault.message}`, ...(fault.hint === null ? [] : [`  ${fault.hint}`])] : ['', 'It opens as a model that can be trained.']),
  ];
}

function weightLines({ tensors, metadata, count }: Extract<ModelFileDescription, { kind: 'safetensors' }>): string[] {
  return [
    '',
    ...table(['array', 'type', 'shape'], tensors.map(({ name, type, shape }) => [name, type, `[${shape.join(', ')}]`])),
    '',
    `${count} numbers in ${tensors.length} arrays. To begin a run with them: basin run SPECIFICATION --weights FILE`,
    ...Object.entries(metadata).map(([key, value]) => `${key}: ${value.slice(0, 200)}`),
  ];
}

