import { type Graph, spec, type Tensor, trace, type TypedArray, UserError, vmap } from '#core/graph';
import { type CompileOptions, compileOptionsOf, type Feed } from '#core/runtime';
import { type CurvatureProblem, exampleCount, type ParameterFilter } from '../problem';
import { fixedFeeds, type ParameterPlace, placesOf, type ProblemInputs, problemSpecs, sizeOfPlaces } from './feeds';
import { inLanes, lanesOf } from './lanes';
import { type ApplyOptions, type LinearOperator, newVector, type Vector } from './operator';
import { ProductPrograms } from './product-programs';
import { type BatchTensors, type ProductName, products } from './products';
import { StillPart } from './still-part';

export interface NetworkOperatorOptions extends CompileOptions {
  /** Which parameters take part; default: all. */
  readonly select?: ParameterFilter;
  /** Bytes for what is kept between products, of any number of vectors; default `keepableBytes`. Batches that do not fit are computed whole each time. */
  readonly memory?: number;
  /** Vectors multiplied at once: the weights are read once for all of them, and a run takes as much longer. Default 8. */
  readonly block?: number;
}

/** A curvature matrix of a network's loss, with the places of its parameters. */
export interface NetworkOperator extends LinearOperator {
  readonly name: ProductName;
  readonly places: readonly ParameterPlace[];
  readonly lanes: number;
  readonly keptBytes: number;
  moveTo(weights: Pick<CurvatureProblem, 'parameters' | 'buffers'>): void;
}

const BLOCK = 8;

/**
 * A curvature matrix of the mean loss over all of a problem's batches, exact: the batches' products are summed in float64. What does
 * not depend on the vectors (activations, the gradient's pass) is computed once a batch and kept where at least half of it fits in memory.
 */
export function networkOperator(problem: CurvatureProblem, product: ProductName, options: NetworkOperatorOptions): NetworkOperator {
  return new ProductOperator(problem, product, options);
}

class ProductOperator implements NetworkOperator {
  readonly places: readonly ParameterPlace[];
  readonly dimension: number;
  readonly precision: 'float32' | 'float64';
  readonly block: number;
  /** By the number of vectors. */
  readonly #programs = new Map<number, Promise<ProductPrograms>>();
  #still: StillPart | undefined;
  #lanes: number | undefined;
  #graph: Graph | undefined;
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

  get lanes(): number {
    return (this.#lanes ??= lanesOf(this.#ofOne, this.problem.batches.length, this.dimension, this.options));
  }

  moveTo(weights: Pick<CurvatureProblem, 'parameters' | 'buffers'>): void {
    this.#fixed = fixedFeeds(weights);
    this.#still?.release();
  }

  async apply(vectors: readonly Vector[], { signal }: ApplyOptions = {}): Promise<Vector[]> {
    if (vectors.length === 0) return [];
    const programs = await this.#program(vectors.length);
    const fed: Record<string, Feed> = { ...this.#fixed, ...this.#vectorFeeds(vectors) };
    const alone = this.problem.batches.length === 1;
    const sums = alone ? vectors.map(() => newVector(this)) : this.#accumulators(vectors.length);
    const { batches } = this.problem;
    const product = async (index: number): Promise<TypedArray[]> => {
      signal?.throwIfAborted();
      const { x, y, mask } = batches[index]!;
      const results = await programs.run(index, { ...fed, 'batch.x': x, 'batch.y': y, 'batch.mask': mask });
      const numbers = await Promise.all(this.places.map(({ name }) => results[name]!.read()));
      for (const array of Object.values(results)) array.dispose();
      return numbers;
    };
    await inLanes(batches.length, this.lanes, product, (numbers) => this.#add(numbers, sums));
    const share = 1 / this.#examples;
    return sums.map((sum) => {
      const product = alone ? sum : newVector(this);
      for (let i = 0; i < product.length; i++) product[i] = sum[i]! * share;
      return product;
    });
  }

  get keptBytes(): number {
    return this.#still?.keptBytes ?? 0;
  }

  async dispose(): Promise<void> {
    for (const programs of this.#programs.values()) await (await programs).dispose();
    this.#programs.clear();
    await this.#still?.dispose();
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

  #add(numbers: readonly TypedArray[], sums: readonly Vector[]): void {
    for (const [i, { offset, size }] of this.places.entries()) {
      const values = numbers[i] as Vector;
      sums.forEach((sum, k) => {
        if (this.problem.batches.length === 1) sum.set(values.subarray(k * size, (k + 1) * size), offset);
        else addInto(sum, offset, values, k * size, size);
      });
    }
  }

  #program(count: number): Promise<ProductPrograms> {
    let program = this.#programs.get(count);
    if (program === undefined) {
      const options = compileOptionsOf(this.options);
      this.#still ??= new StillPart((input) => input.startsWith('vector.'), this.problem.batches.length, this.options.memory, options, this.lanes);
      program = ProductPrograms.of(count === 1 ? this.#ofOne : this.#trace(count), this.#still, options, this.lanes);
      this.#programs.set(count, program);
    }
    return program;
  }

  /** The product with one vector. */
  get #ofOne(): Graph {
    return (this.#graph ??= this.#trace(1));
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

/** `sum[offset ...] += values[from ...]`, `size` entries. */
function addInto(sum: Vector, offset: number, values: Vector, from: number, size: number): void {
  for (let i = 0; i < size; i++) sum[offset + i]! += values[from + i]!;
}
