export { blockSchema, buildBlock, describeBlocks, findBlock, listBlocks, proposedBlocks } from './catalogue';
export { blockFromFile, fileFields, filesOf } from './files';
export type { BlockDescription, BuiltOf } from './catalogue';
export { jsonSchema } from './json-schema';
export type { JsonSchema } from './json-schema';
export type { BlockSpecification } from './slot';
export type { Measure, MeasuredExamples, Probe } from './measures/measure';
