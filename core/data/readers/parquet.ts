import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { UserError } from '#core/graph';
import type { Notice, Probe, Reader, ReadOptions, TableSource } from '../source';
import { firstLine, sqlString, withDuckDB } from './duckdb';
import { streamFile } from './file-stream';
import { readTyped } from './typed-table';

async function open(probe: Probe, options: ReadOptions): Promise<TableSource> {
  const file = basename(probe.path);
  const notices: Notice[] = [];
  const hash = createHash('sha256');
  await streamFile(probe.path, (bytes) => void hash.update(bytes), options.signal);
  const { rows, columns } = await withDuckDB(async (connection) => {
    try {
      return await readTyped(connection, `read_parquet(${sqlString(probe.path)})`, file, options, notices);
    } catch (cause) {
      if (cause instanceof UserError || options.signal?.aborted) throw cause;
      throw new UserError('data.parquet.damaged', `${file} is not a readable Parquet file: ${firstLine(cause, probe.path)}`, {
        hint: 'It may be cut short: copy or write it again.',
        cause,
      });
    }
  });
  return {
    kind: 'table', name: file, format: 'parquet', path: probe.path, bytes: probe.bytes, fingerprint: hash.digest('hex'), notices, rows, columns,
  };
}

/** Apache Parquet. */
export const parquetReader: Reader = {
  format: 'parquet',
  title: 'Parquet',
  extensions: ['parquet'],
  recognises: (probe) => !probe.directory && (new TextDecoder('latin1').decode(probe.head.subarray(0, 4)) === 'PAR1' || /\.parquet$/i.test(probe.path)),
  open,
};
