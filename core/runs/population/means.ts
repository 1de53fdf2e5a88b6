import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readGroupMetrics, readMetrics, type EpochRecord, type MeasureRecord, type MetricsRecord, type StepRecord } from '../folder/metrics-log';
import { runPaths } from '../folder/paths';
import { meanMeasure } from './measures';
import { spreadOf } from './summary';

/**
 * What a run has measured: of a population, the means over the members of each group, one group's steps and epochs after
 * the other's, as they were trained.
 */
export function readRunMetrics(folder: string): { steps: StepRecord[]; epochs: EpochRecord[]; measures: MeasureRecord[] } {
  const paths = runPaths(folder);
  const steps: StepRecord[] = [];
  const epochs: EpochRecord[] = [];
  const measures: MeasureRecord[] = [];
  for (const record of existsSync(paths.metrics) ? readMetrics(paths.metrics) : groupMeans(folder)) {
    if (record.kind === 'step') steps.push(record);
    else if (record.kind === 'measure') measures.push(record);
    else epochs.push(record);
  }
  return { steps, epochs, measures };
}

/** The files that grow while a run trains. */
export function metricsFiles(folder: string): string[] {
  return [runPaths(folder).metrics, ...groupsOf(folder).map((group) => runPaths(runPaths(folder).group(group)).metrics)].filter((path) => existsSync(path));
}

function groupsOf(folder: string): number[] {
  const groups = join(folder, 'groups');
  return existsSync(groups) ? readdirSync(groups).map(Number).filter(Number.isInteger).sort((a, b) => a - b) : [];
}

function groupMeans(folder: string): MetricsRecord[] {
  let [steps, epochs] = [0, 0];
  return groupsOf(folder).flatMap((group) => {
    const records = readGroupMetrics(runPaths(runPaths(folder).group(group)).metrics);
    const [stepsBefore, epochsBefore] = [steps, epochs];
    return records.map((record): MetricsRecord => {
      steps = Math.max(steps, stepsBefore + record.step);
      const place = { step: stepsBefore + record.step, epoch: epochsBefore + record.epoch, t: record.t };
      if (record.kind === 'step') {
        return { kind: 'step', ...place, loss: mean(record.loss), learningRate: mean(record.learningRate), gradientNorm: mean(record.gradientNorm) };
      }
      if (record.kind === 'measure') return { ...meanMeasure(record), ...place };
      epochs = Math.max(epochs, place.epoch);
      const parts = Object.fromEntries(Object.entries(record.parts).map(([part, columns]) =>
        [part, Object.fromEntries(Object.entries(columns).map(([name, row]) => [name, mean(row)]))]));
      return { kind: 'epoch', ...place, parts };
    });
  });
}

const mean = (row: readonly (number | null)[]): number => spreadOf(row)?.mean ?? NaN;
