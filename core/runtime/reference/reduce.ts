import { stridesOf, type Tensor } from '#core/graph';
import { forEachIndex, type Kernel, type KernelTable, type Numbers, offset } from './value';

/** For each element of `x` its place in the tensor reduced over `axes`. */
function forEachReduced(x: Tensor, axes: readonly number[], visit: (from: number, to: number) => void): void {
  const kept = x.shape.map((n, i) => (axes.includes(i) ? 1 : n));
  const strides = stridesOf(kept).map((stride, i) => (axes.includes(i) ? 0 : stride));
  forEachIndex(x.shape, (index, at) => visit(at, offset(index, strides)));
}

const reduce =
  (start: number, combine: (total: number, value: number) => number): Kernel =>
  (node, [x]) => {
    const out = new Float64Array(node.size).fill(start);
    forEachReduced(node.inputs[0]!, node.attributes['axes'] as number[], (from, to) => {
      out[to] = combine(out[to]!, x![from]!);
    });
    return out;
  };

/** The lines of `x` along `axis`: positions of their elements, first to last. */
export function forEachLine(x: Tensor, axis: number, visit: (positions: readonly number[], line: number) => void): void {
  const stride = stridesOf(x.shape)[axis]!;
  const n = x.shape[axis]!;
  let line = 0;
  const lines = x.shape.map((m, i) => (i === axis ? 1 : m));
  const strides = stridesOf(x.shape);
  forEachIndex(lines, (index) => {
    const first = offset(index, strides);
    visit(Array.from({ length: n }, (_, i) => first + i * stride), line++);
  });
}

const locate =
  (better: (a: number, b: number) => boolean): Kernel =>
  (node, [x]) => {
    const out = new Float64Array(node.size);
    forEachLine(node.inputs[0]!, node.attributes['axis'] as number, (positions, line) => {
      let best = 0;
      positions.forEach((at, i) => {
        if (better(x![at]!, x![positions[best]!]!)) best = i;
      });
      out[line] = best;
    });
    return out;
  };

const cumsum: Kernel = (node, [x]) => {
  const { axis, exclusive, reverse } = node.attributes as { axis: number; exclusive: boolean; reverse: boolean };
  const out = new Float64Array(node.size);
  forEachLine(node, axis, (positions) => {
    let total = 0;
    for (const at of reverse ? positions.toReversed() : positions) {
      if (exclusive) out[at] = total;
      total += x![at]!;
      if (!exclusive) out[at] = total;
    }
  });
  return out;
};

/** Softmax of each line, or its logarithm. */
const softmax =
  (logarithm: boolean): Kernel =>
  (node, [x]) => {
    const out = new Float64Array(node.size);
    forEachLine(node, node.attributes['axis'] as number, (positions) => {
      const top = positions.reduce((best, at) => Math.max(best, x![at]!), -Infinity);
      const total = positions.reduce((s, at) => s + Math.exp(x![at]! - top), 0);
      for (const at of positions) out[at] = logarithm ? x![at]! - top - Math.log(total) : Math.exp(x![at]! - top) / total;
    });
    return out;
  };

/** Mean and variance over `axes`, and for each element the cell that holds its own. */
function moments(x: Tensor, values: Numbers, axes: readonly number[]): { means: Numbers; variances: Numbers } {
  const count = axes.reduce((m, axis) => m * x.shape[axis]!, 1);
  const average = (f: (at: number, cell: number) => number): Numbers => {
    const total = new Float64Array(x.size / count);
    forEachReduced(x, axes, (at, cell) => {
      total[cell] = total[cell]! + f(at, cell) / count;
    });
    return total;
  };
  const means = average((at) => values[at]!);
  return { means, variances: average((at, cell) => (values[at]! - means[cell]!) ** 2) };
}

const normalize: Kernel = (node, [x]) => {
  const { axes, epsilon } = node.attributes as { axes: number[]; epsilon: number };
  const { means, variances } = moments(node, x!, axes);
  const out = new Float64Array(node.size);
  forEachReduced(node, axes, (at, cell) => {
    out[at] = (x![at]! - means[cell]!) / Math.sqrt(variances[cell]! + epsilon);
  });
  return out;
};

export const reductions: KernelTable = {
  sum: reduce(0, (total, value) => total + value),
  max: reduce(-Infinity, Math.max),
  min: reduce(Infinity, Math.min),
  argmax: locate((a, b) => a > b),
  argmin: locate((a, b) => a < b),
  cumsum,
  softmax: softmax(false),
  logSoftmax: softmax(true),
  normalize,
  variance: (node, [x]) => moments(node.inputs[0]!, x!, node.attributes['axes'] as number[]).variances,
};
