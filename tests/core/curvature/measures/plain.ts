// The test networks once more, in plain float64 numbers without the graph: what the measures are checked against.
import type { MeasureProblem } from '#core/curvature';

export type Weights = Readonly<Record<string, ArrayLike<number>>>;
/** One example through the network: weights, statistics, the example's numbers. */
export type Forward = (weights: Weights, buffers: Weights, x: ArrayLike<number>) => number[];

const dense = (weight: ArrayLike<number>, bias: ArrayLike<number>, x: ArrayLike<number>): number[] =>
  Array.from(bias, (b, i) => {
    let total = b;
    for (let j = 0; j < x.length; j++) total += weight[i * x.length + j]! * x[j]!;
    return total;
  });

export const mlpForward = (layers: number): Forward => (weights, _buffers, x) => {
  let h = Array.from(x);
  for (let i = 0; i < layers; i++) {
    h = dense(weights[`layers.${i}.weight`]!, weights[`layers.${i}.bias`]!, h);
    if (i < layers - 1) h = h.map((v) => Math.max(0, v));
  }
  return h;
};

/** `[2, 6, 6]`, 3 x 3 kernel, stride 2, padding 1, 5 channels, BatchNorm, ReLU, mean over the 3 x 3 picture, dense. */
export const cnnForward = (norm: boolean): Forward => (weights, buffers, x) => {
  const kernel = weights['conv.weight']!;
  const means = Array.from({ length: 5 }, (_, c) => {
    let total = 0;
    for (let oy = 0; oy < 3; oy++)
      for (let ox = 0; ox < 3; ox++) {
        let value = weights['conv.bias']![c]!;
        for (let k = 0; k < 2; k++)
          for (let ky = 0; ky < 3; ky++)
            for (let kx = 0; kx < 3; kx++) {
              const [iy, ix] = [2 * oy + ky - 1, 2 * ox + kx - 1];
              if (iy >= 0 && iy < 6 && ix >= 0 && ix < 6) value += kernel[((c * 2 + k) * 3 + ky) * 3 + kx]! * x[(k * 6 + iy) * 6 + ix]!;
            }
        if (norm) {
          const [mean, variance] = [buffers['norm.running_mean']![c]!, buffers['norm.running_var']![c]!];
          value = ((value - mean) / Math.sqrt(variance + 1e-5)) * weights['norm.weight']![c]! + weights['norm.bias']![c]!;
        }
        total += Math.max(0, value);
      }
    return total / 9;
  });
  return dense(weights['head.weight']!, weights['head.bias']!, means);
};

export interface Example {
  readonly x: ArrayLike<number>;
  readonly y: number;
}

export function examplesOf({ batches, exampleSpecs }: MeasureProblem): Example[] {
  const width = exampleSpecs.x.shape.slice(1).reduce((a, b) => a * b, 1);
  return batches.flatMap(({ x, y, count }) => Array.from({ length: count }, (_, i) => ({ x: Float64Array.from(x.subarray(i * width, (i + 1) * width) as Float32Array), y: Number(y[i]) })));
}

export const weightsOf = (of: Readonly<Record<string, { readonly data: ArrayLike<number> }>>): Record<string, Float64Array> =>
  Object.fromEntries(Object.entries(of).map(([name, { data }]) => [name, Float64Array.from(data)]));

export const flat = (weights: Weights): number[] => Object.values(weights).flatMap((values) => Array.from(values));
export function unflat(like: Weights, values: ArrayLike<number>): Record<string, Float64Array> {
  let at = 0;
  return Object.fromEntries(Object.entries(like).map(([name, { length }]) => [name, Float64Array.from({ length }, () => values[at++]!)]));
}

export const softmax = (logits: readonly number[]): number[] => {
  const most = Math.max(...logits);
  const weights = logits.map((v) => Math.exp(v - most));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((v) => v / total);
};
export const crossEntropy = (logits: readonly number[], y: number): number => -Math.log(softmax(logits)[y]!);

