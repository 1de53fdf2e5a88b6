import { os, type RouterClient } from '@orpc/server';
import {
  checkRunSurface, computeRunSeries, computeRunSurface, decisionBoundary, estimateRunCurvature, estimateFollowing, estimateRunMeasures, estimateRunSeries, estimateRunSurface, evaluateRun, executeRun, exportRun, extractMember, followRun, generateText, openRun, PauseSwitch, predictRun, programName, summarizeStep, surfaceDirections,
  type CheckpointName, type CurvatureRequest, type MeasuresRequest, type Moments, type OpenRun, type SplitName, type SurfaceRequest,
} from '#core/runs';
import type { DataSource } from '#core/data';
import { RecentResults } from './cache';
import { curvatureWork, measuresWork, type CurvatureQuestion } from './curvature';
import { datasetWork } from './datasets';
import { EventQueue } from '../event-queue';
import { mergeTraining } from './merge-training';
import { lowerPriority } from '../low-priority';
import { given } from './given';
import { modelWork } from './models';
import { pathWork } from './paths';
import { recipeWork } from './recipes';
import { datasetOf } from './sources';
import { specificationWork } from './specifications';
import { Turns } from './turns';

/** How the work is to be done, from the settings. */
export interface WorkOptions {
  threads: number;
  /** Absent: the run's own. */
  device?: string;
}

export interface TrainInput extends WorkOptions {
  folder: string;
}

interface RunQuestion extends WorkOptions {
  folder: string;
  checkpoint: CheckpointName | undefined;
  /** Which network of a population. */
  member: number | undefined;
}

interface SurfaceQuestion extends WorkOptions {
  folder: string;
  member: number | undefined;
  request: SurfaceRequest;
}

const pause = new PauseSwitch();
const stop = new AbortController();
const surfaces = new Turns();
const estimates = new Turns();
/** By the run that is followed. */
const follows = new Map<string, Turns>();
const openRuns = new RecentResults<OpenRun>(2);

/** A run with its data, kept for the next question about it. */
function opened({ folder, threads, device, member }: { folder: string; member: number | undefined } & WorkOptions): Promise<OpenRun> {
  return openRuns.get(JSON.stringify([folder, threads, device, member]), () => openRun(folder, { threads, load: datasetOf, ...(device !== undefined && { device }), ...(member !== undefined && { member }) }));
}

/** Estimates are measured, so that one waits for the other. */
async function inTurn<T>(signal: AbortSignal | undefined, estimate: (options: { program: string; signal?: AbortSignal }) => Promise<T>): Promise<T> {
  const done = await estimates.take();
  try {
    signal?.throwIfAborted();
    return await estimate({ program: programName, ...(signal && { signal }) });
  } finally {
    done();
  }
}

const nameOf = (run: OpenRun, checkpoint: CheckpointName | undefined): CheckpointName => checkpoint ?? run.usualCheckpoint;

