import { createWriteStream, existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UserError } from '#core/graph';

export interface UploadLimits {
  /** Bytes of all uploads of this host together. */
  bytes: number;
  files: number;
}

/** Where uploads lie, and which of them are still wanted when the host goes. */
export interface UploadPlace {
  folder: string;
  /** Whether a run learns from something under this path: it could not be resumed or judged without. */
  inUse(path: string): boolean;
}

const defaultLimits: UploadLimits = { bytes: 64 * 2 ** 30, files: 500_000 };
/** Room that is left to the rest of the machine. */
const spareBytes = 512 * 2 ** 20;

/**
 * Files that a browser sent. A batch keeps its folders: what was dropped as `flowers/train/rose/1.png` is found under that
 * path. When the host goes, the batches that no run uses go too; the others go with the first host that ends after their
 * last run was removed.
 */
export class Uploads {
  readonly #limits: UploadLimits;
  readonly #place: UploadPlace;
  #folder: string | undefined;
  #bytes = 0;
  #files = 0;

  constructor(place: UploadPlace, limits: Partial<UploadLimits> = {}) {
    this.#limits = { ...defaultLimits, ...limits };
    this.#place = place;
    removeLeftOvers(place);
  }

  /**
   * Streams one file to the disk.
   *
   * @param name its path inside the batch, with forward slashes
   * @returns its path here, and the path of the top-level file or folder it belongs to
   * @throws UserError for a name that leads elsewhere, too many bytes or files, or a full disk; nothing of the file is kept then
   */
  async receive(batch: string, name: string, body: Readable): Promise<{ path: string; root: string }> {
    if (!/^[\w-]{1,64}$/.test(batch)) throw new UserError('upload.batch', 'The name of the upload is not valid.');
    const parts = checkedParts(name);
    if (this.#files >= this.#limits.files) {
      throw new UserError('upload.too-many', `More than ${this.#limits.files} files were sent.`, {
        hint: 'Pack them in a zip archive, or start Basin where the files are and give it their path.',
      });
    }
    this.#folder ??= this.#makeFolder();
    const base = join(this.#folder, batch);
    const path = join(base, ...parts);
    if (existsSync(path)) throw new UserError('upload.twice', `${name} was sent twice.`);
    mkdirSync(dirname(path), { recursive: true });
    this.#files += 1;
    const before = this.#bytes;
    try {
      await pipeline(body, (chunks: AsyncIterable<Buffer>) => this.#counted(name, chunks), createWriteStream(path, { flags: 'wx' }));
    } catch (error) {
      rmSync(path, { force: true });
      this.#files -= 1;
      this.#bytes = before;
      throw error;
    }
    return { path, root: join(base, parts[0] ?? '') };
  }

  /** Removes what was sent, save for what runs use. */
  clear(): void {
    if (this.#folder) sweep(this.#folder, this.#place);
    this.#folder = undefined;
    this.#bytes = 0;
    this.#files = 0;
  }

  #makeFolder(): string {
    mkdirSync(this.#place.folder, { recursive: true });
    return mkdtempSync(join(this.#place.folder, `${process.pid}-`));
  }

  async *#counted(name: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let sinceCheck = Infinity;
    for await (const chunk of chunks) {
      this.#bytes += chunk.length;
      sinceCheck += chunk.length;
      if (this.#bytes > this.#limits.bytes) {
        throw new UserError('upload.too-large', `${name} is too large: ${this.#limits.bytes} bytes may be sent in all.`, {
          hint: 'Start Basin where the files are and give it their path.',
        });
      }
      if (sinceCheck > 2 ** 26) {
        sinceCheck = 0;
        const { folder } = this.#place;
        const { bavail, bsize } = statfsSync(folder);
        if (bavail * bsize < spareBytes) {
          throw new UserError('upload.disk-full', `No room for ${name} in ${folder}.`, { hint: 'Make room there, or set BASIN_HOME to a folder with more.' });
        }
      }
      yield chunk;
    }
  }
}

/** @throws UserError for a name that could lead out of its folder */
function checkedParts(name: string): string[] {
  const parts = name.split('/');
  const fine = parts.every(
    (part) => part !== '' && part !== '.' && part !== '..' && part.length <= 255 && !/[\0\\:*?"<>|]/.test(part),
  );
  if (!fine || parts.length > 64) throw new UserError('upload.name', `"${name}" is not a file name that can be stored.`);
  return parts;
}

/** Removes the batches that no run uses, and the folder when none is left. */
function sweep(folder: string, { inUse }: UploadPlace): void {
  for (const batch of readdirSync(folder)) {
    const path = join(folder, batch);
    if (!inUse(path)) rmSync(path, { recursive: true, force: true });
  }
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}

/** What hosts left that were killed, or whose runs have been removed since. */
function removeLeftOvers(place: UploadPlace): void {
  if (!existsSync(place.folder)) return;
  for (const entry of readdirSync(place.folder)) {
    const pid = Number(/^(\d+)-/.exec(entry)?.[1]);
    if (pid && !isAlive(pid)) sweep(join(place.folder, entry), place);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
