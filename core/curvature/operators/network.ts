import { bytesPerElement, type Graph, hoist, spec, type Tensor, trace, UserError, vmap } from '#core/graph';
import { compile, type CompileOptions, compileOptionsOf, type DeviceArray, type Feed, pickFeeds, type Program } from '#core/runtime';
import { type CurvatureProblem, exampleCount, type ParameterFilter } from '../problem';
import { fixedFeeds, type ParameterPlace, placesOf, type ProblemInputs, problemSpecs, sizeOfPlaces } from './feeds';
import { type ApplyOptions, type LinearOperator, newVector, type Vector } from './operator';
import { type BatchTensors, type ProductName, products } from './products';

export interface NetworkOperatorOptions extends CompileOptions {
  /** Which parameters take part; default: all. */
  readonly select?: ParameterFilter;
  /** Bytes for what is kept between products; default 1 GiB. Batches that do not fit are computed whole each time. */
  readonly memory?: number;
  /** Vectors multiplied at once: the weights are read once for all of them, and a run takes as much longer. Default 8. */
  readonly block?: number;
}

/** A curvature matrix of a network's loss, with the places of its parameters. */
export interface NetworkOperator extends LinearOperator {
  readonly name: ProductName;
  readonly places: readonly ParameterPlace[];
  moveTo(weights: Pick<CurvatureProblem, 'parameters' | 'buffers'>): void;
}

const DEFAULT_MEMORY = 2 ** 30;
const BLOCK = 8;

/**
 * A curvature matrix of the mean loss over all of a problem's batches, exact: the batches' products are summed in float64. What does
 * not depend on the vectors (activations, the gradient's pass) is computed once a batch and kept where at least half of it fits in memory.
 */
export function networkOperator(problem: CurvatureProblem, product: ProductName, options: NetworkOperatorOptions): NetworkOperator {
  return new ProductOperator(problem, product, options);
}

type Arrays = Record<string, DeviceArray>;

/**
 * A product's programs: for batches whose results of the first part are kept, in two parts; for the others in one, which neither writes nor
 * reads all that lies between the parts.
 */
interface ProductPrograms {
  readonly parts: { readonly still: Program; readonly moving: Program } | undefined;
  readonly whole: Program | undefined;
  readonly kept: Arrays[];
  /** Bytes of one batch's results. */
  readonly bytes: number;
  /** How many batches' results are kept. */
  readonly fitting: number;
}

class ProductOperator implements NetworkOperator {
  readonly places: readonly ParameterPlace[];
  readonly dimension: number;
  readonly precision: 'float32' | 'float64';
  readonly block: number;
  /** By the number of vectors. */
  readonly #programs = new Map<number, Promise<ProductPrograms>>();
  readonly #compiled: ProductPrograms[] = [];
  #fixed: Readonly<Record<string, Feed>>;
  readonly #examples: number;
  readonly #sums: Float64Array[] = [];

  constructor(
    private readonly problem: CurvatureProblem,
    readonly name: ProductName,
    private readonly options: NetworkOperatorOptions,
  ) {
    this.places = placesOf(problem, options.select);
    this.block = options.block ?? BLOCK;
    this.dimension = sizeOfPlaces(this.places);
    this.precision = options.device === 'reference' ? 'float64' : 'float32';
    this.#examples = exampleCount(problem);
    if (this.#examples === 0) throw new UserError('curvature.examples', 'there is no example to take the loss of');
    this.#fixed = fixedFeeds(problem);
  }

  moveTo(weights: Pick<CurvatureProblem, 'parameters' | 'buffers'>): void {
    this.#fixed = fixedFeeds(weights);
    for (const { kept } of this.#compiled) release(kept);
  }

  async apply(vectors: readonly Vector[], { signal }: ApplyOptions = {}): Promise<Vector[]> {
    if (vectors.length === 0) return [];
    const programs = await this.#program(vectors.length);
    const fed: Record<string, Feed> = { ...this.#fixed, ...this.#vectorFeeds(vectors) };
    const alone = this.problem.batches.length === 1;
    const sums = alone ? vectors.map(() => newVector(this)) : this.#accumulators(vectors.length);
    for (const [index, { x, y, mask }] of this.problem.batches.entries()) {
      signal?.throwIfAborted();
      const results = await runProduct(programs, index, { ...fed, 'batch.x': x, 'batch.y': y, 'batch.mask': mask });
      await this.#add(results, sums);
      for (const array of Object.values(results)) array.dispose();
    }
    const share = 1 / this.#examples;
    return sums.map((sum) => {
      const product = alone ? sum : newVector(this);
      for (let i = 0; i < product.length; i++) product[i] = sum[i]! * share;
      return product;
    });
  }

  get keptBytes(): number {
    return this.#compiled.reduce((total, { kept, bytes }) => total + kept.length * bytes, 0);
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#programs.values());
    this.#programs.clear();
    for (const { parts, whole, kept } of this.#compiled.splice(0)) {
      release(kept);
      for (const program of [parts?.still, parts?.moving, whole]) await program?.dispose();
    }
  }

  /** Vectors as the program takes them: one alone in views, several packed parameter by parameter. */
  #vectorFeeds(vectors: readonly Vector[]): Record<string, Feed> {
    const feeds: Record<string, Feed> = {};
    for (const { name, offset, size } of this.places) {
      const [alone] = vectors;
      if (vectors.length === 1) {
        feeds[`vector.${name}`] = alone!.subarray(offset, offset + size);
        continue;
      }
      const packed = this.precision === 'float32' ? new Float32Array(size * vectors.length) : new Float64Array(size * vectors.length);
      vectors.forEach((vector, k) => packed.set(vector.subarray(offset, offset + size), k * size));
      feeds[`vector.${name}`] = packed;
    }
    return feeds;
  }

  /** Sums over batches in float64, the same arrays for every product. */
  #accumulators(count: number): Float64Array[] {
    while (this.#sums.length < count) this.#sums.push(new Float64Array(this.dimension));
    return this.#sums.slice(0, count).map((sum) => sum.fill(0));
  }

  async #add(results: Arrays, sums: readonly Vector[]): Promise<void> {
    for (const { name, offset, size } of this.places) {
      const values = (await results[name]!.read()) as Vector;
      sums.forEach((sum, k) => {
        if (this.problem.batches.length === 1) sum.set(values.subarray(k * size, (k + 1) * size), offset);
        else addInto(sum, offset, values, k * size, size);
      });
    }
  }

  #program(count: number): Promise<ProductPrograms> {
    let program = this.#programs.get(count);
    if (program === undefined) {
      program = this.#compile(count);
      this.#programs.set(count, program);
    }
    return program;
  }

