/**
 * What a reader makes of a file or folder: a table of columns or a set of pictures, held in memory, nothing inferred
 * yet beyond how the values are stored. Everything above works on these two, whatever the format was.
 */

/** Something odd that was met while reading, which did not stop it. */
export interface Notice {
  /** Stable, for programs: `csv.bom`, `images.skipped`. */
  code: string;
  /** What, and where (file, row, column). */
  message: string;
  hint?: string;
}

/** Numbers; NaN where a cell is missing. Infinite cells keep their value and are counted by inference. */
export interface NumberColumn {
  name: string;
  storage: 'number';
  values: Float64Array;
}

/** Moments in time as milliseconds since 1970 (UTC); NaN where a cell is missing. */
export interface DateColumn {
  name: string;
  storage: 'date';
  values: Float64Array;
}

/** Strings, each distinct one once; `codes` point into `dictionary`, -1 where a cell is missing. */
export interface TextColumn {
  name: string;
  storage: 'text';
  codes: Int32Array;
  dictionary: string[];
}

/** A column of true and false: 1, 0, and -1 where a cell is missing. */
export interface BooleanColumn {
  name: string;
  storage: 'boolean';
  codes: Int8Array;
}

export type Column = NumberColumn | DateColumn | TextColumn | BooleanColumn;

/** Which part of the data an example belongs to where the source itself says so (`train/`, `test/`). */
export const partCode = { none: 0, train: 1, validation: 2, test: 3 } as const;

interface SourceBase {
  /** Short name for people: the file's or folder's name. */
  name: string;
  /** `csv`, `parquet`, `idx`, `image-folder`, `generator` ... */
  format: string;
  /** Null for generated data. */
  path: string | null;
  bytes: number | null;
  /** SHA-256 (hex) of the contents: same contents, same fingerprint, wherever the file lies. */
  fingerprint: string;
  /** `partCode` of each example; absent where the source has no parts. */
  parts?: Uint8Array;
  notices: Notice[];
}

export interface TableSource extends SourceBase {
  kind: 'table';
  rows: number;
  columns: Column[];
  /** Text encoding, where there is one (`utf-8`, `utf-16le`, `latin-1`). */
  encoding?: string;
}

/** Size of a picture; `channels` is 1 (grey) or 3 (red, green, blue), or any number for arrays. */
export interface PictureSize {
  width: number;
  height: number;
  channels: number;
}

export interface ImageSource extends SourceBase {
  kind: 'images';
  count: number;
  /** Size of the commonest picture. */
  size: PictureSize;
  /** Whether all have it; if not, preparation resizes. */
  sameSize: boolean;
  /** Class of each picture (text), or a number to predict; absent in unlabelled data. */
  target?: TextColumn | NumberColumn;
  /** Where each picture came from: a file, `archive.zip:train/cat/1.png`, `train-images[17]`. */
  sourceName(index: number): string;
  /**
   * Pixels of the pictures at `indices`, resized to `size` where they differ:
   * `[indices.length, height, width, channels]`; 0..255 as bytes, or as stored for float arrays.
   */
  pixels(indices: ArrayLike<number>, size: PictureSize, signal?: AbortSignal): Promise<Uint8Array | Float32Array>;
}

/** Sequences of one length: numbers for each step, or tokens. */
export interface SequenceSource extends SourceBase {
  kind: 'sequences';
  count: number;
  steps: number;
  /** Names of the numbers of a step; tokens have one. */
  features: string[];
  /** `[count, steps, features]` */
  values: Float32Array;
  /** What the tokens stand for; absent where values are numbers. */
  vocabulary?: string[];
  /** Of each sequence, its class (text) or a number to predict. */
  target?: TextColumn | NumberColumn;
  /** Tokens to predict after each step, `[count, steps]`; -1 where none is asked for. */
  next?: Int32Array;
}

/** Text, in documents. */
export interface TextSource extends SourceBase {
  kind: 'text';
  documents: { name: string; text: string }[];
  characters: number;
}

export type Source = TableSource | ImageSource | SequenceSource | TextSource;

/** Examples (or documents) of a source, as its previews count them. */
export function countOf(source: Source): number {
  switch (source.kind) {
    case 'table': return source.rows;
    case 'images':
    case 'sequences': return source.count;
    case 'text': return source.documents.length;
  }
}

/** What a reader needs to decide whether a path is its own. */
export interface Probe {
  path: string;
  directory: boolean;
  bytes: number;
  /** First 64 KiB of a file; empty for a folder. */
  head: Uint8Array;
  /** Names in a folder; empty for a file. */
  entries: readonly string[];
}

/** One file format. `core/data/readers/index.ts` lists them; the first that recognises a probe reads it. */
export interface Reader {
  format: string;
  /** For people: `Comma-separated values`. */
  title: string;
  extensions: readonly string[];
  /** By content first, by name only where the content cannot tell. */
  recognises(probe: Probe): boolean;
  /** @throws UserError with file, row, column (or entry) and what to do. */
  open(probe: Probe, options: ReadOptions): Promise<Source>;
}

/** Choices of the user that change how a file is read. */
export interface ReadOptions {
  /** Tables: whether the first row names the columns. Default: sniffed. */
  header?: boolean;
  delimiter?: string;
  encoding?: string;
  /** Cells that mean "missing", besides the empty one. Default: NA, N/A, NaN, null, ?, None. */
  missingValues?: readonly string[];
  /** NumPy arrays of three dimensions: pictures (count, height, width), or sequences (count, steps, features). Default: pictures. */
  arrays?: 'pictures' | 'sequences';
  /** Pictures that cannot be decoded: refuse the folder (naming each), or leave them out (counted). Default: error. */
  onBadImage?: 'error' | 'skip';
  /** Refuse archives whose contents would be larger than this many bytes. Default 4 GiB. */
  largestArchive?: number;
  signal?: AbortSignal;
}
