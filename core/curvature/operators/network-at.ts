import { mul, sum, type Tensor, trace, valueAndGrad } from '#core/graph';
import { compile, compileOptionsOf, type Feed, pickFeeds, type Program } from '#core/runtime';
import { mean } from '../algebra/statistics';
import { dot } from '../algebra/vectors';
import { type CurvatureProblem, exampleCount, exampleLosses } from '../problem';
import { fixedFeeds, type ParameterPlace, placesOf, type ProblemInputs, problemSpecs, sizeOfPlaces } from './feeds';
import type { NetworkOperatorOptions } from './network';
import { newVector, type Vector } from './operator';

type Tensors = Record<string, Tensor>;

/** The mean loss over batches at some weights, and its gradient. */
export interface LossAndGradient {
  readonly loss: number;
  /** In the chosen parameters, laid out as an operator's vectors. */
  readonly gradient: Float64Array;
  /** Of each batch: its examples, and the squared norm of its own mean gradient. */
  readonly batches: readonly { readonly count: number; readonly squaredNorm: number }[];
}

/** Losses `[examples]` and outputs `[examples, width]` of all examples. */
export interface Answers {
  readonly losses: Float64Array;
  readonly outputs: Float64Array;
  readonly width: number;
  /** Mean of the losses. */
  readonly loss: number;
}

export interface AtOptions {
  readonly signal?: AbortSignal | undefined;
  /** Only these batches of the problem. */
  readonly batches?: readonly number[];
}

/**
 * A network at any weights: each program is compiled once, when it is first asked for, and the weights are one vector in the order of
 * the problem's parameters, of all or of the chosen ones; the others are read from the problem each time.
 */
export class NetworkAt {
  readonly places: readonly ParameterPlace[];
  readonly dimension: number;
  readonly precision: 'float32' | 'float64';
  readonly examples: number;
  readonly #programs = new Map<string, Promise<Program>>();
  readonly #options: Pick<NetworkOperatorOptions, 'device' | 'threads'>;

  constructor(readonly problem: CurvatureProblem, options: Pick<NetworkOperatorOptions, 'device' | 'threads' | 'select'>) {
    this.places = placesOf(problem, options.select);
    this.dimension = sizeOfPlaces(this.places);
    this.precision = options.device === 'reference' ? 'float64' : 'float32';
    this.examples = exampleCount(problem);
    this.#options = compileOptionsOf(options);
  }

  /** The weights that the problem is about. */
  get centre(): Vector {
    return this.vectorOf(this.problem.parameters);
  }

  vectorOf(parameters: Readonly<Record<string, { readonly data: Float32Array | Float64Array }>>): Vector {
    const vector = newVector(this);
    for (const { name, offset } of this.places) vector.set(parameters[name]!.data, offset);
    return vector;
  }

  async evaluate(at: Vector, { signal, batches }: AtOptions = {}): Promise<Answers> {
    const program = await this.#program('values', ({ parameters, buffers, batch }) => ({
      losses: exampleLosses(this.problem, parameters, buffers, batch),
      outputs: this.problem.outputs(parameters, buffers, batch.x),
    }));
    const chosen = this.#batches(batches);
    const count = chosen.reduce((total, batch) => total + batch.count, 0);
    const losses = new Float64Array(count);
    let outputs = new Float64Array(0);
    let [width, done] = [0, 0];
    for (const batch of chosen) {
      signal?.throwIfAborted();
      const results = await program.run(this.#feeds(program, at, batch));
      const values = (await results['outputs']!.read()) as Vector;
      if (width === 0) {
        width = values.length / batch.mask.length;
        outputs = new Float64Array(count * width);
      }
      outputs.set(values.subarray(0, batch.count * width), done * width);
      losses.set(((await results['losses']!.read()) as Vector).subarray(0, batch.count), done);
      for (const array of Object.values(results)) array.dispose();
      done += batch.count;
    }
    return { losses, outputs, width, loss: mean(losses) };
  }

  /** Mean loss and its gradient, summed over batches in float64. */
  async gradient(at: Vector, { signal, batches }: AtOptions = {}): Promise<LossAndGradient> {
    const program = await this.#program('gradient', ({ parameters, buffers, batch }) => {
      const own = Object.fromEntries(this.places.map(({ name }) => [name, parameters[name]!]));
      const [loss, gradients] = valueAndGrad((chosen: Tensors) => sum(mul(exampleLosses(this.problem, { ...parameters, ...chosen }, buffers, batch), batch.mask)))(own);
      return { loss, gradients };
    });
    const gradient = new Float64Array(this.dimension);
    const chosen = this.#batches(batches);
    const count = chosen.reduce((total, batch) => total + batch.count, 0);
    const batchFigures: { count: number; squaredNorm: number }[] = [];
    let loss = 0;
    for (const batch of chosen) {
      signal?.throwIfAborted();
      const results = await program.run(this.#feeds(program, at, batch));
      loss += Number((await results['loss']!.read())[0]);
      let squares = 0;
      for (const { name, offset, size } of this.places) {
        const values = (await results[`gradients.${name}`]!.read()) as Vector;
        for (let i = 0; i < size; i++) gradient[offset + i]! += values[i]!;
        squares += dot(values, values);
      }
      batchFigures.push({ count: batch.count, squaredNorm: squares / batch.count ** 2 });
      for (const array of Object.values(results)) array.dispose();
    }
    for (let i = 0; i < gradient.length; i++) gradient[i]! /= count;
    return { loss: loss / count, gradient, batches: batchFigures };
  }

  /** Numbers `[batch, ...]` of each example at the centre, by any function of the tensors; padding is left out. `[examples, width]` */
  async perExample(name: string, f: (inputs: ProblemInputs) => Tensor, signal?: AbortSignal): Promise<Float64Array> {
    const program = await this.#program(`example.${name}`, (inputs) => ({ values: f(inputs) }));
    const parts: Vector[] = [];
    const at = this.centre;
    for (const batch of this.problem.batches) {
      signal?.throwIfAborted();
      const results = await program.run(this.#feeds(program, at, batch));
      const values = (await results['values']!.read()) as Vector;
      parts.push(values.slice(0, (values.length / batch.mask.length) * batch.count));
      results['values']!.dispose();
    }
    const whole = new Float64Array(parts.reduce((total, { length }) => total + length, 0));
    let done = 0;
    for (const part of parts) {
      whole.set(part, done);
      done += part.length;
    }
    return whole;
  }

  async dispose(): Promise<void> {
    const programs = await Promise.all(this.#programs.values());
    this.#programs.clear();
    for (const program of programs) await program.dispose();
  }

  #batches(chosen: readonly number[] | undefined) {
    return chosen === undefined ? this.problem.batches : chosen.map((index) => this.problem.batches[index]!);
  }

  #feeds(program: Program, at: Vector, { x, y, mask }: CurvatureProblem['batches'][number]): Record<string, Feed> {
    const feeds: Record<string, Feed> = { ...fixedFeeds(this.problem), 'batch.x': x, 'batch.y': y, 'batch.mask': mask };
    for (const { name, offset, size } of this.places) feeds[`parameters.${name}`] = at.subarray(offset, offset + size);
    return pickFeeds(feeds, program.graph);
  }

  #program(name: string, f: (inputs: ProblemInputs) => Record<string, Tensor | Tensors>): Promise<Program> {
    let program = this.#programs.get(name);
    if (program === undefined) {
      program = compile(trace(f as never, problemSpecs(this.problem) as never), this.#options);
      this.#programs.set(name, program);
    }
    return program;
  }
}
