import { existsSync } from 'node:fs';
import type { Surface } from '#core/landscape';
import { readMetrics } from '../folder/metrics-log';
import { runPaths } from '../folder/paths';
import { readRunFile } from '../folder/run-file';
import { storedSpecification } from '../specification/stored';

/**
 * What there is to say of checkpoints that the training wrote before the last one of a surface's path, and that are not there any more;
 * empty where none is missing. (Of a population only some are written, so nothing can be said.)
 */
export function pathGaps(folder: string, { trajectory }: Pick<Surface, 'trajectory'>): string {
  const { metrics } = runPaths(folder);
  const specification = storedSpecification(readRunFile(folder));
  const { keepTrajectory, checkpointEvery } = specification.training;
  if (!trajectory || trajectory.steps.length < 2 || specification.population || !keepTrajectory || !existsSync(metrics)) return '';
  const drawn = new Set(trajectory.steps);
  const last = trajectory.steps.at(-1)!;
  const missing = readMetrics(metrics).flatMap((record) =>
    (record.kind === 'epoch' && record.epoch % checkpointEvery === 0 && record.step < last && !drawn.has(record.step) ? [record.step] : []));
  if (missing.length === 0) return '';
  const [steps, them] = missing.length === 1 ? [`The checkpoint of step ${missing[0]} is`, 'it'] : [`The checkpoints of steps ${missing.join(', ')} are`, 'them'];
  return `${steps} missing from the run's folder: the path is drawn straight past ${them}.`;
}
