import { jvp, mul, spec, sizeOf, type Tensor, trace, vjp } from '#core/graph';
import { compile, compileOptionsOf, pickFeeds, type Program } from '#core/runtime';
import { exampleCount, type CurvatureProblem } from '../problem';
import { fixedFeeds, placesOf, problemSpecs } from './feeds';
import type { NetworkOperatorOptions } from './network';
import { type ApplyOptions, type LinearOperator, newVector, type Vector } from './operator';

type Tensors = Record<string, Tensor>;

/**
 * The empirical neural tangent kernel `J J'` (Jacot, Gabriel, Hongler 2018) on all examples: `J` is the Jacobian of every output
 * of every example in the chosen parameters. Its vectors are `[examples, outputs]`, example by example. Its positive
 * eigenvalues are those of `J' J`.
 */
export async function tangentKernel(problem: CurvatureProblem, options: NetworkOperatorOptions): Promise<LinearOperator> {
  const places = placesOf(problem, options.select);
  const chosen = new Set(places.map(({ name }) => name));
  const specs = problemSpecs(problem);
  const split = (parameters: Tensors, buffers: Tensors, x: Tensor): { own: Tensors; f: (own: Tensors) => Tensor } => ({
    own: Object.fromEntries(Object.entries(parameters).filter(([name]) => chosen.has(name))),
    f: (at) => problem.outputs({ ...parameters, ...at }, buffers, x),
  });
  const fixed = { parameters: specs.parameters, buffers: specs.buffers, x: specs.batch.x };
  type Fixed = { parameters: Tensors; buffers: Tensors; x: Tensor };
  const shape = trace(({ parameters, buffers, x }: Fixed) => problem.outputs(parameters, buffers, x), fixed).outputs[0]!.tensor.shape;
  const perExample = sizeOf(shape.slice(1));
  const mask = spec([shape[0]!, ...shape.slice(1).map(() => 1)]);
  const directions = Object.fromEntries(places.map((place) => [place.name, spec(place.shape)]));
  // Padded examples have no place in the vectors: they are masked out on the way in and never read on the way out.
  const pull = trace(({ parameters, buffers, x, u, mask: rows }: Fixed & { u: Tensor; mask: Tensor }) => {
    const { own, f } = split(parameters, buffers, x);
    return vjp(f, own)[1](mul(u, rows));
  }, { ...fixed, u: spec(shape), mask });
  const push = trace(({ parameters, buffers, x, v }: Fixed & { v: Tensors }) => {
    const { own, f } = split(parameters, buffers, x);
    return jvp(f, own, v)[1];
  }, { ...fixed, v: directions });
  const programs = { pull: await compile(pull, compileOptionsOf(options)), push: await compile(push, compileOptionsOf(options)) };
  const precision = options.device === 'reference' ? 'float64' : 'float32';
  return new TangentKernel(problem, programs, perExample, shape[0]!, precision);
}

class TangentKernel implements LinearOperator {
  readonly name = 'tangent-kernel';
  readonly block = 1;
  readonly dimension: number;

  constructor(
    private readonly problem: CurvatureProblem,
    private readonly programs: { readonly pull: Program; readonly push: Program },
    private readonly perExample: number,
    private readonly batch: number,
    readonly precision: 'float32' | 'float64',
  ) {
    this.dimension = exampleCount(problem) * perExample;
  }

  async apply(vectors: readonly Vector[], options: ApplyOptions = {}): Promise<Vector[]> {
    const results: Vector[] = [];
    for (const vector of vectors) results.push(await this.#one(vector, options));
    return results;
  }

  async dispose(): Promise<void> {
    await this.programs.pull.dispose();
    await this.programs.push.dispose();
  }

  async #one(vector: Vector, { signal }: ApplyOptions): Promise<Vector> {
    const fixed = fixedFeeds(this.problem);
    const { pull, push } = this.programs;
    const sums: Record<string, Float64Array> = {};
    let at = 0;
    for (const { x, mask, count } of this.problem.batches) {
      signal?.throwIfAborted();
      const u = newVector({ precision: this.precision, dimension: this.batch * this.perExample });
      u.set(vector.subarray(at * this.perExample, (at + count) * this.perExample));
      at += count;
      const results = await pull.run(pickFeeds({ ...fixed, x, u, mask }, pull.graph));
      for (const [name, array] of Object.entries(results)) {
        const values = await array.read();
        const sum = (sums[name] ??= new Float64Array(values.length));
        for (let i = 0; i < sum.length; i++) sum[i]! += Number(values[i]);
        array.dispose();
      }
    }
    const v = Object.fromEntries(Object.entries(sums).map(([name, sum]) => [`v.${name}`, this.precision === 'float64' ? sum : Float32Array.from(sum)]));
    const product = newVector(this);
    at = 0;
    for (const { x, count } of this.problem.batches) {
      signal?.throwIfAborted();
      const { output } = await push.run(pickFeeds({ ...fixed, ...v, x }, push.graph));
      product.set(((await output!.read()) as Vector).subarray(0, count * this.perExample), at * this.perExample);
      output!.dispose();
      at += count;
    }
    return product;
  }
}
