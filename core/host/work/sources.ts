import { statSync } from 'node:fs';
import { loadDataset, loadSource, type DataSource, type DataSpecification, type PreparedDataset, type Source } from '#core/data';
import { RecentResults } from './cache';

const sources = new RecentResults<Source>(3);
const prepared = new RecentResults<PreparedDataset>(2);

/** The modification time belongs to the key: a file that was changed is read again. */
function keyOf(source: DataSource, rest: unknown): string {
  const changed = 'path' in source ? statSync(source.path, { throwIfNoEntry: false })?.mtimeMs : undefined;
  return JSON.stringify([source, changed, rest]);
}

export function sourceOf(source: DataSource): Promise<Source> {
  return sources.get(keyOf(source, null), () => loadSource(source));
}

export function datasetOf(specification: DataSpecification): Promise<PreparedDataset> {
  return prepared.get(keyOf(specification.source, specification), () => loadDataset(specification));
}
