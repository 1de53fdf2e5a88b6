import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';

/** Hands a file's bytes to `use`, a megabyte at a time, from `start` on. */
export async function streamFile(
  path: string,
  use: (bytes: Uint8Array) => void | Promise<void>,
  signal?: AbortSignal,
  start = 0,
): Promise<void> {
  const stream = createReadStream(path, { highWaterMark: 2 ** 20, start, ...(signal ? { signal } : {}) });
  for await (const chunk of stream) await use(chunk as Uint8Array);
}

/** The first `length` bytes of a file from `start` on, or as many as there are. */
export async function readHead(path: string, length: number, start = 0): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const buffer = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await file.read(buffer, filled, Math.min(length - filled, 2 ** 30), start + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  } finally {
    await file.close();
  }
}
