import * as ort from 'onnxruntime-node';
import { encodeModel } from '../../model';

/** The domain of ONNX Runtime's operators on blocked images (`[n, c / block, ..., block]`). Its own optimizer writes them too. */
export const BLOCKED_DOMAIN = 'com.microsoft.nchwc';

let asked: Promise<number | undefined> | undefined;

/**
 * Channels in a block on this processor (16 with AVX-512, 8 with AVX): what ONNX Runtime's reordering fills one pixel of four channels
 * up to. `undefined` where its CPU kernels know no blocked images; convolutions then take the plain ones.
 */
export function blockSize(): Promise<number | undefined> {
  asked ??= probe();
  return asked;
}

async function probe(): Promise<number | undefined> {
  const model = encodeModel({
    opset: 18,
    name: 'block size',
    nodes: [{ opType: 'ReorderInput', domain: BLOCKED_DOMAIN, inputs: ['image'], outputs: ['blocked'], attributes: {} }],
    initializers: [],
    inputs: [{ name: 'image', dtype: 'float32', shape: [1, 4, 1, 1] }],
    outputs: [{ name: 'blocked', dtype: 'float32', shape: [1, 'channels', 1, 1] }],
  });
  let session: ort.InferenceSession;
  try {
    session = await ort.InferenceSession.create(model, { executionProviders: ['cpu'], intraOpNumThreads: 1, logSeverityLevel: 4 });
  } catch {
    // The domain is only registered where the processor has kernels for it.
    return undefined;
  }
  const { blocked } = await session.run({ image: new ort.Tensor('float32', Float32Array.of(1, 2, 3, 4), [1, 4, 1, 1]) });
  await session.release();
  const block = blocked?.dims[1];
  const holds = block !== undefined && block % 4 === 0 && (blocked!.data as Float32Array).every((v, i) => v === (i < 4 ? i + 1 : 0));
  return holds ? block : undefined;
}
