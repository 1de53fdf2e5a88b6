import { mul, sum, type Tensor, trace, valueAndGrad } from '#core/graph';
import { compile, type CompileOptions, type Program } from '#core/runtime';
import { addScaled, dot } from '../algebra/vectors';
import { type CurvatureProblem, exampleCount, exampleLosses } from '../problem';
import { networkOperator, type NetworkOperatorOptions, type ParameterPlace, pick, placesOf, problemSpecs } from './network';
import type { LinearOperator, Vector } from './operator';

/** The mean loss over all batches at some weights, and its gradient. */
export interface LossAndGradient {
  readonly loss: number;
  /** In the chosen parameters, laid out as an operator's vectors. */
  readonly gradient: Vector;
  /** Of each batch: its examples, and the squared norm of its own mean gradient. */
  readonly batches: readonly { readonly count: number; readonly squaredNorm: number }[];
}

/** A problem's mean loss and its gradient, compiled once: at the weights that the problem holds when it is asked, or beside them. */
export class GradientProgram {
  private constructor(
    private readonly problem: CurvatureProblem,
    private readonly program: Program,
    readonly places: readonly ParameterPlace[],
    private readonly double: boolean,
  ) {}

  static async create(problem: CurvatureProblem, options: NetworkOperatorOptions): Promise<GradientProgram> {
    const places = placesOf(problem, options.select);
    const chosen = new Set(places.map(({ name }) => name));
    const graph = trace(({ parameters, buffers, batch }: { parameters: Record<string, Tensor>; buffers: Record<string, Tensor>; batch: { x: Tensor; y: Tensor; mask: Tensor } }) => {
      const own = Object.fromEntries(Object.entries(parameters).filter(([name]) => chosen.has(name)));
      const [loss, gradient] = valueAndGrad((at: Record<string, Tensor>) => sum(mul(exampleLosses(problem, { ...parameters, ...at }, buffers, batch), batch.mask)))(own);
      return { loss, gradient };
    }, problemSpecs(problem));
    return new GradientProgram(problem, await compile(graph, compileOptionsOf(options)), places, options.device === 'reference');
  }

  /** @param offset added to the chosen parameters: a vector of theirs */
  async at(offset?: Vector, signal?: AbortSignal): Promise<LossAndGradient> {
    const { problem, program, places, double } = this;
    const fed = { ...fixedFeeds(problem) };
    if (offset) {
      for (const { name, offset: begin } of places) fed[`parameters.${name}`] = fed[`parameters.${name}`]!.map((value, i) => value + offset[begin + i]!);
    }
    const size = sizeOfPlaces(places);
    const total = new Float64Array(size);
    const batches: { count: number; squaredNorm: number }[] = [];
    let loss = 0;
    for (const { x, y, mask, count } of problem.batches) {
      signal?.throwIfAborted();
      const results = await program.run(pick({ ...fed, 'batch.x': x, 'batch.y': y, 'batch.mask': mask }, program.graph));
      let squares = 0;
      for (const { name, offset: begin } of places) {
        const values = await results[`gradient.${name}`]!.read();
        for (let i = 0; i < values.length; i++) {
          const value = Number(values[i]);
          total[begin + i]! += value;
          squares += value * value;
        }
      }
      loss += Number((await results['loss']!.read())[0]);
      batches.push({ count, squaredNorm: squares / count ** 2 });
      for (const array of Object.values(results)) array.dispose();
    }
    const examples = exampleCount(problem);
    const mean = total.map((value) => value / examples);
    return { loss: loss / examples, gradient: double ? mean : Float32Array.from(mean), batches };
  }

  dispose(): Promise<void> {
    return this.program.dispose();
  }
}

/** Gradient of the mean loss over all batches in the chosen parameters, laid out as an operator's vectors. */
export async function meanGradient(problem: CurvatureProblem, options: NetworkOperatorOptions): Promise<Vector> {
  const program = await GradientProgram.create(problem, options);
  try {
    return (await program.at()).gradient;
  } finally {
    await program.dispose();
  }
}

/** The places' numbers together. */
export const sizeOfPlaces = (places: readonly ParameterPlace[]): number => places.reduce((size, place) => size + place.size, 0);

/** What does not change from batch to batch. */
export function fixedFeeds({ parameters, buffers }: CurvatureProblem): Record<string, Float32Array | Float64Array> {
  return Object.fromEntries([
    ...Object.entries(parameters).map(([name, { data }]) => [`parameters.${name}`, data] as const),
    ...Object.entries(buffers).map(([name, { data }]) => [`buffers.${name}`, data] as const),
  ]);
}

export const compileOptionsOf = ({ device, threads }: CompileOptions): CompileOptions => (threads === undefined ? { device } : { device, threads });

/**
 * Covariance of the examples' gradients: `1/N sum_i g_i g_i' - g g'`, the noise of stochastic gradients (of batches of one). The
 * examples' losses must not depend on one another (BatchNorm in evaluation mode).
 */
export async function gradientCovariance(problem: CurvatureProblem, options: NetworkOperatorOptions): Promise<LinearOperator & { readonly places: readonly ParameterPlace[] }> {
  const mean = await meanGradient(problem, options);
  const second = networkOperator(problem, 'empirical-fisher', options);
  return {
    name: 'gradient-covariance',
    dimension: second.dimension,
    precision: second.precision,
    block: second.block,
    places: second.places,
    async apply(vectors, applied) {
      const images = await second.apply(vectors, applied);
      images.forEach((image, i) => addScaled(image, mean, -dot(mean, vectors[i]!)));
      return images;
    },
    dispose: () => second.dispose(),
  };
}
