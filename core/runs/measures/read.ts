import { existsSync } from 'node:fs';
import { readGroupMetrics, readMetrics, type MeasureRecord } from '../folder/metrics-log';
import { runPaths } from '../folder/paths';
import { readMembers } from '../population/members-file';
import { ownMeasure } from '../population/measures';

/** A figure that was measured while a run trained; of a population, of one of its members. */
export type TakenMeasure = Omit<MeasureRecord, 'kind' | 't'> & { member?: number };

/** Everything a run has measured of its weights, in order; of a population, member by member. */
export function readMeasures(folder: string): TakenMeasure[] {
  const paths = runPaths(folder);
  const plain = ({ kind: _, t: __, ...record }: MeasureRecord): TakenMeasure => record;
  if (existsSync(paths.metrics)) return readMetrics(paths.metrics).flatMap((record) => (record.kind === 'measure' ? [plain(record)] : []));
  return (readMembers(paths)?.members ?? []).flatMap(({ member, group, place }) => {
    const { metrics } = runPaths(paths.group(group));
    return readGroupMetrics(metrics).flatMap((record) => (record.kind === 'measure' ? ownMeasure(record, place).map((own) => ({ member, ...plain(own) })) : []));
  });
}

/** The last figure of each name, in the order in which they were first measured. */
export function lastMeasures(taken: readonly TakenMeasure[]): TakenMeasure[] {
  return [...new Map(taken.map((record) => [`${record.member ?? ''} ${record.name}`, record])).values()];
}

const header = ['member', 'step', 'epoch', 'name', 'value', 'residual', 'converged', 'low', 'high', 'threshold'] as const;

/** One line a figure under a header; what a figure does not have, and a value that is not defined, is empty. */
export function measuresCsv(taken: readonly TakenMeasure[]): string {
  const cell = (value: number | string | boolean | undefined): string => (value === undefined || Number.isNaN(value) ? '' : String(value));
  const lines = taken.map(({ member, step, epoch, name, value, residual, converged, interval, threshold }) =>
    [member, step, epoch, name, value, residual, converged, interval?.[0], interval?.[1], threshold].map(cell).join(','));
  return `${[header.join(','), ...lines].join('\n')}\n`;
}
