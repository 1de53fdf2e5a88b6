export type { OutputMeaning, Wanted } from './adapt-output';
export type { Problem } from './interpreter';
export { OnnxModel, openOnnx, openOnnxBytes, type OnnxModule, type OnnxModuleOptions, type OpenOnnxOptions } from './model';
export { operatorNames } from './ops';
