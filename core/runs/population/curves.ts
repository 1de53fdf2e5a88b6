import { existsSync } from 'node:fs';
import { readGroupMetrics, type GroupEpochRecord, type GroupMeasureRecord } from '../folder/metrics-log';
import { runPaths, type RunPaths } from '../folder/paths';
import type { MembersFile } from './members-file';

/** What the members of one group measured after each epoch. */
export interface GroupCurves {
  members: Int32Array;
  epoch: Float64Array;
  step: Float64Array;
  /** By `part.metric`: `[epochs, members]`, row by row; NaN where a member had ended. */
  columns: Record<string, Float32Array>;
}

/** The curves of every group that has begun. */
export function memberCurves(paths: RunPaths, { groups }: MembersFile): GroupCurves[] {
  return groups.flatMap((members, group) => {
    const { metrics } = runPaths(paths.group(group));
    if (!existsSync(metrics)) return [];
    const records = readGroupMetrics(metrics).filter((record): record is GroupEpochRecord => record.kind === 'epoch');
    const columns: Record<string, Float32Array> = {};
    records.forEach(({ parts }, row) => {
      for (const [part, figures] of Object.entries(parts)) {
        for (const [name, values] of Object.entries(figures)) {
          const column = (columns[`${part}.${name}`] ??= new Float32Array(records.length * members.length).fill(NaN));
          values.forEach((value, member) => (column[row * members.length + member] = value ?? NaN));
        }
      }
    });
    return [{
      members: Int32Array.from(members), epoch: Float64Array.from(records, ({ epoch }) => epoch), step: Float64Array.from(records, ({ step }) => step), columns,
    }];
  });
}

/** What was measured of the members' weights, in the same form: by name, and by `NAME.threshold` up to which their optimizers are stable. */
export function memberMeasures(paths: RunPaths, { groups }: MembersFile): GroupCurves[] {
  return groups.flatMap((members, group) => {
    const { metrics } = runPaths(paths.group(group));
    if (!existsSync(metrics)) return [];
    const records = readGroupMetrics(metrics).filter((record): record is GroupMeasureRecord => record.kind === 'measure');
    if (records.length === 0) return [];
    const rows = [...new Map(records.map(({ step, epoch }) => [step, epoch])).entries()].sort(([a], [b]) => a - b);
    const rowOf = new Map(rows.map(([step], row) => [step, row]));
    const columns: Record<string, Float32Array> = {};
    const enter = (name: string, step: number, values: readonly (number | null)[]): void => {
      const column = (columns[name] ??= new Float32Array(rows.length * members.length).fill(NaN));
      values.forEach((value, member) => (column[rowOf.get(step)! * members.length + member] = value ?? NaN));
    };
    for (const { step, name, value, threshold } of records) {
      enter(name, step, value);
      if (threshold) enter(`${name}.threshold`, step, threshold);
    }
    return [{ members: Int32Array.from(members), epoch: Float64Array.from(rows, ([, epoch]) => epoch), step: Float64Array.from(rows, ([step]) => step), columns }];
  });
}
