import { hvp, mul, spec, sizeOf, sum, type Tensor, trace, UserError } from '#core/graph';
import { compile, type CompileOptions, compileOptionsOf, pickFeeds } from '#core/runtime';
import { exampleCount, exampleLosses, type CurvatureProblem } from '../problem';
import { fixedFeeds, problemSpecs } from './feeds';
import { type LinearOperator, newVector, type Vector } from './operator';

/**
 * Hessian of the examples' losses in their own inputs: block diagonal, a block `[inputs, inputs]` an example, not divided by
 * their number. Its largest eigenvalue is that of the example whose loss bends most.
 *
 * @throws UserError when the inputs are not numbers (tokens)
 */
export async function inputHessian(problem: CurvatureProblem, options: CompileOptions): Promise<LinearOperator> {
  const { x } = problem.exampleSpecs;
  if (!x.dtype.startsWith('float')) throw new UserError('curvature.input', `the network's inputs are ${x.dtype}: a loss has no curvature in them`);
  const { parameters, buffers, batch } = problemSpecs(problem);
  const graph = trace(
    ({ parameters: p, buffers: b, batch: { x: at, y, mask }, v }: { parameters: Record<string, Tensor>; buffers: Record<string, Tensor>; batch: { x: Tensor; y: Tensor; mask: Tensor }; v: Tensor }) =>
      hvp((input: Tensor) => sum(mul(exampleLosses(problem, p, b, { x: input, y }), mask)))(at, v),
    { parameters, buffers, batch, v: spec(x.shape) },
  );
  const program = await compile(graph, compileOptionsOf(options));
  const width = sizeOf(x.shape.slice(1));
  const shape = { precision: options.device === 'reference' ? 'float64' : 'float32', dimension: exampleCount(problem) * width } as const;
  return {
    name: 'input-hessian',
    ...shape,
    block: 1,
    async apply(vectors, { signal } = {}) {
      const products: Vector[] = [];
      for (const vector of vectors) {
        const product = newVector(shape);
        let at = 0;
        for (const { x: input, y, mask, count } of problem.batches) {
          signal?.throwIfAborted();
          const v = newVector({ ...shape, dimension: sizeOf(x.shape) });
          v.set(vector.subarray(at * width, (at + count) * width));
          const { output } = await program.run(pickFeeds({ ...fixedFeeds(problem), 'batch.x': input, 'batch.y': y, 'batch.mask': mask, v }, graph));
          product.set(((await output!.read()) as Vector).subarray(0, count * width), at * width);
          output!.dispose();
          at += count;
        }
        products.push(product);
      }
      return products;
    },
    dispose: () => program.dispose(),
  };
}
