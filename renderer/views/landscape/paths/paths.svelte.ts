import type { HostClient, Path, PathEstimate, PathEvent, PathFormat, PathListing, PathLook, PathRequest, RunDetails } from '#host-client';
import { Computation } from '../../../app/computation.svelte';
import { notices } from '../../../app/notices.svelte';
import { type CheckpointName, checkpointOf } from '../../../components/asked/asked';
import { isDocument } from '../../../components/schema/value';

/** A request with every field the form shows. */
export type Request = Required<Pick<PathRequest, 'kind' | 'align' | 'checkpoint' | 'learningRate' | 'pivots' | 'points' | 'subset' | 'seed'>> & {
  /** `null` until another end is chosen */
  to: { run: string; checkpoint?: CheckpointName; member?: number } | null;
  /** `null`: what is usual for the kind */
  epochs: number | null;
  /** examples of a step; `null`: as the run was trained */
  batchSize: number | null;
  /** of a population */
  member?: number;
};

export const firstRequest: Request = { to: null, kind: 'bezier', align: false, checkpoint: 'last', epochs: null, batchSize: null, learningRate: 0.05, pivots: 4, points: 61, subset: 2000, seed: 0 };

/** Passes over the data where none are asked for. */
export const usualEpochs = (kind: Request['kind']): number => (kind === 'band' ? 6 : 30);

/** Examples of a step where none are asked for: as the run was trained, at most 128. */
export function usualBatch({ training }: RunDetails['specification']): number {
  const trained = isDocument(training) ? training['batchSize'] : undefined;
  return typeof trained === 'number' ? Math.min(128, trained) : 128;
}

/** What the engine is asked for; nothing while the other end is not chosen. */
export function toRequest(run: string, { to, epochs, batchSize, ...rest }: Request): PathRequest | null {
  return to && { run, to, ...rest, ...(epochs === null ? {} : { epochs }), ...(batchSize === null ? {} : { batchSize }) };
}

/** The form's fields as a path was made. */
export function formOf({ recipe }: Path): Request {
  const { to, kind, align, run, seed, training, band, points, subset } = recipe as unknown as {
    to: { run: string; checkpoint: string; member?: number }; kind: Request['kind']; align: boolean; run: { checkpoint: string; member?: number }; seed: number;
    training: { epochs: number; batchSize: number; learningRate: number } | null; band: { pivots: number } | null; points: number; subset: { count: number } | null;
  };
  return {
    ...firstRequest,
    kind, align, seed, points,
    to: { run: to.run, checkpoint: checkpointOf(to.checkpoint), ...(to.member !== undefined && { member: to.member }) },
    checkpoint: checkpointOf(run.checkpoint),
    ...(run.member !== undefined && { member: run.member }),
    ...(training && { epochs: training.epochs, batchSize: training.batchSize, learningRate: training.learningRate }),
    ...(band && { pivots: band.pivots }),
    subset: subset?.count ?? null,
  };
}

export interface Progress {
  text: string;
  /** done of all, 0 to 1; `null` while it cannot be known */
  share: number | null;
  remainingSeconds: number | null;
}

/** The training loss at some places of a path that is being trained. */
export interface Sketch {
  t: Float64Array;
  loss: Float64Array;
}

/** The paths of one run: those that are saved, the one that is shown, and the one that is being computed. */
export class Paths extends Computation<Progress> {
  saved = $state.raw<PathListing[]>([]);
  loaded = $state(false);
  shown = $state.raw<Path | null>(null);
  sketch = $state.raw<Sketch | null>(null);
  /** what was asked for last, to be opened or computed: an answer to something earlier comes too late */
  #wanted = 0;

  constructor(readonly run: string) {
    super();
  }

  async refresh(client: HostClient): Promise<void> {
    try {
      this.saved = await client.paths.list({ run: this.run });
      this.loaded = true;
    } catch (error) {
      this.fail(error);
    }
  }

  async open(client: HostClient, id: string): Promise<void> {
    const wanted = ++this.#wanted;
    try {
      this.failure = null;
      this.sketch = null;
      const found = await client.paths.get({ run: this.run, id });
      if (wanted === this.#wanted) this.shown = found;
    } catch (error) {
      if (wanted === this.#wanted) this.fail(error);
    }
  }

  estimate(client: HostClient, request: PathRequest, signal: AbortSignal): Promise<PathEstimate> {
    return client.paths.estimate(request, { signal });
  }

  /** Computes and shows a path as it is found. Asking again for one that was stopped continues it. */
  async compute(client: HostClient, request: PathRequest): Promise<void> {
    this.#wanted++;
    this.sketch = null;
    await this.follow({ text: 'Preparing', share: null, remainingSeconds: null }, (signal) => client.paths.compute(request, { signal }), (event) => this.#take(event));
    void this.refresh(client);
  }

  async remove(client: HostClient, id: string): Promise<void> {
    try {
      await client.paths.remove({ run: this.run, id });
      if (this.shown?.id === id) this.shown = null;
    } catch (error) {
      notices.failure('The path could not be removed', error);
    }
    await this.refresh(client);
  }

  /** A file of the shown path, made by the engine; pictures as `look` says. */
  async file(client: HostClient, what: PathFormat | 'midpoint' | 'end' | number, look: PathLook): Promise<{ name: string; bytes: Uint8Array } | undefined> {
    if (!this.shown) return undefined;
    const one = { run: this.run, id: this.shown.id };
    if (what === 'midpoint' || what === 'end' || typeof what === 'number') return client.paths.weights({ ...one, which: what });
    return client.paths.export({ ...one, format: what, look });
  }

  #take(event: PathEvent): void {
    switch (event.kind) {
      case 'start':
      case 'end':
        this.shown = event.path;
        if (event.kind === 'start') this.progress = { text: event.path.recipe.align === true && !event.path.alignment ? 'Matching units' : 'Preparing', share: null, remainingSeconds: null };
        break;
      case 'align':
        this.progress = { text: `Units matched, pass ${event.pass}`, share: null, remainingSeconds: null };
        break;
      case 'train':
        if (event.sketch) this.sketch = event.sketch;
        this.progress = { text: `Step ${event.step} of ${event.steps}`, share: event.step / event.steps, remainingSeconds: event.remainingSeconds };
        break;
      case 'point':
        this.#point(event);
    }
  }

  #point({ index, values, done, total }: Extract<PathEvent, { kind: 'point' }>): void {
    this.progress = { text: `${done} of ${total} places`, share: done / total, remainingSeconds: null };
    if (!this.shown) return;
    for (const [split, quantities] of Object.entries(values)) for (const [name, value] of Object.entries(quantities)) this.shown.values[split]?.[name]?.set([value], index);
    this.shown = { ...this.shown, done };
  }
}

/** How a path was made, in one line. */
export function describe({ recipe, title }: Path): string {
  const { training, subset, splits, batchNorm } = recipe as { training?: { epochs: number; learningRate: number; batchSize: number } | null; subset?: { count: number } | null; splits?: string[]; batchNorm?: string };
  return [
    title,
    ...(training ? [`${training.epochs} epochs at ${training.learningRate}, batches of ${training.batchSize}`] : []),
    `${(splits ?? []).join(' and ')}${subset ? `, at most ${subset.count} examples of each` : ', all examples'}`,
    ...(batchNorm === 'recalibrated' ? ['BatchNorm recalibrated'] : []),
  ].join(' · ');
}
