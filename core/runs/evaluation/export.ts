import { readFileSync } from 'node:fs';
import { add, concat, mul, sigmoid, softmax, spec, specsOf, sub, trace, type Graph, type Tensor } from '#core/graph';
import { exportForAnyBatch } from '#core/runtime';
import type { Loss } from '#core/train';
import { checkpointPath, weightsBytes, type CheckpointName } from '../folder/checkpoints';
import { programName } from '../versions';
import type { OpenRun } from './open-run';

export type ExportFormat = 'safetensors' | 'onnx';

/**
 * A trained network as a file that other programs read: weights under PyTorch's names, or the network with its weights as
 * ONNX.
 *
 * The ONNX file takes `input` (`[batch, ...]`, prepared as `transform` in its metadata says) and gives `output` (the raw
 * output) and `probabilities` (`[batch, classes]`, of a language model `[batch, steps, tokens]`), for regression `prediction` in the
 * target's own unit, of an autoencoder `restored` (prepared as the input).
 */
export function exportRun(run: OpenRun, format: ExportFormat, checkpoint: CheckpointName): { name: string; bytes: Uint8Array } {
  const name = `${run.file.name}${run.member === undefined ? '' : `-member-${run.member}`}-${checkpoint}.${format}`;
  return { name, bytes: format === 'onnx' ? onnxFile(run, checkpoint) : weightsFile(run, checkpoint) };
}

function weightsFile(run: OpenRun, checkpoint: CheckpointName): Uint8Array {
  const weights = run.weights(checkpoint);
  if (run.member !== undefined) return weightsBytes(weights);
  return new Uint8Array(readFileSync(checkpointPath(run.paths, checkpoint)));
}

function onnxFile(run: OpenRun, checkpoint: CheckpointName): Uint8Array {
  const { tensors } = run.weights(checkpoint);
  const { model, loss } = run.parts;
  const { classNames, inputNames, target, transform, exampleShape } = run.data;
  interface Arguments {
    parameters: Record<string, Tensor>;
    buffers: Record<string, Tensor>;
    input: Tensor;
  }
  const traceFor = (batch: number): Graph => trace(
    ({ parameters, buffers, input }: Arguments) => {
      const { output } = model.apply(parameters, buffers, input, { train: false });
      return { output, ...meaningOf(output, loss, run) };
    },
    { parameters: specsOf(model.parameters), buffers: specsOf(model.buffers), input: spec([batch, ...exampleShape]) },
  );
  const held = Object.fromEntries((['parameters', 'buffers'] as const).flatMap((group) => Object.keys(model[group]).map((name) => [`${group}.${name}`, name])));
  return exportForAnyBatch(traceFor, 'input', {
    name: run.file.name,
    names: held,
    weights: Object.fromEntries(Object.entries(held).map(([name, own]) => [name, tensors[own]!.data])),
    metadata: {
      program: programName,
      run: run.file.id,
      checkpoint: String(checkpoint),
      target,
      transform: JSON.stringify(transform),
      ...(classNames && { classes: JSON.stringify(classNames) }),
      ...(inputNames.length > 0 && { inputs: JSON.stringify(inputNames) }),
    },
  });
}

/** What the raw output means to a user: probabilities, or a value in the target's unit. */
function meaningOf(output: Tensor, { link }: Loss, { data }: OpenRun): Record<string, Tensor> {
  if (data.task === 'language-model') return { probabilities: softmax(output, -1) };
  if (data.task === 'reconstruction') return { restored: link === 'sigmoid' ? sigmoid(output) : output };
  if (data.task === 'regression') {
    const scaling = data.targetScaling ?? [];
    if (scaling.length !== 1) return {};
    const [{ mean, scale } = { mean: 0, scale: 1 }] = scaling;
    return { prediction: add(mul(output, scale), mean) };
  }
  if (link === 'softmax') return { probabilities: softmax(output, 1) };
  const second = sigmoid(output);
  return output.shape[1] === 1 ? { probabilities: concat([sub(1, second), second], 1) } : {};
}
