export { compile } from './compile';
export { compileFunction, type CompiledFunction } from './compile-function';
export { listDevices } from './devices';
export { estimate, type Estimate } from './estimate';
export { exportOnnx, type ExportOptions } from './export';
export { batchedTensors } from './onnx/symbolic-batch';
export type { CompileOptions, DeviceArray, DeviceId, DeviceInfo, Feed, Program } from './program';
