import type * as ort from 'onnxruntime-node';
import type { CompileOptions, DeviceId } from '../program';
import type { LowerOptions } from './lower-graph';
import { webgpu } from './lower/webgpu';

export type OnnxDevice = Exclude<DeviceId, 'reference' | 'tensorflow'>;

/** How ONNX Runtime is asked for a device, and what its provider wants of a graph. */
interface Provider {
  readonly executionProvider: ort.InferenceSession.ExecutionProviderConfig;
  readonly lower: LowerOptions;
  /** Results can stay on the device and be fed back. */
  readonly resident: boolean;
  readonly session?: ort.InferenceSession.SessionOptions;
}

/** CoreML: static shapes (8), an ML program (16), processor and GPU (32): the Neural Engine computes in 16 bits. */
const COREML_FLAGS = 8 | 16 | 32;

export function providerOf(device: OnnxDevice): Provider {
  switch (device) {
    case 'webgpu':
      return {
        // Shapes are static, so freed buffers fit again exactly.
        executionProvider: { name: 'webgpu', storageBufferCacheMode: 'simple' },
        lower: { portable: true, overlay: webgpu },
        resident: true,
      };
    case 'cuda':
      // Matrix products in TF32 keep 3 digits; the variable has to stand before NVIDIA's libraries load.
      process.env['NVIDIA_TF32_OVERRIDE'] ??= '0';
      return { executionProvider: { name: 'cuda', deviceId: 0 }, lower: {}, resident: false };
    case 'dml':
      // DirectML refuses sessions that plan their memory ahead.
      return { executionProvider: { name: 'dml', deviceId: 0 }, lower: { portable: true }, resident: false, session: { enableMemPattern: false } };
    case 'coreml':
      return { executionProvider: { name: 'coreml', coreMlFlags: COREML_FLAGS }, lower: { portable: true }, resident: false };
    case 'cpu':
      return { executionProvider: 'cpu', lower: {}, resident: false };
  }
}

/** Bytes up to which a program's memory is planned as one piece. */
const PLANNED_MEMORY = 2 ** 25;

/** @param intermediates bytes that are alive at once on the way, if that has been counted */
export function sessionOptions({ executionProvider, session }: Provider, { threads, profile }: CompileOptions, intermediates = 0): ort.InferenceSession.SessionOptions {
  return {
    executionProviders: [executionProvider],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    // Planned memory is taken a second time beside the first run's: quick for small programs, costly for large ones.
    enableMemPattern: intermediates <= PLANNED_MEMORY,
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    // Sum and LayerNormalization apart take a quarter of the fused operator's time.
    extra: { optimization: { disable_specified_optimizers: 'SkipLayerNormFusion' } },
    ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
    ...session,
  };
}
