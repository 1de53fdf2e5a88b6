import { os } from '@orpc/server';
import {
  dataSpecification, rgbaPictures, sequenceRows, summarize, tableRows, textRows, type DataSource, type NumberColumn, type SourceSummary, type TextColumn,
} from '#core/data';
import { UserError } from '#core/graph';
import { describeIssues, specificationError } from '#core/runs';
import type { DatasetDescription, DatasetImages, DatasetRows, DatasetSequences } from '../contract';
import { describeDataset } from './describe-dataset';
import { given } from './given';
import { datasetOf, sourceOf } from './sources';

/** The label of each example, in words. */
const labelsOf = (target: TextColumn | NumberColumn | undefined) => (index: number): string => {
  if (!target) return '';
  if (target.storage === 'number') return String(target.values[index]);
  return target.dictionary[target.codes[index] ?? -1] ?? '';
};

/** Questions about data sets. */
export const datasetWork = {
  summary: os.input(given<{ source: DataSource }>()).handler(async ({ input }): Promise<SourceSummary> => summarize(await sourceOf(input.source))),

  rows: os.input(given<{ source: DataSource; offset: number; limit: number }>()).handler(async ({ input }): Promise<DatasetRows> => {
    const source = await sourceOf(input.source);
    const { offset, limit } = input;
    switch (source.kind) {
      case 'table': return { ...tableRows(source, offset, limit), offset };
      case 'sequences': return { ...sequenceRows(source, offset, limit), offset };
      case 'text': return { ...textRows(source, offset, limit), offset };
      case 'images': throw new UserError('dataset.no-table', `${source.name} holds pictures, not rows.`);
    }
  }),

  images: os
    .input(given<{ source: DataSource; offset: number; limit: number; label: string | undefined }>())
    .handler(async ({ input }): Promise<DatasetImages> => {
      const source = await sourceOf(input.source);
      if (source.kind !== 'images') throw new UserError('dataset.no-pictures', `${source.name} holds no pictures.`);
      const { target, count } = source;
      const labelAt = labelsOf(target);
      const all = Array.from({ length: count }, (_, i) => i);
      const chosen = input.label === undefined ? all : all.filter((index) => labelAt(index) === input.label);
      const indices = chosen.slice(input.offset, input.offset + input.limit);
      return {
        ...(await rgbaPictures(source, indices)),
        labels: indices.map(labelAt),
        sourceNames: indices.map((index) => source.sourceName(index)),
        total: chosen.length,
      };
    }),

  sequences: os.input(given<{ source: DataSource; offset: number; limit: number }>()).handler(async ({ input }): Promise<DatasetSequences> => {
    const source = await sourceOf(input.source);
    if (source.kind !== 'sequences') throw new UserError('dataset.no-sequences', `${source.name} holds no sequences.`);
    const { steps, features, target, values } = source;
    const size = steps * features.length;
    const end = Math.min(source.count, input.offset + input.limit);
    const indices = Array.from({ length: Math.max(0, end - input.offset) }, (_, i) => input.offset + i);
    return {
      values: values.slice(input.offset * size, end * size), count: indices.length, steps, features,
      labels: indices.map(labelsOf(target)), total: source.count,
    };
  }),

  describe: os.input(given<{ data: unknown }>()).handler(async ({ input }): Promise<DatasetDescription> => {
    const parsed = dataSpecification.safeParse(input.data);
    if (!parsed.success) throw specificationError('The data', describeIssues(parsed.error, input.data));
    return describeDataset(await datasetOf(parsed.data));
  }),
};
