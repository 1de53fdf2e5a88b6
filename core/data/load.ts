import { isAbsolute, resolve } from 'node:path';
import { generate } from './generators';
import { openSource } from './open';
import { prepare } from './prepare';
import type { PreparedDataset } from './prepare/dataset';
import type { Source } from './source';
import type { DataSource, DataSpecification } from './specification';

/** Where relative paths start, and how to stop. */
export interface LoadOptions {
  folder?: string;
  signal?: AbortSignal;
}

/** Reads a file or folder, or makes toy data. */
export async function loadSource(source: DataSource, { folder = '.', signal }: LoadOptions = {}): Promise<Source> {
  if ('generator' in source) return generate(source.generator);
  const { path, ...options } = source;
  return openSource(isAbsolute(path) ? path : resolve(folder, path), { ...options, ...(signal ? { signal } : {}) });
}

/** Reads and prepares what a specification names. */
export async function loadDataset(specification: DataSpecification, options: LoadOptions = {}): Promise<PreparedDataset> {
  return prepare(await loadSource(specification.source, options), specification, options.signal);
}
