export { cellAt, isoDate } from './cells';
export { describeGenerators, findGenerator, generate, generatorSchema, listGenerators, teacherNetwork } from './generators';
export type { AnyGenerator, GeneratorDescription, GeneratorSpecification, TeacherLayer, TeacherParameters } from './generators';
export { columnKinds, type ColumnKind } from './infer/kind';
export { profileColumn, type ColumnProfile } from './infer/profile';
export { proposeTarget, proposeTask, tasks, type Proposal } from './infer/propose';
export { loadDataset, loadSource, type LoadOptions } from './load';
export { openableExtensions, openableFormats, openSource } from './open';
export { prepare } from './prepare';
export { applyTransform, type Applied } from './prepare/apply';
export type { FeatureDescription, PreparationReport, PreparedDataset, PreparedPart } from './prepare/dataset';
export { transformSchema, type Transform } from './prepare/transform';
export { writableFormats, writeDataset } from './write';
export type { WriteOptions, WrittenDataset } from './write';
export { countOf, partCode } from './source';
export { sequenceRows, textRows } from './sequence/preview';
export { decodeTokens, encodeText } from './text/tokenizer';
export type { Vocabulary } from './text/tokenizer';
export type {
  BooleanColumn, Column, DateColumn, ImageSource, Notice, NumberColumn, PictureSize, Probe, ReadOptions, Reader, SequenceSource, Source,
  TableSource, TextColumn, TextSource,
} from './source';
export { dataSource, dataSpecification, type DataSource, type DataSpecification, type DataSpecificationInput } from './specification';
export { rgbaPictures, summarize, tableRows, type SourceSummary } from './summary';
