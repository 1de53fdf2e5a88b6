import type { FileHandle } from 'node:fs/promises';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file for a changed copy of text, in a folder of its own that goes with `dispose`. */
export class TemporaryFile {
  bytes = 0;

  private constructor(
    readonly path: string,
    private readonly folder: string,
    private readonly handle: FileHandle,
  ) {}

  static async create(): Promise<TemporaryFile> {
    const folder = await mkdtemp(join(tmpdir(), 'basin-text-'));
    const path = join(folder, 'text');
    return new TemporaryFile(path, folder, await open(path, 'w'));
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await this.handle.write(bytes, at);
      at += bytesWritten;
    }
    this.bytes += bytes.length;
  }

  /** Ends writing; the file can be read until `dispose`. */
  async finish(): Promise<void> {
    await this.handle.close();
  }

  async dispose(): Promise<void> {
    await this.handle.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
