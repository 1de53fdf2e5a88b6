import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { UserError } from '#core/graph';
import {
  BandTrainer, BendTrainer, bisectionLevels, buffersAt, distanceBetween, evaluatePath, lengths, pathThrough, pointAt, type PathResult, type PathTrainer, type Weights, type WeightPath,
} from '#core/landscape';
import type { OpenRun } from '../evaluation/open-run';
import { readWeights, writeWeights } from '../folder/checkpoints';
import { acquireLock } from '../folder/lock';
import { pathFiles } from './files';
import { openPath, readInner, readState, savePath, saveState } from './folder';
import type { PathRequest } from './request';
import { alignEnd, setUpPath, withErrors, type PathSetup } from './setup';
import { type PathSketch, Sketches } from './sketches';

export type RunPathEvent =
  | { readonly kind: 'start'; readonly id: string; readonly result: PathResult }
  | { readonly kind: 'align'; readonly pass: number; readonly agreement: number }
  | { readonly kind: 'train'; readonly step: number; readonly steps: number; readonly loss: number; readonly remainingSeconds: number; readonly sketch?: PathSketch }
  /** `values` at the place `index`. */
  | { readonly kind: 'point'; readonly index: number; readonly values: Readonly<Record<string, Readonly<Record<string, number>>>>; readonly done: number; readonly total: number }
  | { readonly kind: 'end'; readonly id: string; readonly result: PathResult };

/** Milliseconds between two writes. */
const SAVE_INTERVAL = 5000;

/**
 * Finds a path between this run's weights and others, and evaluates the network along it, into the run's folder; goes on where an earlier
 * attempt stopped. Ending the iteration or aborting stops within a second and keeps what is known.
 */
export async function* computeRunPath(run: OpenRun, request: PathRequest, options: { program: string; signal?: AbortSignal }): AsyncGenerator<RunPathEvent, void> {
  const setup = setUpPath(run, request, options);
  mkdirSync(run.paths.paths, { recursive: true });
  const lock = acquireLock(join(run.paths.paths, `${setup.id}.lock`), `path "${setup.id}"`);
  try {
    yield* new PathWork(run, setup, options.signal).events();
  } finally {
    lock.release();
  }
}

/** A path of which nothing is computed yet. */
function firstResult({ recipe, start, end }: PathSetup): PathResult {
  const { points, splits, quantities } = recipe;
  const unknown = (): Float64Array => new Float64Array(points).fill(NaN);
  return {
    recipe,
    t: Float64Array.from({ length: points }, (_, i) => i / (points - 1)),
    distance: unknown(),
    straight: distanceBetween(start, end.parameters),
    values: Object.fromEntries(splits.map((split) => [split, Object.fromEntries(quantities.map((quantity) => [quantity, unknown()]))])),
    steps: { done: 0, total: 0 },
    inner: 0,
  };
}

function continued(folder: string, { recipe }: PathSetup): PathResult {
  const result = openPath(folder);
  if (isDeepStrictEqual(result.recipe, recipe)) return result;
  throw new UserError('path.other', `${folder} holds a path of another recipe.`, { hint: 'Remove that path, and ask again.' });
}

class PathWork {
  private readonly folder: string;
  private readonly files: ReturnType<typeof pathFiles>;
  private result: PathResult;

  constructor(
    private readonly run: OpenRun,
    private setup: PathSetup,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.folder = run.paths.path(setup.id);
    this.files = pathFiles(this.folder);
    this.result = existsSync(this.files.summary) ? continued(this.folder, setup) : firstResult(setup);
  }

  async *events(): AsyncGenerator<RunPathEvent, void> {
    const { setup } = this;
    savePath(this.folder, this.result);
    yield { kind: 'start', id: setup.id, result: this.result };
    if (setup.recipe.align) yield* this.align();
    const inner = setup.recipe.kind === 'line' || this.result.inner > 0 ? readInner(this.folder, this.result, Object.keys(setup.start)) : undefined;
    const path = inner ? this.pathThrough(inner) : yield* this.train();
    yield* this.evaluate(path);
    yield { kind: 'end', id: setup.id, result: this.result };
  }

  /** Replaces the end by itself with its units in the start's order. */
  private async *align(): AsyncGenerator<RunPathEvent, void> {
    const { setup, files } = this;
    if (this.result.alignment && existsSync(files.end)) {
      const { tensors } = readWeights(files.end);
      const part = (weights: Weights): Weights => Object.fromEntries(Object.keys(weights).map((name) => [name, tensors[name]!.data as Float32Array]));
      this.setup = { ...setup, end: { parameters: part(setup.end.parameters), buffers: part(setup.end.buffers) } };
      return;
    }
    const passes: RunPathEvent[] = [];
    const { end, facts } = await alignEnd(setup, { ...this.aborting, onPass: (pass, agreement) => passes.push({ kind: 'align', pass, agreement }) });
    yield* passes;
    this.setup = { ...setup, end };
    this.write(files.end, end.parameters, end.buffers);
    this.result = { ...this.result, alignment: facts, straight: facts.distanceAfter };
    savePath(this.folder, this.result);
  }

