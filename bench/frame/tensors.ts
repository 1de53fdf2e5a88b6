import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export type Numbers = Float32Array | Int32Array;

export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: Numbers;
}

interface Entry {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
  readonly file: string;
}

/** Writes tensors so that every contender, in any language, reads the same bits: raw little-endian files and an index. */
export function writeTensors(folder: string, tensors: Readonly<Record<string, StoredTensor>>): void {
  mkdirSync(folder, { recursive: true });
  const index: Record<string, Entry> = {};
  Object.entries(tensors).forEach(([name, { shape, data }], i) => {
    const file = `${i}.bin`;
    writeFileSync(path.join(folder, file), new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    index[name] = { shape, dtype: data instanceof Int32Array ? 'int32' : 'float32', file };
  });
  writeFileSync(path.join(folder, 'index.json'), JSON.stringify(index));
}

export function readTensors(folder: string): Record<string, StoredTensor> {
  const index = JSON.parse(readFileSync(path.join(folder, 'index.json'), 'utf8')) as Record<string, Entry>;
  return Object.fromEntries(
    Object.entries(index).map(([name, { shape, dtype, file }]) => {
      const bytes = readFileSync(path.join(folder, file));
      const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
      return [name, { shape, data: dtype === 'int32' ? new Int32Array(buffer) : new Float32Array(buffer) }];
    }),
  );
}

/** The tensors whose names begin with `prefix.`, by the rest of their names. */
export function under(tensors: Readonly<Record<string, StoredTensor>>, prefix: string): Record<string, StoredTensor> {
  const found = Object.entries(tensors).filter(([name]) => name.startsWith(`${prefix}.`));
  return Object.fromEntries(found.map(([name, tensor]) => [name.slice(prefix.length + 1), tensor]));
}
