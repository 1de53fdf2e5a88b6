import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A program as it lies on the disk. */
export interface StoredProgram {
  /** ONNX Runtime's own optimized form of the model. */
  readonly model: Uint8Array;
  /** Bytes the program takes in all, and those alive at once on the way. */
  readonly memory: { readonly total: number; readonly intermediates: number };
}

/** How much is stored, in bytes. */
export interface StoredSize {
  readonly programs: number;
  readonly bytes: number;
  /** The most that stays; what was used longest ago goes first. */
  readonly limit: number;
}

/** Bytes of all programs together. */
const LIMIT = 512e6;

/** Bytes of one; a larger one holds mostly numbers of its caller, which reading would not make quicker. */
export const LARGEST_PROGRAM = 16e6;

/** Begins every entry; another layout of entries has another mark. */
const MARK = Buffer.from('BASINPR1');
const DIGEST = 32;
const HEADER = MARK.length + DIGEST + 16;

const ENDING = '.program';
const HALF_WRITTEN = '.part';

/** Milliseconds after which a half-written file belongs to a process that ended. */
const ABANDONED = 3_600_000;

/**
 * Programs in a folder, one file each, by key. Several processes may use it at once: entries appear whole (they are renamed into place),
 * and whatever is not exactly what was written is no entry.
 */
export class ProgramStore {
  constructor(
    readonly folder: string,
    private readonly limit = LIMIT,
  ) {}

  /** The program of this key, which counts as used now; a damaged one is removed. */
  read(key: string): StoredProgram | undefined {
    const path = this.#path(key);
    let bytes: Buffer;
    try {
      bytes = readFileSync(path);
    } catch (error) {
      // Windows refuses while another process puts a new one in place.
      if (isCode(error, 'ENOENT', 'EPERM', 'EBUSY', 'EACCES')) return undefined;
      throw error;
    }
    const rest = bytes.subarray(MARK.length + DIGEST);
    if (bytes.length < HEADER || !bytes.subarray(0, MARK.length).equals(MARK) || !digest(rest).equals(bytes.subarray(MARK.length, MARK.length + DIGEST))) {
      this.remove(key);
      return undefined;
    }
    touch(path);
    return { memory: { total: rest.readDoubleLE(0), intermediates: rest.readDoubleLE(8) }, model: bytes.subarray(HEADER) };
  }

  /** Where something half-written may lie; the name is nobody else's. */
  temporary(): string {
    mkdirSync(this.folder, { recursive: true });
    return join(this.folder, `${randomUUID()}${HALF_WRITTEN}`);
  }

  /** Stores a program in the place of one with the same key, and removes those used longest ago where there are too many. */
  write(key: string, { model, memory }: StoredProgram): void {
    if (model.byteLength > LARGEST_PROGRAM) return;
    const rest = Buffer.alloc(16 + model.byteLength);
    rest.writeDoubleLE(memory.total, 0);
    rest.writeDoubleLE(memory.intermediates, 8);
    rest.set(model, 16);
    const part = this.temporary();
    try {
      // Not flushed to the disk: what a power cut leaves of it the digest refuses.
      writeFileSync(part, Buffer.concat([MARK, digest(rest), rest]));
      renameSync(part, this.#path(key));
    } finally {
      rmSync(part, { force: true });
    }
    this.#prune();
  }

  remove(key: string): void {
    removeFile(this.#path(key));
  }

  size(): StoredSize {
    const files = this.#files().filter(({ name }) => name.endsWith(ENDING));
    return { programs: files.length, bytes: files.reduce((total, { bytes }) => total + bytes, 0), limit: this.limit };
  }

  /** Removes every program; what another process is writing stays. */
  clear(): void {
    for (const { name, path, used } of this.#files()) if (name.endsWith(ENDING) || Date.now() - used > ABANDONED) removeFile(path);
  }

  #path(key: string): string {
    return join(this.folder, `${key}${ENDING}`);
  }

  #prune(): void {
    const files = this.#files().sort((a, b) => b.used - a.used);
    let kept = 0;
    for (const { name, path, bytes, used } of files) {
      if (name.endsWith(HALF_WRITTEN) ? Date.now() - used > ABANDONED : (kept += bytes) > this.limit) removeFile(path);
    }
  }

  /** Programs and half-written files; nothing else in the folder is ours. */
  #files(): { name: string; path: string; bytes: number; used: number }[] {
    let names: string[];
    try {
      names = readdirSync(this.folder);
    } catch (error) {
      if (isCode(error, 'ENOENT')) return [];
      throw error;
    }
    return names.filter((name) => name.endsWith(ENDING) || name.endsWith(HALF_WRITTEN)).flatMap((name) => {
      const path = join(this.folder, name);
      const found = statSync(path, { throwIfNoEntry: false });
      return found === undefined ? [] : [{ name, path, bytes: found.size, used: found.mtimeMs }];
    });
  }
}

const digest = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

const isCode = (error: unknown, ...codes: string[]): boolean => error instanceof Error && 'code' in error && codes.includes(String(error.code));

/** Another process may hold the file open (on Windows), or nothing here may be changed; then it stays. */
function removeFile(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    if (!isCode(error, 'EPERM', 'EBUSY', 'EACCES', 'EROFS')) throw error;
  }
}

/** Marks a file as used now; one that another process removed, or may not be marked, stays as it is. */
function touch(path: string): void {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch (error) {
    if (!isCode(error, 'ENOENT', 'EPERM', 'EACCES', 'EROFS', 'EBUSY')) throw error;
  }
}
