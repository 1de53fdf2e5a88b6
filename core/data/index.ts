export { partCode } from './source';
export type {
  BooleanColumn, Column, DateColumn, ImageSource, Notice, NumberColumn, PictureSize, Probe, ReadOptions, Reader, Source,
  TableSource, TextColumn,
} from './source';
export { openableExtensions, openableFormats, openSource } from './open';
