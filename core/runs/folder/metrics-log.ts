import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, readFileSync, readSync } from 'node:fs';
import { writeWhole } from './atomic-write';
import { storageError } from './storage-error';

export interface StepRecord {
  kind: 'step';
  step: number;
  epoch: number;
  loss: number;
  learningRate: number;
  gradientNorm: number;
  /** Wall-clock seconds since 1970: the only field in which two runs of one specification differ. */
  t: number;
}

export interface EpochRecord {
  kind: 'epoch';
  step: number;
  epoch: number;
  /** Loss and metrics by part. */
  parts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  t: number;
}

/** A figure of the weights after `step` steps (0: before the first), as the specification's `measure` asks for it. */
export interface MeasureRecord {
  kind: 'measure';
  step: number;
  epoch: number;
  name: string;
  value: number;
  /** Of an eigenvalue: some eigenvalue lies within it; `converged` says whether it is as small as was asked for. */
  residual?: number;
  converged?: boolean;
  /** Of an estimate: 95 %. */
  interval?: readonly [number, number];
  /** The value above which the optimizer is no longer stable. */
  threshold?: number;
  t: number;
}

export type MetricsRecord = StepRecord | EpochRecord | MeasureRecord;

/** Numbers of a group's members, in the group's order; null for a member that has ended. */
type Row = readonly (number | null)[];

/** A step of a group of members (some steps are left out where there are very many numbers). */
export interface GroupStepRecord {
  kind: 'step';
  step: number;
  epoch: number;
  loss: Row;
  learningRate: Row;
  gradientNorm: Row;
  t: number;
}

export interface GroupEpochRecord {
  kind: 'epoch';
  step: number;
  epoch: number;
  parts: Readonly<Record<string, Readonly<Record<string, Row>>>>;
  t: number;
}

/** The same figure of every member. */
export interface GroupMeasureRecord {
  kind: 'measure';
  step: number;
  epoch: number;
  name: string;
  value: Row;
  residual?: Row;
  converged?: readonly (boolean | null)[];
  interval?: readonly [low: Row, high: Row];
  threshold?: Row;
  t: number;
}

export type GroupRecord = GroupStepRecord | GroupEpochRecord | GroupMeasureRecord;

/** The append-only file of what training measured, one JSON object a line (`metrics.ndjson`). */
export class MetricsLog {
  readonly #path: string;
  readonly #file: number;
  #length: number;

  private constructor(path: string, file: number, length: number) {
    this.#path = path;
    this.#file = file;
    this.#length = length;
  }

  /**
   * Opens the file for appending after its first `length` bytes (what the checkpoint knows); the rest, written between
   * that checkpoint and the end of the process, is dropped, a half-written last line with it.
   */
  static open(path: string, length: number): MetricsLog {
    try {
      const file = openSync(path, existsSync(path) ? 'r+' : 'w+');
      const { size } = fstatSync(file);
      const keep = wholeLines(file, Math.min(length, size));
      if (keep < size) ftruncateSync(file, keep);
      return new MetricsLog(path, file, keep);
    } catch (error) {
      throw storageError(path, error);
    }
  }

  /** Bytes written so far: what a checkpoint notes. */
  get length(): number {
    return this.#length;
  }

  append(records: readonly (MetricsRecord | GroupRecord)[]): void {
    if (records.length === 0) return;
    const bytes = Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    try {
      writeWhole(this.#file, bytes, this.#length);
    } catch (error) {
      throw storageError(this.#path, error);
    }
    this.#length += bytes.length;
  }

  /** Waits until the disk has it: before a checkpoint that counts on these lines. */
  flush(): void {
    try {
      fsyncSync(this.#file);
    } catch (error) {
      throw storageError(this.#path, error);
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** The length of the file's first `size` bytes without a last line that has no end. */
function wholeLines(file: number, size: number): number {
  const block = Buffer.alloc(64 * 1024);
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - block.length);
    const read = readSync(file, block, 0, end - start, start);
    const newline = block.subarray(0, read).lastIndexOf(0x0a);
    if (newline >= 0) return start + newline + 1;
    end = start;
  }
  return 0;
}

/** Every whole line of the file, in order; none where there is no file yet. A number that is not finite reads as NaN. */
export function readMetrics(path: string): MetricsRecord[] {
  return readRecords(path) as MetricsRecord[];
}

/** The same of a group of members. */
export function readGroupMetrics(path: string): GroupRecord[] {
  return readRecords(path) as GroupRecord[];
}

function readRecords(path: string): unknown[] {
  if (!existsSync(path)) return [];
  const text = readFileSync(path, 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line, (_, value: unknown) => value ?? NaN) as unknown);
}
