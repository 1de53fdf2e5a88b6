import { copyFileSync } from 'node:fs';
import { UserError } from '#core/graph';
import { resolveSpecification } from '../compose';
import { makeCheckpointFolders, weightsBytes, type CheckpointName } from '../folder/checkpoints';
import { writeAtomically } from '../folder/atomic-write';
import { readGroupMetrics, type GroupRecord, type MetricsRecord } from '../folder/metrics-log';
import { runPaths } from '../folder/paths';
import { writeRunFile } from '../folder/run-file';
import type { OpenRun } from '../evaluation/open-run';
import { newRunFolder } from '../registry';
import { noteInLog } from '../recorder';
import { storedSpecification } from '../specification/stored';
import { versions } from '../versions';
import { memberSpecification } from './compose';
import { ownMeasure } from './measures';
import { membersOf } from './member-choice';
import { pathThinning } from './path-thinning';

/**
 * Makes an ordinary run of one member: its specification, its weights along the path, what was measured of it. It can be
 * compared, branched from and drawn like a run that was trained by itself.
 *
 * @param run opened with the member
 * @returns the new run's folder
 * @throws UserError when the member is still being trained
 */
export function extractMember(run: OpenRun, { out, name }: { out?: string; name?: string } = {}): string {
  const { file, paths: from, data } = run;
  const { members, groups, checkpoint } = membersOf(from, file);
  const entry = members[run.member!]!;
  if (entry.state === 'waiting' || entry.state === 'training') {
    throw new UserError('run.member-training', `Member ${entry.member} of run "${file.name}" is not trained to its end yet.`, { hint: 'Wait for it, or resume the run.' });
  }
  const title = name ?? `${file.name}-member-${entry.member}`;
  const specification = { ...resolveSpecification(memberSpecification(storedSpecification(file), entry), data), name: title };
  const folder = newRunFolder(title, out);
  const paths = runPaths(folder);
  makeCheckpointFolders(paths);
  const keep = (checkpointName: CheckpointName, path: string): void => writeAtomically(path, weightsBytes(run.weights(checkpointName)), { durable: false });
  keep('init', paths.weights('init'));
  keep('last', paths.weights('last'));
  if (entry.best) keep('best', paths.weights('best'));
  for (const step of run.trajectorySteps()) keep(step, paths.trajectoryStep(step));
  const records = readGroupMetrics(runPaths(from.group(entry.group)).metrics).flatMap((record) => ownRecord(record, entry.place));
  writeAtomically(paths.metrics, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  copyFileSync(from.transform, paths.transform);
  const { epochs } = specification.training;
  const thinning = pathThinning(memberSpecification(storedSpecification(file), members[0]!).training, groups[entry.group]!.length, file.parameters ?? 0);
  writeRunFile(folder, {
    basin: 1,
    id: crypto.randomUUID(),
    name: title,
    created: new Date().toISOString(),
    state: entry.state === 'diverged' ? 'failed' : 'finished',
    ...(entry.state === 'diverged' && { error: { code: 'train.diverged', message: `${entry.what ?? 'a number was not finite'} at step ${entry.step} (epoch ${entry.epoch + 1})` } }),
    specification,
    ...(file.task && { task: file.task }),
    versions: versions(),
    ...(file.dataset && { dataset: file.dataset }),
    ...(file.device && { device: file.device }),
    ...(file.parameters !== undefined && { parameters: file.parameters }),
    progress: { step: entry.step, steps: Math.round((file.progress?.steps ?? 0) / (file.population?.groups ?? 1)), epoch: entry.epoch, epochs },
    ...(entry.best && { best: entry.best }),
    ...(entry.results && { results: { checkpoint, parts: entry.results } }),
    parent: { id: file.id, name: file.name, checkpoint, member: entry.member, ...(thinning > 1 && { pathThinning: thinning }) },
  });
  noteInLog(paths, 'extracted', { run: file.id, member: entry.member });
  return folder;
}

/** A member's own numbers in a record of its group; none where it had ended. */
function ownRecord(record: GroupRecord, place: number): MetricsRecord[] {
  const { step, epoch, t } = record;
  if (record.kind === 'step') {
    const [loss, learningRate, gradientNorm] = [record.loss, record.learningRate, record.gradientNorm].map((row) => row[place] ?? NaN) as [number, number, number];
    return Number.isNaN(loss) ? [] : [{ kind: 'step', step, epoch, loss, learningRate, gradientNorm, t }];
  }
  if (record.kind === 'measure') return ownMeasure(record, place);
  const parts = Object.fromEntries(Object.entries(record.parts).map(([part, columns]) =>
    [part, Object.fromEntries(Object.entries(columns).map(([name, row]) => [name, row[place] ?? NaN]))]));
  return Number.isNaN(parts['train']?.['loss'] ?? NaN) ? [] : [{ kind: 'epoch', step, epoch, parts, t }];
}
