import type { CompileOptions } from '#core/runtime';
import { lanczos } from '../algorithms/lanczos';
import { networkOperator, type NetworkOperator } from '../operators/network';
import type { Vector } from '../operators/operator';
import { convPlaces, squaredOperatorNorm } from './conv-layers';
import { foldBatchNorm, normalizedLayers } from './fold';
import { differenceOf, type LayerMatrix, layerMatrices, squaredFrobenius } from './layer-norms';
import { MeasureUnavailable } from './measure';
import { type Answers, NetworkAt } from '../operators/network-at';
import type { MeasureProblem, State } from './problem';
import type { MeasureSettings } from './settings';

export interface BenchOptions extends CompileOptions {
  readonly settings: MeasureSettings;
  /** Draws all random vectors. */
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  /** What is being done, for people. */
  readonly onProgress?: ((text: string) => void) | undefined;
}

/** A network whose BatchNorm is taken into its weights, and whether it could be. */
export interface Folded {
  readonly network: NetworkAt;
  readonly state: State;
  readonly initial: State | undefined;
  readonly note?: string;
}

/**
 * A network laid out for measuring: what several measures need is computed when the first asks for it, and kept. Not shared between
 * networks; to be disposed of.
 */
export class MeasureBench {
  readonly settings: MeasureSettings;
  readonly seed: number;
  readonly signal: AbortSignal | undefined;
  readonly network: NetworkAt;
  /** The weights that are measured. */
  readonly centre: Vector;
  readonly #kept = new Map<string, Promise<unknown>>();

  constructor(readonly problem: MeasureProblem, readonly options: BenchOptions) {
    this.settings = options.settings;
    this.seed = options.seed;
    this.signal = options.signal;
    this.network = new NetworkAt(problem, options);
    this.centre = this.network.centre;
  }

  /** Computes something once. */
  once<T>(name: string, make: () => Promise<T>): Promise<T> {
    let known = this.#kept.get(name) as Promise<T> | undefined;
    if (known === undefined) {
      known = make();
      known.catch(() => undefined);
      this.#kept.set(name, known);
    }
    return known;
  }

  say(text: string): void {
    this.options.onProgress?.(text);
  }

  /** Losses and outputs at the weights. */
  answers(): Promise<Answers> {
    return this.once('answers', async () => {
      this.say('evaluating the network');
      const answers = await this.network.evaluate(this.centre, { signal: this.signal });
      if (!Number.isFinite(answers.loss)) throw new MeasureUnavailable('the loss at these weights is not finite');
      return answers;
    });
  }

  gradient(): Promise<Float64Array> {
    return this.once('gradient', async () => (await this.network.gradient(this.centre, { signal: this.signal })).gradient);
  }

  /** The class of each example, in the order of the answers. @throws MeasureUnavailable where there are no classes */
  labels(): Int32Array {
    if (this.problem.classes === undefined) throw new MeasureUnavailable('it needs class labels');
    return Int32Array.from(this.problem.batches.flatMap(({ y, count }) => Array.from(y.subarray(0, count), Number)));
  }

  /** The Hessian in all parameters. */
  hessian(): NetworkOperator {
    this.#hessian ??= networkOperator(this.problem, 'hessian', this.options);
    return this.#hessian;
  }

  /** Largest eigenvalue of the Hessian, with its residual. */
  largestEigenvalue(): Promise<{ value: number; residual: number; converged: boolean }> {
    return this.once('largest eigenvalue', async () => {
      const { largest } = await lanczos(this.hessian(), {
        largest: 1,
        tolerance: 1e-3,
        maxIterations: 100,
        seed: this.seed,
        ...(this.signal && { signal: this.signal }),
        onIteration: ({ iteration }) => this.say(`largest eigenvalue, iteration ${iteration}`),
      });
      return largest[0]!;
    });
  }

  folded(): Promise<Folded> {
    return this.once('folded', async () => {
      const { problem } = this;
      const layers = normalizedLayers(problem);
      const norms = Object.keys(problem.parameters).filter((name) => problem.parameters[name]!.kind === 'norm');
      if (layers.length === 0) return this.#plain(norms.length > 0 ? unfolded : undefined);
      const state = foldBatchNorm(problem, layers);
      const network = new NetworkAt({ ...problem, ...state }, this.options);
      const first = { signal: this.signal, batches: [0] };
      const [before, after] = [await this.network.evaluate(this.centre, first), await network.evaluate(network.centre, first)];
      const size = before.outputs.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const same = before.outputs.every((value, i) => Math.abs(value - after.outputs[i]!) <= 1e-3 * size);
      if (!same) {
        await network.dispose();
        return this.#plain(unfolded);
      }
      this.#disposable.push(network);
      const all = 2 * layers.length === norms.length;
      return { network, state, initial: problem.initial && foldBatchNorm(problem.initial, layers), ...(!all && { note: unfolded }) };
    });
  }

  /** Layer matrices of the folded network. */
  async matrices(): Promise<LayerMatrix[]> {
    const matrices = layerMatrices((await this.folded()).state);
    if (matrices.length === 0) throw new MeasureUnavailable('the network has no layer with a weight matrix');
    return matrices;
  }

  /** How far each layer is from its first weights. @throws MeasureUnavailable where those are not known */
  async differences(): Promise<LayerMatrix[]> {
    const { initial } = await this.folded();
    if (initial === undefined) throw new MeasureUnavailable('the weights before training are not known');
    const first = layerMatrices(initial);
    return (await this.matrices()).map((matrix, i) => differenceOf(matrix, first[i]!));
  }

  /** Squared Frobenius norms of the layers, or of their differences from initialization. */
  async frobenius(of: 'weights' | 'differences' = 'weights'): Promise<number[]> {
    return (of === 'weights' ? await this.matrices() : await this.differences()).map(squaredFrobenius);
  }

  /** Squared spectral norms of the layers: of the kernels as matrices, or of the maps that the layers are. */
  spectral(kind: 'kernel' | 'operator', of: 'weights' | 'differences' = 'weights'): Promise<number[]> {
    return this.once(`spectral ${kind} ${of}`, async () => {
      const matrices = of === 'weights' ? await this.matrices() : await this.differences();
      const places = kind === 'operator' ? convPlaces(this.problem) : undefined;
      const norms: number[] = [];
      for (const matrix of matrices) {
        this.signal?.throwIfAborted();
        this.say(`spectral norm of ${matrix.name}`);
        norms.push(await squaredOperatorNorm(matrix, places?.get(matrix.name), this.options, this.signal));
      }
      return norms;
    });
  }

  async dispose(): Promise<void> {
    await Promise.allSettled(this.#kept.values());
    await this.network.dispose();
    await this.#hessian?.dispose();
    for (const each of this.#disposable) await each.dispose();
  }

  /** Something to be disposed of with the bench. */
  keep<T extends { dispose(): Promise<void> }>(thing: T): T {
    this.#disposable.push(thing);
    return thing;
  }

  #plain(note: string | undefined): Folded {
    const { parameters, buffers, initial } = this.problem;
    return { network: this.network, state: { parameters, buffers }, initial, ...(note !== undefined && { note }) };
  }

  #hessian: NetworkOperator | undefined;
  readonly #disposable: { dispose(): Promise<void> }[] = [];
}

const unfolded = 'The network has normalization layers that could not be taken into the weights before them: the weights are taken as they are.';
