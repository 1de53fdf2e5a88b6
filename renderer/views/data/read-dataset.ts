import type { DataSpecification, DatasetSummary, HostClient } from '#host-client';
import { isDocument } from '../../components/schema/value';

/** Reads the source of a data specification again: its file or folder, or its generator. */
export function readDataset(client: HostClient, data: DataSpecification): Promise<DatasetSummary> {
  const source = isDocument(data.source) ? data.source : {};
  const { path, generator, ...options } = source;
  if (isDocument(generator) && typeof generator.use === 'string') return client.datasets.generate({ ...generator, use: generator.use });
  if (typeof generator === 'string') return client.datasets.generate({ use: generator });
  if (typeof path !== 'string') return Promise.reject(new Error('The specification names no data: its source needs a path or a generator.'));
  return client.datasets.open({ path, ...(Object.keys(options).length > 0 ? { options } : {}) });
}
