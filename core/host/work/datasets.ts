import { os } from '@orpc/server';
import { dataSpecification, rgbaPictures, summarize, tableRows, type DataSource, type SourceSummary } from '#core/data';
import { UserError } from '#core/graph';
import { describeIssues, specificationError } from '#core/runs';
import type { DatasetDescription, DatasetImages, DatasetRows } from '../contract';
import { describeDataset } from './describe-dataset';
import { given } from './given';
import { datasetOf, sourceOf } from './sources';

/** Questions about data sets. */
export const datasetWork = {
  summary: os.input(given<{ source: DataSource }>()).handler(async ({ input }): Promise<SourceSummary> => summarize(await sourceOf(input.source))),

  rows: os.input(given<{ source: DataSource; offset: number; limit: number }>()).handler(async ({ input }): Promise<DatasetRows> => {
    const source = await sourceOf(input.source);
    if (source.kind !== 'table') throw new UserError('dataset.no-table', `${source.name} holds pictures, not rows.`);
    return { ...tableRows(source, input.offset, input.limit), offset: input.offset };
  }),

  images: os
    .input(given<{ source: DataSource; offset: number; limit: number; label: string | undefined }>())
    .handler(async ({ input }): Promise<DatasetImages> => {
      const source = await sourceOf(input.source);
      if (source.kind !== 'images') throw new UserError('dataset.no-pictures', `${source.name} holds a table, not pictures.`);
      const { target, count } = source;
      const labelAt = (index: number): string => {
        if (!target) return '';
        if (target.storage === 'number') return String(target.values[index]);
        return target.dictionary[target.codes[index] ?? -1] ?? '';
      };
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

  describe: os.input(given<{ data: unknown }>()).handler(async ({ input }): Promise<DatasetDescription> => {
    const parsed = dataSpecification.safeParse(input.data);
    if (!parsed.success) throw specificationError('The data', describeIssues(parsed.error, input.data));
    return describeDataset(await datasetOf(parsed.data));
  }),
};
