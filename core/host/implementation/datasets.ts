import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { dataSource, describeGenerators, type DataSource, type SourceSummary } from '#core/data';
import { UserError } from '#core/graph';
import { describeIssues, specificationError } from '#core/runs';
import type { ColumnSummary, DatasetSummary } from '../contract';
import { recentDatasets, rememberDataset } from './recent-datasets';
import { api, type EngineEnvironment } from './environment';

export function datasetProcedures({ pool }: EngineEnvironment) {
  const work = () => pool.client('questions');
  const sources = new Map<string, DataSource>();

  const open = async (source: DataSource): Promise<DatasetSummary> => {
    const summary = await work().summary({ source });
    const id = createHash('sha256').update(JSON.stringify([source, summary.fingerprint])).digest('hex').slice(0, 16);
    sources.set(id, source);
    const described = describeSummary(id, source, summary);
    rememberDataset({ id, source, name: described.name, kind: described.kind });
    return described;
  };

  /** Ids live longer than the engine: those of recently opened data are looked up. */
  const sourceOf = (id: string): DataSource => {
    const source = sources.get(id) ?? recentDatasets().find((recent) => recent.id === id)?.source;
    if (source) return source;
    throw new UserError('dataset.unknown', 'These data are not open any more.', { hint: 'Open the file again.' });
  };

  const parsedSource = (given: unknown): DataSource => {
    const parsed = dataSource.safeParse(given);
    if (!parsed.success) throw specificationError('The data', describeIssues(parsed.error, given));
    return parsed.data;
  };

  return {
    datasets: api.datasets.router({
      open: api.datasets.open.handler(({ input: { path, options } }) => open(parsedSource({ path: resolve(path), ...options }))),
      generate: api.datasets.generate.handler(({ input }) => open(parsedSource({ generator: input }))),
      recent: api.datasets.recent.handler(() =>
        recentDatasets().flatMap(({ id, source, name, kind, opened }) => ('path' in source ? [{ id, name, path: source.path, kind, opened }] : []))),
      rows: api.datasets.rows.handler(({ input: { id, ...range } }) => work().rows({ source: sourceOf(id), ...range })),
      images: api.datasets.images.handler(({ input: { id, offset, limit, label } }) => work().images({ source: sourceOf(id), offset, limit, label })),
      sequences: api.datasets.sequences.handler(({ input: { id, ...range } }) => work().sequences({ source: sourceOf(id), ...range })),
      describe: api.datasets.describe.handler(({ input }) => work().describe({ data: input.data })),
    }),
    generators: api.generators.router({
      list: api.generators.list.handler(() => describeGenerators().map((each) => ({ ...each, slot: 'generators' }))),
    }),
  };
}

function describeSummary(id: string, source: DataSource, summary: SourceSummary): DatasetSummary {
  const { name, kind, format, path, rows, bytes, images, parts, warnings, proposal } = summary;
  return {
    id,
    name: name || ('path' in source ? basename(source.path) : source.generator.use),
    kind,
    format,
    path,
    generator: 'generator' in source ? source.generator.use : null,
    rows,
    bytes,
    columns: summary.columns.map((column) => describeColumn(column, proposal?.target)),
    images: images && { ...images },
    ...(summary.sequences && { sequences: summary.sequences }),
    ...(summary.text && { text: summary.text }),
    parts,
    warnings,
    proposal,
    specification: { source, ...(proposal && { target: proposal.target, task: proposal.task }) },
  };
}

function describeColumn(column: SourceSummary['columns'][number], target: string | undefined): ColumnSummary {
  const { name, kind, keptOut, missing, distinct, numbers, histogram, examples } = column;
  const role = name === target ? 'target' : keptOut === undefined ? 'feature' : 'ignored';
  return {
    name,
    type: kind,
    role,
    ...(keptOut !== undefined && role === 'ignored' && { note: keptOut }),
    missing,
    distinct,
    ...(numbers && { minimum: numbers.minimum, maximum: numbers.maximum, mean: numbers.mean, deviation: numbers.deviation }),
    histogram,
    examples,
  };
}
