import type { DeviceInfo } from '../program';

/** TensorFlow.js always computes somehow; its details say with what. */
export async function describeTensorFlow(): Promise<DeviceInfo> {
  const { loadTensorFlow } = await import('../tensorflow/library');
  const { tf, source, backends, gpu, passedOver } = await loadTensorFlow();
  const native = backends.includes('tensorflow');
  const backend = gpu ? 'CUDA' : native ? 'native library, processor' : backends.map((name) => (name === 'wasm' ? 'WebAssembly' : 'plain JavaScript')).join(', else ');
  return {
    id: 'tensorflow',
    executor: 'tensorflow',
    name: gpu ? 'NVIDIA GPU (TensorFlow.js)' : 'Processor (TensorFlow.js)',
    usable: true,
    details: { package: `${source} ${tf.version_core}`, backend, ...(gpu ? {} : { 'no GPU': passedOver.join('; ') }) },
  };
}
