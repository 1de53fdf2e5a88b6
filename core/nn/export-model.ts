import { spec, specsOf, trace } from '#core/graph';
import type { Graph, Tensor } from '#core/graph';
import { exportForAnyBatch } from '#core/runtime';
import type { Weights } from './initialize';
import type { Module } from './module';

/**
 * A network as an ONNX file for inference: dropout off, BatchNorm with its running statistics. Input `x`
 * (`[batch, ...inputShape]`, prepared as in training: the file holds no preprocessing); output `output`
 * (`[batch, outputs]`, logits or standardized predictions). The batch axis is open; weights keep their PyTorch names.
 *
 * @param metadata free text kept in the file: class names, the preparation of the data
 */
export function exportModel(module: Module, weights: Weights, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  interface Arguments { parameters: Record<string, Tensor>; buffers: Record<string, Tensor>; x: Tensor }
  const traceFor = (batch: number): Graph => trace(
    ({ parameters, buffers, x }: Arguments) => ({ output: module.apply(parameters, buffers, x, { train: false }).output }),
    { parameters: specsOf(module.parameters), buffers: specsOf(module.buffers), x: spec([batch, ...module.inputShape]) },
  );
  const inFile: Record<string, string> = {};
  const values: Record<string, Float32Array> = {};
  for (const group of ['parameters', 'buffers'] as const) {
    for (const [name, data] of Object.entries(weights[group])) {
      inFile[`${group}.${name}`] = name;
      values[`${group}.${name}`] = data;
    }
  }
  return exportForAnyBatch(traceFor, 'x', { name: module.title, names: inFile, weights: values, metadata });
}
