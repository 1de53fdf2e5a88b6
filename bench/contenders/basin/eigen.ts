import { lanczos, networkOperator, type CurvatureProblem } from '#core/curvature';
import { crossEntropies, networkOf } from '../../networks';
import type { Prepare } from '../../frame/serve';
import { under } from '../../frame/tensors';
import { compileOptions } from './specs';

/** Lanczos steps on the Hessian of the mean loss over the whole data; each run starts anew from the same vector. */
export const eigen: Prepare = async (c, inputs, options) => {
  if (c.work.kind !== 'eigen') throw new Error('not an eigenvalue');
  const { steps, batch } = c.work;
  const network = networkOf(c.network);
  const [x, labels] = [inputs['x']!, inputs['labels']!];
  const width = x.data.length / c.examples;
  const problem: CurvatureProblem = {
    parameters: Object.fromEntries(
      Object.entries(under(inputs, 'parameters')).map(([name, { shape, data }]) => [name, { shape, data: data as Float32Array, kind: network.parameters[name]!.role }]),
    ),
    buffers: under(inputs, 'buffers') as CurvatureProblem['buffers'],
    exampleSpecs: { x: { shape: [batch, ...x.shape.slice(1)], dtype: 'float32' }, y: { shape: [batch], dtype: 'int32' } },
    batches: Array.from({ length: c.examples / batch }, (_, i) => ({
      x: x.data.slice(i * batch * width, (i + 1) * batch * width),
      y: labels.data.slice(i * batch, (i + 1) * batch),
      mask: new Float32Array(batch).fill(1),
      count: batch,
    })),
    outputs: (p, b, input) => network.apply(p, b, input).logits,
    loss: crossEntropies,
    likelihood: 'categorical',
  };
  const operator = networkOperator(problem, 'hessian', compileOptions(options));
  const start = new Float32Array(operator.dimension);
  for (const { name, offset } of operator.places) start.set(inputs[`vector.${name}`]!.data, offset);
  const run = () => lanczos(operator, { largest: 2, smallest: 1, tolerance: 0, maxIterations: steps, start, measureFloor: false });
  return {
    async check() {
      const { largest, smallest } = await run();
      return [...largest, ...smallest].map(({ value }) => value);
    },
    run: async () => void (await run()),
    end: () => operator.dispose(),
  };
};