/** What a work thread can be asked. Trainings, surfaces, curvature and questions each have a thread of their own. */
export const workRouter = {
  /** Trains a run to its end; one a thread. */
  train: os.input(given<TrainInput>()).handler(async function* ({ input: { folder, threads } }) {
    const queue = new EventQueue(mergeTraining);
    executeRun(folder, { threads, pause, signal: stop.signal, onEvent: (event) => queue.push(event) }).then(
      () => queue.end(),
      (error: unknown) => queue.end({ error }),
    );
    yield* queue;
  }),
  /** Pauses, continues or stops the training of this thread. */
  control: os.input(given<{ action: 'pause' | 'resume' | 'stop' }>()).handler(({ input: { action } }) => {
    if (action === 'pause') pause.pause();
    else if (action === 'resume') pause.resume();
    else stop.abort();
  }),

  evaluation: os.input(given<RunQuestion & { on: SplitName | DataSource }>()).handler(async ({ input, signal }) => {
    const run = await opened(input);
    return evaluateRun(run, { on: input.on, checkpoint: nameOf(run, input.checkpoint), ...(signal && { signal }) });
  }),
  boundary: os.input(given<RunQuestion & { resolution: number }>()).handler(async ({ input }) => {
    const run = await opened(input);
    return decisionBoundary(run, { checkpoint: nameOf(run, input.checkpoint), resolution: input.resolution });
  }),
  predict: os.input(given<RunQuestion & { path: string; out: string }>()).handler(async ({ input, signal }) => {
    const run = await opened(input);
    return predictRun(run, { data: { path: input.path }, out: input.out, checkpoint: nameOf(run, input.checkpoint), ...(signal && { signal }) });
  }),
  generate: os.input(given<RunQuestion & { prompt: string; length: number; temperature: number; topK: number | undefined; seed: number }>()).handler(async ({ input, signal }) => {
    const run = await opened(input);
    const { prompt, length, temperature, topK, seed } = input;
    return generateText(run, { prompt, length, temperature, seed, checkpoint: nameOf(run, input.checkpoint), ...(topK !== undefined && { topK }), ...(signal && { signal }) });
  }),
  export: os.input(given<RunQuestion & { format: 'safetensors' | 'onnx' }>()).handler(async ({ input }) => {
    const run = await opened(input);
    return exportRun(run, input.format, nameOf(run, input.checkpoint));
  }),

  graph: os.input(given<{ folder: string; member: number | undefined } & WorkOptions>()).handler(async ({ input }) => {
    const { parts, compile } = await opened(input);
    return summarizeStep(parts, { device: compile.device, threads: input.threads });
  }),

  extract: os.input(given<{ folder: string; member: number; name: string | undefined } & WorkOptions>()).handler(async ({ input }) =>
    extractMember(await opened(input), input.name === undefined ? {} : { name: input.name })),

  surface: os.input(given<SurfaceQuestion>()).handler(async function* ({ input, signal }) {
    // One at a time: a surface that was left is put away before it, or another, is computed.
    const done = await surfaces.take();
    try {
      if (!signal?.aborted) yield* computeRunSurface(await opened(input), input.request, { program: programName, ...(signal && { signal }) });
    } finally {
      done();
    }
  }),
  series: os.input(given<SurfaceQuestion & { moments: Moments }>()).handler(async function* ({ input, signal }) {
    const done = await surfaces.take();
    try {
      if (!signal?.aborted) yield* computeRunSeries(await opened(input), input.request, input.moments, { program: programName, ...(signal && { signal }) });
    } finally {
      done();
    }
  }),
  /** In a thread that nothing else shares, since it waits for others to go first. */
  follow: os.input(given<SurfaceQuestion & { every: number }>()).handler(async function* ({ input, signal }) {
    lowerPriority();
    const turns = follows.get(input.folder) ?? new Turns();
    follows.set(input.folder, turns);
    if (turns.taken) yield { kind: 'waiting' as const, text: 'This run is followed in another window already; here it begins when that one stops' };
    const done = await turns.take();
    try {
      if (!signal?.aborted) yield* followRun(await opened(input), input.request, { program: programName, every: input.every, ...(signal && { signal }) });
    } finally {
      done();
    }
  }),
  surfaceEstimate: os.input(given<SurfaceQuestion>()).handler(({ input, signal }) =>
    inTurn(signal, async (options) => estimateRunSurface(await opened(input), input.request, options))),
  seriesEstimate: os.input(given<SurfaceQuestion & { moments: Moments }>()).handler(({ input, signal }) =>
    inTurn(signal, async (options) => estimateRunSeries(await opened(input), input.request, input.moments, options))),
  followEstimate: os.input(given<SurfaceQuestion & { every: number }>()).handler(({ input, signal }) =>
    inTurn(signal, async (options) => estimateFollowing(await opened(input), input.request, { ...options, every: input.every }))),

  surfaceFromRecipe: os.input(given<{ path: string } & WorkOptions>()).handler(({ input: { path, threads }, signal }) =>
    recipeWork(path, (run) => opened({ ...run, threads }), signal)),
  surfaceDirections: os.input(given<SurfaceQuestion>()).handler(async ({ input, signal }) =>
    surfaceDirections(await opened(input), input.request, { program: programName, ...(signal && { signal }) })),
  surfaceTrust: os.input(given<SurfaceQuestion>()).handler(async ({ input, signal }) =>
    checkRunSurface(await opened(input), input.request, { program: programName, ...(signal && { signal }) })),

  curvature: os.input(given<{ folder: string; member: number | undefined } & CurvatureQuestion & WorkOptions>()).handler(({ input, signal }) =>
    curvatureWork(() => opened(input), input, signal)),

  curvatureEstimate: os.input(given<{ folder: string; member: number | undefined; request: CurvatureRequest } & WorkOptions>()).handler(async ({ input, signal }) =>
    estimateRunCurvature(await opened(input), input.request, { ...(signal && { signal }) })),

  measures: os.input(given<{ folder: string; member: number | undefined; request: MeasuresRequest } & WorkOptions>()).handler(({ input, signal }) =>
    measuresWork(() => opened(input), input.request, signal)),
  measuresEstimate: os.input(given<{ folder: string; member: number | undefined; request: MeasuresRequest } & WorkOptions>()).handler(async ({ input }) =>
    estimateRunMeasures(await opened(input), input.request)),

  ...pathWork(opened),
  ...datasetWork,
  ...modelWork,
  ...specificationWork,
};

export type WorkClient = RouterClient<typeof workRouter>;