  private async *train(): AsyncGenerator<RunPathEvent, WeightPath> {
    const { setup, folder, signal } = this;
    const trainer = await createTrainer(this.run, setup, readState(folder));
    const sketches = new Sketches(setup.judge, this.run.compile);
    let sound = true;
    try {
      let saved = performance.now();
      const [began, before] = [performance.now(), trainer.step];
      let loss = NaN;
      while (trainer.step < trainer.steps) {
        signal?.throwIfAborted();
        const own = await trainer.advance(signal);
        sound = Number.isFinite(own);
        if (!sound) throw diverged(trainer.step, setup);
        loss = Number.isNaN(loss) ? own : 0.95 * loss + 0.05 * own;
        const sketch = sketches.due || trainer.step === trainer.steps ? await sketches.take(await trainer.path(), signal) : undefined;
        const remainingSeconds = ((performance.now() - began) / 1000 / (trainer.step - before)) * (trainer.steps - trainer.step);
        yield { kind: 'train', step: trainer.step, steps: trainer.steps, loss, remainingSeconds, ...(sketch && { sketch }) };
        if (performance.now() - saved < SAVE_INTERVAL) continue;
        await this.keep(trainer);
        saved = performance.now();
      }
      return await this.finish(await trainer.path(), trainer.steps);
    } finally {
      if (sound && this.result.inner === 0) await this.keep(trainer);
      await trainer.dispose();
      await sketches.dispose();
    }
  }

  private async keep(trainer: PathTrainer): Promise<void> {
    saveState(this.folder, await trainer.state());
    this.result = { ...this.result, steps: { done: trainer.step, total: trainer.steps } };
    savePath(this.folder, this.result);
  }

  /** Writes the trained points, which from now on are the path. */
  private async finish(path: WeightPath, steps: number): Promise<WeightPath> {
    const inner = path.points.slice(1, -1);
    for (const [i, weights] of inner.entries()) this.write(this.files.point(i + 1), weights, await this.buffersAt(weights));
    this.result = { ...this.result, inner: inner.length, steps: { done: steps, total: steps } };
    return this.pathThrough(inner);
  }

  /** The path through its trained points, its lengths measured. */
  private pathThrough(inner: readonly Weights[]): WeightPath {
    const path = pathThrough(this.setup.recipe.kind, this.setup.start, inner, this.setup.end.parameters);
    const { recipe } = this.setup;
    this.result = { ...this.result, distance: lengths(path, this.result.t, recipe.kind === 'bezier' ? 16 : 1) };
    savePath(this.folder, this.result);
    rmSync(this.files.state, { force: true });
    return path;
  }

  private async *evaluate(path: WeightPath): AsyncGenerator<RunPathEvent, void> {
    const { result, setup } = this;
    const { t, values } = result;
    if (!existsSync(this.files.midpoint)) {
      const middle = pointAt(path, 0.5);
      this.write(this.files.midpoint, middle, await this.buffersAt(middle));
    }
    const unknown = bisectionLevels(t.length).flat().filter((index) => Object.values(values).some((quantities) => Object.values(quantities).some((list) => Number.isNaN(list[index]!))));
    let done = t.length - unknown.length;
    let saved = performance.now();
    try {
      for await (const point of evaluatePath(setup.problems, path, t, unknown, { ...this.run.compile, ...this.aborting })) {
        const found = Object.fromEntries(Object.entries(point.values).map(([split, quantities]) => [split, withErrors(quantities)]));
        for (const [split, quantities] of Object.entries(found)) for (const [name, value] of Object.entries(quantities)) values[split]![name]![point.index] = value;
        yield { kind: 'point', index: point.index, values: found, done: ++done, total: t.length };
        if (performance.now() - saved < SAVE_INTERVAL) continue;
        savePath(this.folder, result);
        saved = performance.now();
      }
    } finally {
      savePath(this.folder, result);
    }
  }

  private get aborting(): { signal?: AbortSignal } {
    return this.signal ? { signal: this.signal } : {};
  }

  /** The network's buffers at weights of the path: BatchNorm's statistics taken anew. */
  private async buffersAt(weights: Weights): Promise<Weights> {
    const buffers = await buffersAt(this.setup.judge, weights, { ...this.run.compile, ...this.aborting });
    return Object.fromEntries(Object.entries(buffers).map(([name, { data }]) => [name, data]));
  }

  /** Weights as a file that a run can begin with. */
  private write(path: string, parameters: Weights, buffers: Weights): void {
    const { model } = this.run.parts;
    const tensors = Object.fromEntries([
      ...Object.entries(model.parameters).map(([name, { shape }]) => [name, { shape: [...shape], data: parameters[name]! }] as const),
      ...Object.entries(model.buffers).map(([name, { shape }]) => [name, { shape: [...shape], data: buffers[name]! }] as const),
    ]);
    writeWeights(path, { tensors, step: 0, epoch: 0 });
  }
}

export function createTrainer(run: OpenRun, { recipe, start, end, training, judge }: PathSetup, state?: Parameters<typeof BendTrainer.create>[6]): Promise<PathTrainer> {
  if (recipe.training === null || training === null || recipe.kind === 'line') throw new Error('a line is not trained');
  const how = { ...recipe.training, seed: recipe.seed };
  if (recipe.kind === 'band') return BandTrainer.create(training, judge, start, end.parameters, { ...how, ...recipe.band! }, run.compile, state);
  return BendTrainer.create(training, recipe.kind, start, end.parameters, how, run.compile, state);
}

function diverged(step: number, { recipe }: PathSetup): UserError {
  return new UserError('path.diverged', `The loss of the path was no longer finite at step ${step} of its training.`, {
    hint: `Choose a lower learning rate than ${recipe.training!.learningRate}.`,
  });
}
