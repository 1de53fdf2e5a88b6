import { mul, sum } from '#core/graph';
import { computeSurface, type LandscapeProblem, type Plane, type SurfaceChunk } from '#core/landscape';
import { crossEntropies, networkOf } from '../../networks';
import type { Prepare } from '../../frame/serve';
import { under } from '../../frame/tensors';
import { compileOptions } from './specs';

/** The loss on a grid from -1 to 1 along both directions; each run brings the next of `slices` equal parts. */
export const surface: Prepare = async (c, inputs, options) => {
  if (c.work.kind !== 'surface') throw new Error('not a surface');
  const { grid, slices } = c.work;
  const network = networkOf(c.network);
  const [x, labels] = [inputs['x']!, inputs['labels']!];
  const batch = 500;
  const width = x.data.length / c.examples;
  const problem: LandscapeProblem = {
    parameters: Object.fromEntries(
      Object.entries(under(inputs, 'parameters')).map(([name, { shape, data }]) => [name, { shape, data: data as Float32Array, kind: network.parameters[name]!.role }]),
    ),
    buffers: {},
    exampleSpecs: { x: { shape: [batch, ...x.shape.slice(1)], dtype: 'float32' }, y: { shape: [batch], dtype: 'int32' } },
    batches: Array.from({ length: c.examples / batch }, (_, i) => ({
      x: x.data.slice(i * batch * width, (i + 1) * batch * width),
      y: labels.data.slice(i * batch, (i + 1) * batch),
      mask: new Float32Array(batch).fill(1),
      count: batch,
    })),
    evaluate: (p, b, { x: input, y, mask }) => ({ loss: sum(mul(crossEntropies(network.apply(p, b, input).logits, y), mask)) }),
  };
  const direction = (k: number): Record<string, Float32Array> =>
    Object.fromEntries(Object.entries(under(inputs, `directions.${k}`)).map(([name, { data }]) => [name, data as Float32Array]));
  const plane: Plane = {
    recipe: { kind: 'random', seed: 0, normalization: 'filter', include: 'weights', orthogonal: false },
    directions: [direction(0), direction(1)],
  };
  const start = (count: number): AsyncGenerator<SurfaceChunk, void> => {
    const axis = { from: -1, to: 1, count };
    return computeSurface(problem, plane, { x: axis, y: axis }, compileOptions(options));
  };
  let chunks: AsyncGenerator<SurfaceChunk, void> | undefined;
  let done = 0;
  return {
    /** A grid of 3 x 3 points of the same plane, row by row. */
    async check() {
      const values = new Array<number>(9).fill(NaN);
      for await (const { indices, values: computed } of start(3)) indices.forEach((at, i) => (values[at] = computed['loss']![i]!));
      return values;
    },
    async run() {
      chunks ??= start(grid);
      const goal = Math.min(grid * grid, Math.ceil((grid * grid) / slices) * (Math.floor(done / Math.ceil((grid * grid) / slices)) + 1));
      while (done < goal) {
        const { value, done: over } = await chunks.next();
        if (over === true) throw new Error('the surface ended early');
        done = value.done;
      }
      if (done < grid * grid) return;
      await chunks.return();
      chunks = undefined;
      done = 0;
    },
    async end() {
      await chunks?.return();
    },
  };
};
