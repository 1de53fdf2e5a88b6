import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import type { Column, ImageSource, ReadOptions, TableSource } from '#core/data';
import { openSource } from '#core/data';
import { UserError } from '#core/graph';

/** A folder that goes when the test file has ended. */
export function scratch(): { path: (name: string) => string; write: (name: string, contents: string | Uint8Array) => string } {
  const folder = mkdtempSync(join(tmpdir(), 'basin-readers-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const path = (name: string): string => {
    const full = join(folder, name);
    mkdirSync(dirname(full), { recursive: true });
    return full;
  };
  return {
    path,
    write: (name, contents) => {
      writeFileSync(path(name), contents);
      return path(name);
    },
  };
}

/** Real data beside the project; tests skip without it. */
export const sharedData = join(import.meta.dirname, '../../../../../shared/data');
export const noSharedData = !existsSync(sharedData);

export async function openTable(path: string, options?: ReadOptions): Promise<TableSource> {
  const source = await openSource(path, options);
  if (source.kind !== 'table') throw new Error(`${path} was read as ${source.kind}`);
  return source;
}

export async function openImages(path: string, options?: ReadOptions): Promise<ImageSource> {
  const source = await openSource(path, options);
  if (source.kind !== 'images') throw new Error(`${path} was read as ${source.kind}`);
  return source;
}

/** Cells of a column as plain values; null where missing. */
export function cells(column: Column | undefined): unknown[] {
  if (!column) throw new Error('no such column');
  switch (column.storage) {
    case 'text':
      return [...column.codes].map((code) => (code < 0 ? null : column.dictionary[code]));
    case 'boolean':
      return [...column.codes].map((code) => (code < 0 ? null : code === 1));
    default:
      return [...column.values].map((value) => (Number.isNaN(value) ? null : value));
  }
}

/** A table as a record of columns. */
export function table(source: TableSource): Record<string, unknown[]> {
  return Object.fromEntries(source.columns.map((column) => [column.name, cells(column)]));
}

/** What a user's mistake is answered with; fails where nothing or something else is thrown. */
export async function refusal(opening: Promise<unknown>): Promise<{ code: string; message: string; hint: string }> {
  try {
    await opening;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { code: error.code, message: error.message, hint: error.hint ?? '' };
  }
  throw new Error('opened without complaint');
}
