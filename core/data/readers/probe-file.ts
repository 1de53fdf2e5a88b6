import { stat } from 'node:fs/promises';
import type { Probe } from '../source';
import { readHead } from './file-stream';

/** Bytes of a file's beginning that readers decide by. */
export const headBytes = 65536;

/** Looks at a file as far as readers need to recognise it. */
export async function probeFile(path: string): Promise<Probe> {
  const { size } = await stat(path);
  return { path, directory: false, bytes: size, head: await readHead(path, headBytes), entries: [] };
}
