import { type FileHandle, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

const NAME = 'points.log';

/**
 * The points of a surface as they are computed, beside its values, until these are written whole: what was computed stays known
 * though the process is killed. A record is the number of points, their indices, the values of each quantity, and the number's
 * complement; the end that a kill left torn is cut off.
 */
export class PointJournal {
  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
    private readonly quantities: readonly string[],
  ) {}

  static async open(folder: string, quantities: readonly string[]): Promise<PointJournal> {
    const path = join(folder, NAME);
    const file = await open(path, 'a');
    await file.truncate(recordsOf(await readFile(path), quantities.length).length);
    return new PointJournal(path, file, quantities);
  }

  /** Writes points down: they are kept from here on. */
  async append(indices: Int32Array, values: Readonly<Record<string, Float64Array>>): Promise<void> {
    const count = indices.length;
    const bytes = Buffer.alloc(recordBytes(count, this.quantities.length));
    let at = bytes.writeInt32LE(count, 0);
    indices.forEach((index) => (at = bytes.writeInt32LE(index, at)));
    for (const name of this.quantities) values[name]!.forEach((value) => (at = bytes.writeDoubleLE(value, at)));
    bytes.writeInt32LE(~count, at);
    await this.file.appendFile(bytes);
  }

  close(): Promise<void> {
    return this.file.close();
  }

  /** Removes it: its points stand in the values. */
  async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }
}

/** Puts the journal's points, if a folder has any, into `data` `[quantities, size]`. */
export async function applyJournal(folder: string, data: Float64Array, quantities: number): Promise<void> {
  const bytes = await readFile(join(folder, NAME)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  });
  const size = data.length / quantities;
  for (const { count, start } of recordsOf(bytes, quantities).records) {
    for (let i = 0; i < count; i++) {
      const index = bytes.readInt32LE(start + 4 + 4 * i);
      for (let q = 0; q < quantities; q++) data[q * size + index] = bytes.readDoubleLE(start + 4 + 4 * count + 8 * (q * count + i));
    }
  }
}

const recordBytes = (count: number, quantities: number): number => 8 + 4 * count + 8 * count * quantities;

/** Whole records, and where they end. */
function recordsOf(bytes: Buffer, quantities: number): { records: { count: number; start: number }[]; length: number } {
  const records: { count: number; start: number }[] = [];
  let start = 0;
  while (start + 8 <= bytes.length) {
    const count = bytes.readInt32LE(start);
    const end = start + recordBytes(count, quantities);
    if (count <= 0 || end > bytes.length || bytes.readInt32LE(end - 4) !== ~count) break;
    records.push({ count, start });
    start = end;
  }
  return { records, length: start };
}
