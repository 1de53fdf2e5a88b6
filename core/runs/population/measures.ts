import type { GroupMeasureRecord, MeasureRecord } from '../folder/metrics-log';
import { spreadOf } from './summary';

/** The mean over a group's members; residuals and thresholds of single members mean nothing of it. */
export function meanMeasure({ kind, step, epoch, name, value, threshold, t }: GroupMeasureRecord): MeasureRecord {
  const same = threshold && new Set(threshold.filter((each) => each !== null && !Number.isNaN(each)));
  return { kind, step, epoch, name, value: spreadOf(value)?.mean ?? NaN, ...(same?.size === 1 && { threshold: [...same][0]! }), t };
}

/** One member's own figure in a record of its group; none where it had ended. */
export function ownMeasure({ kind, step, epoch, name, value, residual, converged, interval, threshold, t }: GroupMeasureRecord, place: number): MeasureRecord[] {
  const own = value[place] ?? NaN;
  const given = (list: readonly (number | null)[] | undefined): number | undefined => (Number.isFinite(list?.[place]) ? list![place]! : undefined);
  const [low, high] = [given(interval?.[0]), given(interval?.[1])];
  const [error, bound] = [given(residual), given(threshold)];
  if (Number.isNaN(own)) return [];
  return [{
    kind, step, epoch, name, value: own, t,
    ...(error !== undefined && { residual: error }), ...(bound !== undefined && { threshold: bound }),
    ...(low !== undefined && high !== undefined && { interval: [low, high] as const }),
    ...(typeof converged?.[place] === 'boolean' && { converged: converged[place] }),
  }];
}
