export { compile } from './compile';
export { compileFunction, type CompiledFunction } from './compile-function';
export { listDevices } from './devices';
export { estimate, type Estimate, type OpCost } from './estimate';
export type { MemoryEstimate } from './cost/memory';
export type { NodeCost } from './cost/node-cost';
export { exportOnnx, type ExportOptions } from './export';
export { batchedTensors } from './onnx/symbolic-batch';
export type { CompileOptions, DeviceArray, DeviceId, DeviceInfo, Feed, Program } from './program';