  async #compile(count: number): Promise<ProductPrograms> {
    const { memory = DEFAULT_MEMORY } = this.options;
    const options = compileOptionsOf(this.options);
    const graph = this.#trace(count);
    const { still, moving } = hoist(graph, (name) => name.startsWith('vector.'));
    const bytes = still.outputs.reduce((total, { tensor }) => total + tensor.size * bytesPerElement(tensor.dtype), 0);
    const all = this.problem.batches.length;
    const fitting = bytes === 0 ? 0 : Math.min(all, Math.floor(memory / bytes));
    // Where little of the data fits, what is kept does not make up for two programs more.
    const split = 2 * fitting >= all;
    const programs: ProductPrograms = {
      parts: split ? { still: await compile(still, options), moving: await compile(moving, options) } : undefined,
      whole: split && fitting === all ? undefined : await compile(graph, options),
      kept: [],
      bytes,
      fitting: split ? fitting : 0,
    };
    this.#compiled.push(programs);
    return programs;
  }

  #trace(count: number): Graph {
    const { problem, places } = this;
    const chosen = new Set(places.map(({ name }) => name));
    const vectorSpecs = Object.fromEntries(places.map(({ name, shape }) => [name, spec(count === 1 ? shape : [count, ...shape])]));
    return trace(
      ({ parameters, buffers, batch, vector }: ProblemInputs & { vector: Record<string, Tensor> }) => {
        const split = (wanted: boolean): Record<string, Tensor> => Object.fromEntries(Object.entries(parameters).filter(([name]) => chosen.has(name) === wanted));
        const tensors: BatchTensors = { chosen: split(true), still: split(false), buffers, batch };
        const multiply = (v: Record<string, Tensor>): Record<string, Tensor> => products[this.name](problem, tensors, v);
        return count === 1 ? multiply(vector) : vmap(multiply)(vector);
      },
      { ...problemSpecs(problem), vector: vectorSpecs },
    );
  }
}

/** One batch's product, with what is kept of the batch or may be. */
async function runProduct({ parts, whole, kept, fitting }: ProductPrograms, index: number, feeds: Record<string, Feed>): Promise<Arrays> {
  if (parts === undefined || index >= fitting) return whole!.run(pickFeeds(feeds, whole!.graph));
  const own = (kept[index] ??= await parts.still.run(pickFeeds(feeds, parts.still.graph)));
  return parts.moving.run(pickFeeds({ ...feeds, ...own }, parts.moving.graph));
}

/** Gives back what is kept of all batches. */
function release(kept: Arrays[]): void {
  for (const arrays of kept.splice(0)) for (const array of Object.values(arrays)) array.dispose();
}

/** `sum[offset ...] += values[from ...]`, `size` entries. */
function addInto(sum: Vector, offset: number, values: Vector, from: number, size: number): void {
  for (let i = 0; i < size; i++) sum[offset + i]! += values[from + i]!;
}
