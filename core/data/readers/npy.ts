import { basename } from 'node:path';
import type { Probe, ReadOptions, Reader, Source } from '../source';
import { arraySource } from './array-source';
import { readHead } from './file-stream';
import { sha256 } from './fingerprint';
import { isNpy, parseNpy } from './npy-file';

async function open(probe: Probe, options: ReadOptions): Promise<Source> {
  const name = basename(probe.path);
  const bytes = await readHead(probe.path, probe.bytes);
  const array = parseNpy(bytes, name);
  const described = { name, format: 'npy', path: probe.path, bytes: probe.bytes, fingerprint: sha256(bytes), notices: [] };
  return arraySource([{ part: 0, x: { name: name.replace(/\.npy$/i, ''), array } }], described, options);
}

/** One NumPy array: rank 1 and 2 are tables, rank 3 and 4 pictures without labels, rank 3 sequences if chosen. */
export const npyReader: Reader = {
  format: 'npy',
  title: 'NumPy array',
  extensions: ['npy'],
  recognises: (probe) => !probe.directory && (isNpy(probe.head) || /\.npy$/i.test(probe.path)),
  open,
};