/** A network with its data as functions of a flat vector of weights. */
export class Plain {
  readonly examples: Example[];
  readonly like: Record<string, Float64Array>;
  readonly buffers: Record<string, Float64Array>;
  readonly w: number[];

  constructor(problem: MeasureProblem, readonly forward: Forward) {
    this.examples = examplesOf(problem);
    this.like = weightsOf(problem.parameters);
    this.buffers = weightsOf(problem.buffers);
    this.w = flat(this.like);
  }

  logits(w: ArrayLike<number> = this.w): number[][] {
    const weights = unflat(this.like, w);
    return this.examples.map(({ x }) => this.forward(weights, this.buffers, x));
  }

  losses(w: ArrayLike<number> = this.w): number[] {
    return this.logits(w).map((logits, i) => crossEntropy(logits, this.examples[i]!.y));
  }

  loss(w: ArrayLike<number> = this.w, of?: readonly number[]): number {
    const losses = this.losses(w);
    const chosen = of?.map((i) => losses[i]!) ?? losses;
    return chosen.reduce((a, b) => a + b, 0) / chosen.length;
  }

  /** Gradients of every example's loss by central differences, `[parameter][example]`. */
  gradients(w: readonly number[] = this.w, h = 1e-6): number[][] {
    return w.map((_, i) => {
      const [up, down] = [this.losses(shifted(w, i, h)), this.losses(shifted(w, i, -h))];
      return up.map((value, e) => (value - down[e]!) / (2 * h));
    });
  }

  gradient(w: readonly number[] = this.w): number[] {
    return this.gradients(w).map((values) => values.reduce((a, b) => a + b, 0) / values.length);
  }

  /** The Hessian of the mean loss by central differences of differences. */
  hessian(h = 1e-4): number[][] {
    const n = this.w.length;
    const at = (i: number, a: number, j: number, b: number): number => this.loss(shifted(shifted(this.w, i, a), j, b));
    const H = Array.from({ length: n }, () => new Array<number>(n).fill(0));
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) {
        H[i]![j] = H[j]![i] = (at(i, h, j, h) - at(i, h, j, -h) - at(i, -h, j, h) + at(i, -h, j, -h)) / (4 * h * h);
      }
    return H;
  }
}

export const shifted = (w: readonly number[], i: number, by: number): number[] => {
  const moved = w.slice();
  moved[i]! += by;
  return moved;
};

/** The largest singular value of a matrix given row by row, by Jacobi rotations of its columns (one-sided). */
export function largestSingularValue(rows: number, columns: number, data: ArrayLike<number>): number {
  // More columns than rows would turn for ever around those that are zero.
  if (columns > rows) return largestSingularValue(columns, rows, Array.from({ length: data.length }, (_, at) => data[(at % rows) * columns + Math.floor(at / rows)]!));
  const a = Array.from({ length: columns }, (_, j) => Array.from({ length: rows }, (_, i) => data[i * columns + j]!));
  const dot = (u: readonly number[], v: readonly number[]): number => u.reduce((sum, value, i) => sum + value * v[i]!, 0);
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < columns; p++)
      for (let q = p + 1; q < columns; q++) {
        const [x, y] = [a[p]!, a[q]!];
        const [alpha, beta, gamma] = [dot(x, x), dot(y, y), dot(x, y)];
        if (Math.abs(gamma) <= 1e-15 * Math.sqrt(alpha * beta) || gamma === 0) continue;
        off += Math.abs(gamma);
        const zeta = (beta - alpha) / (2 * gamma);
        const t = Math.sign(zeta || 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        const c = 1 / Math.sqrt(1 + t * t);
        const s = c * t;
        for (let i = 0; i < rows; i++) [x[i], y[i]] = [c * x[i]! - s * y[i]!, s * x[i]! + c * y[i]!];
      }
    if (off === 0) break;
  }
  return Math.sqrt(Math.max(...a.map((column) => dot(column, column))));
}
