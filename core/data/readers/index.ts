import type { Reader } from '../source';
import { csvReader } from './csv';
import { idxReader } from './idx';
import { imageArchiveReader } from './image-archive';
import { imageFolderReader } from './image-folder';
import { jsonReader, ndjsonReader } from './json';
import { npyReader } from './npy';
import { npzReader } from './npz';
import { parquetReader } from './parquet';
import { textReader } from './text';

/** Every format that can be opened; the first that recognises a path reads it, so the most certain come first. */
export const readers: readonly Reader[] = [
  idxReader,
  npyReader,
  npzReader,
  imageArchiveReader,
  parquetReader,
  ndjsonReader,
  jsonReader,
  textReader,
  csvReader,
  imageFolderReader,
];
