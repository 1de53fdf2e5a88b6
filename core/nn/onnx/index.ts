export type { OutputMeaning, Wanted } from './adapt-output';
export { describeOnnx, type OnnxDescription } from './describe';
export type { Problem } from './interpreter';
export { OnnxModel, openOnnx, openOnnxBytes, type OnnxModule, type OnnxModuleOptions, type OpenOnnxOptions } from './model';
export { operatorNames } from './ops';
