import * as ort from 'onnxruntime-node';
import type { TypedArray } from '#core/graph';
import { encodeModel, type OnnxType } from './model';

const readers = new Map<string, Promise<ort.InferenceSession>>();

/**
 * A copy of a tensor on the GPU. ONNX Runtime for Node cannot download a tensor by itself (its `getData` ends the process), so a
 * program of one operator brings it over.
 */
export async function readGpuTensor(tensor: ort.Tensor): Promise<TypedArray> {
  const key = `${tensor.type} ${tensor.dims.length}`;
  let reader = readers.get(key);
  if (reader === undefined) {
    reader = makeReader(tensor);
    readers.set(key, reader);
  }
  const { y } = await (await reader).run({ x: tensor });
  return y!.data as TypedArray;
}

function makeReader(tensor: ort.Tensor): Promise<ort.InferenceSession> {
  const shape = tensor.dims.map((_, i) => `n${i}`);
  const dtype = tensor.type as Exclude<OnnxType, 'uint64'>;
  const file = encodeModel({
    opset: 18,
    name: 'read',
    nodes: [{ opType: 'Identity', inputs: ['x'], outputs: ['y'], attributes: {} }],
    initializers: [],
    inputs: [{ name: 'x', dtype, shape }],
    outputs: [{ name: 'y', dtype, shape }],
  });
  return ort.InferenceSession.create(file, { executionProviders: ['webgpu'], preferredOutputLocation: 'cpu', logSeverityLevel: 3 });
}
