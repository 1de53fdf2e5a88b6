import { sizeOf, type Tensor } from '#core/graph';
import type { Kernel, KernelTable, Numbers } from './value';
import { forEachTap, type Window } from './window';

/** Pools every plane `[n, c]` of the images; `visit` gets positions in the whole input and the whole result. */
function pooled(node: Tensor, start: number, visit: (out: Numbers, pixel: number, place: number) => void): Numbers {
  const x = node.inputs[0]!;
  const image = x.shape.slice(2);
  const result = node.shape.slice(2);
  const out = new Float64Array(node.size).fill(start);
  const window = node.attributes as unknown as Window & { kernel: number[] };
  const planes = x.shape[0]! * x.shape[1]!;
  forEachTap(image, window.kernel, result, window, (pixel, _, place) => {
    for (let plane = 0; plane < planes; plane++) visit(out, plane * sizeOf(image) + pixel, plane * sizeOf(result) + place);
  });
  return out;
}

const maxPoolIndices: Kernel = (node, [x]) =>
  pooled(node, -1, (out, pixel, place) => {
    const best = out[place]!;
    if (best < 0 || x![pixel]! > x![best]!) out[place] = pixel;
  });

export const pool: KernelTable = {
  maxPool: (node, [x]) =>
    pooled(node, -Infinity, (out, pixel, place) => {
      out[place] = Math.max(out[place]!, x![pixel]!);
    }),
  maxPoolIndices,
  avgPool(node, [x]) {
    const count = sizeOf(node.attributes['kernel'] as number[]);
    return pooled(node, 0, (out, pixel, place) => {
      out[place] = out[place]! + x![pixel]! / count;
    });
  },
};
