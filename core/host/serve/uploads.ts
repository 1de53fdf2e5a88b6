import { createWriteStream, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UserError } from '#core/graph';

export interface UploadLimits {
  /** Bytes of all uploads of this host together. */
  bytes: number;
  files: number;
}

const defaultLimits: UploadLimits = { bytes: 64 * 2 ** 30, files: 500_000 };
const prefix = 'basin-upload-';
/** Room that is left to the rest of the machine. */
const spareBytes = 512 * 2 ** 20;

/**
 * Files that a browser sent, in a temporary folder that goes when the host does. A batch keeps its folders: what was
 * dropped as `flowers/train/rose/1.png` is found there under that path.
 */
export class Uploads {
  readonly #limits: UploadLimits;
  #folder: string | undefined;
  #bytes = 0;
  #files = 0;

  constructor(limits: Partial<UploadLimits> = {}) {
    this.#limits = { ...defaultLimits, ...limits };
    removeLeftOvers();
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
    this.#folder ??= mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
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

  /** Removes everything that was sent. */
  clear(): void {
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
    this.#bytes = 0;
    this.#files = 0;
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
        const { bavail, bsize } = statfsSync(tmpdir());
        if (bavail * bsize < spareBytes) {
          throw new UserError('upload.disk-full', `No room for ${name} in ${tmpdir()}.`, { hint: 'Make room there, or set TMPDIR to a folder with more.' });
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

/** Folders of hosts that were killed before they could tidy up. */
function removeLeftOvers(): void {
  for (const entry of readdirSync(tmpdir())) {
    const pid = Number(/^basin-upload-(\d+)-/.exec(entry)?.[1]);
    if (!pid || isAlive(pid)) continue;
    rmSync(join(tmpdir(), entry), { recursive: true, force: true });
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
