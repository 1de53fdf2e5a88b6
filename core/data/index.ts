export { describeGenerators, findGenerator, generate, generatorSchema, listGenerators, teacherNetwork } from './generators';
export type { AnyGenerator, GeneratorDescription, GeneratorSpecification, TeacherLayer, TeacherParameters } from './generators';
export { partCode } from './source';
export type {
  BooleanColumn, Column, DateColumn, ImageSource, Notice, NumberColumn, PictureSize, Probe, ReadOptions, Reader, Source,
  TableSource, TextColumn,
} from './source';
export { openableExtensions, openableFormats, openSource } from './open';
