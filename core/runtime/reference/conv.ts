import { sizeOf, type Tensor } from '#core/graph';
import type { Kernel, KernelTable } from './value';
import { forEachTap, type Window } from './window';

/**
 * The one sum behind all three convolutions: `y[n, o, place] += x[n, c, pixel] w[o, c, tap]` over all meetings; which of
 * the three arrays is written decides the op.
 */
function forEachProduct(
  x: readonly number[],
  w: readonly number[],
  y: readonly number[],
  attributes: Window & { groups: number },
  visit: (x: number, w: number, y: number) => void,
): void {
  const [n, c, ...image] = x as [number, number, ...number[]];
  const [o, perGroup, ...kernel] = w as [number, number, ...number[]];
  const result = y.slice(2);
  const [pixels, taps, places] = [sizeOf(image), sizeOf(kernel), sizeOf(result)];
  const filters = o / attributes.groups;
  forEachTap(image, kernel, result, attributes, (pixel, tap, place) => {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < o; j++) {
        const first = Math.floor(j / filters) * perGroup;
        for (let k = 0; k < perGroup; k++) {
          visit((i * c + first + k) * pixels + pixel, (j * perGroup + k) * taps + tap, (i * o + j) * places + place);
        }
      }
    }
  });
}

const geometry = (node: Tensor): Window & { groups: number } => node.attributes as unknown as Window & { groups: number };

const forward: Kernel = (node, [x, w]) => {
  const out = new Float64Array(node.size);
  forEachProduct(node.inputs[0]!.shape, node.inputs[1]!.shape, node.shape, geometry(node), (i, j, k) => {
    out[k] = out[k]! + x![i]! * w![j]!;
  });
  return out;
};

const inputGrad: Kernel = (node, [dy, w]) => {
  const out = new Float64Array(node.size);
  forEachProduct(node.shape, node.inputs[1]!.shape, node.inputs[0]!.shape, geometry(node), (i, j, k) => {
    out[i] = out[i]! + dy![k]! * w![j]!;
  });
  return out;
};

const filterGrad: Kernel = (node, [x, dy]) => {
  const out = new Float64Array(node.size);
  forEachProduct(node.inputs[0]!.shape, node.shape, node.inputs[1]!.shape, geometry(node), (i, j, k) => {
    out[j] = out[j]! + x![i]! * dy![k]!;
  });
  return out;
};

export const conv: KernelTable = { conv: forward, convInputGrad: inputGrad, convFilterGrad: filterGrad };
