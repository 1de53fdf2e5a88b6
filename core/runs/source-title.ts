import { basename } from 'node:path';
import type { DataSource } from '#core/data';

/** What the data are called in lists: the file's name, or the generator's. */
export function sourceTitle(source: DataSource): string {
  return 'path' in source ? basename(source.path) : source.generator.use;
}
