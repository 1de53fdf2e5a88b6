import { describe, expect, it } from 'vitest';
import { measureNow, measures, type MeasureResult, symmetricEigen } from '#core/curvature';
import { Philox } from '#core/graph';
import { mlp, narrow } from './networks';
import { mlpForward, Plain, unflat } from './plain';
import { quadratic } from './quadratic';

const reference = { device: 'reference' } as const;
const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);
const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => sum(Array.from(a, (v, i) => v * b[i]!));
const norm = (a: ArrayLike<number>): number => Math.sqrt(dot(a, a));
const plus = (w: readonly number[], u: ArrayLike<number>, factor = 1): number[] => w.map((v, i) => v + factor * u[i]!);

type Valued = Extract<MeasureResult, { value: number }>;
function valued(results: Readonly<Record<string, MeasureResult>>, id: string): Valued {
  const result = results[id]!;
  if (result.unavailable !== undefined) throw new Error(`${id}: ${result.unavailable}`);
  return result;
}

describe('on a quadratic', () => {
  const { problem, eigenvalues, H, w, minimum } = quadratic();
  const n = w.length;
  const rho = 0.3;

  it('at its minimum the worst case is rho^2 / 2 times the largest eigenvalue, the mean rho^2 / (2 n) times the trace', async () => {
    const results = await measureNow(minimum, ['sharpness', 'hessian'], { ...reference, settings: { rho, steps: 200, draws: 400, m: 10 } });
    expect(valued(results, 'worst-sharpness').value).toBeCloseTo((rho ** 2 / 2) * Math.max(...eigenvalues), 8);
    const average = valued(results, 'average-sharpness');
    const wanted = (rho ** 2 / (2 * n)) * sum(eigenvalues);
    expect(average.interval![0]).toBeLessThan(wanted);
    expect(average.interval![1]).toBeGreaterThan(wanted);
    expect(average.value / wanted).toBeCloseTo(1, 1);
    expect(valued(results, 'hessian-top').value).toBeCloseTo(Math.max(...eigenvalues), 6);
    expect(valued(results, 'hessian-trace').value).toBeCloseTo(sum(eigenvalues), 6);
    const dimension = valued(results, 'effective-dimension');
    const exact = sum(eigenvalues.map((value) => value / (value + 1)));
    expect(dimension.value / exact).toBeCloseTo(1, 0);
    expect(dimension.interval![0]).toBeLessThan(exact);
    expect(dimension.interval![1]).toBeGreaterThan(exact);
  });

  it('away from it first-order sharpness and the box are exact', async () => {
    const epsilon = 0.05;
    const results = await measureNow(problem, ['sam-sharpness', 'asam-sharpness', 'keskar-sharpness', 'loss'], { ...reference, settings: { rho, adaptiveRho: rho, epsilon, steps: 60 } });
    const { gradient } = problem;
    const rise = (u: readonly number[]): number => dot(gradient, u) + 0.5 * dot(u, H.map((row) => dot(row, u)));
    expect(valued(results, 'sam-sharpness').value).toBeCloseTo(rise(gradient.map((g) => (rho * g) / norm(gradient))), 9);
    const scaled = gradient.map((g, i) => g * Math.abs(w[i]!));
    expect(valued(results, 'asam-sharpness').value).toBeCloseTo(rise(scaled.map((g, i) => (rho * g * Math.abs(w[i]!)) / norm(scaled))), 9);
    // A convex function is largest at a corner of the box.
    const corners = Array.from({ length: 2 ** n }, (_, bits) => w.map((v, i) => ((bits >> i) & 1 ? 1 : -1) * epsilon * (Math.abs(v) + 1)));
    expect(valued(results, 'keskar-sharpness').value).toBeCloseTo((100 * Math.max(...corners.map(rise))) / (1 + valued(results, 'loss').value), 8);
  });
});

describe('on a ReLU network, against plain numbers', () => {
  const problem = mlp({ widths: [3, 5, 4, 3], examples: 32, batch: 12 });
  const plain = new Plain(problem, mlpForward(3));
  const n = plain.w.length;
  const m = plain.examples.length;
  const slopes = plain.gradients();
  const gradient = slopes.map((values) => sum(values) / m);
  const each = Array.from({ length: m }, (_, e) => slopes.map((values) => values[e]!));
  const loss = plain.loss();
  const settings = { rho: 0.4, adaptiveRho: 0.5, m: 8, draws: 6, replicates: 2, starts: 1, steps: 5, products: 64 };
  const results = measureNow(problem, ['all'], { ...reference, settings, seed: 3 });
  const size = plain.w.map(Math.abs);
  const filters = filterSizes(plain);

  it('sharpness', async () => {
    const found = await results;
    const first = (g: readonly number[], T: readonly number[], rho: number): number[] => {
      const scaled = g.map((v, i) => v * T[i]!);
      return scaled.map((v, i) => (rho * v * T[i]!) / norm(scaled));
    };
    const ones = size.map(() => 1);
    expect(valued(found, 'sam-sharpness').value).toBeCloseTo(plain.loss(plus(plain.w, first(gradient, ones, 0.4))) - loss, 7);
    expect(valued(found, 'asam-sharpness').value).toBeCloseTo(plain.loss(plus(plain.w, first(gradient, size, 0.5))) - loss, 7);
    const batches = Array.from({ length: m / 8 }, (_, b) => Array.from({ length: 8 }, (__, i) => 8 * b + i));
    const rises = batches.map((batch) => {
      const g = slopes.map((values) => sum(batch.map((e) => values[e]!)) / 8);
      return plain.loss(plus(plain.w, first(g, ones, 0.4)), batch) - plain.loss(plain.w, batch);
    });
    expect(valued(found, 'm-sharpness').value).toBeCloseTo(sum(rises) / rises.length, 7);
    const average = (T: readonly number[], rho: number): number => {
      const all = Array.from({ length: 6 }, (_, draw) => {
        const z = new Philox(3, 'measures.average', draw).normals(n);
        const u = Array.from(z, (v, i) => (rho * v * T[i]!) / norm(z));
        return (plain.loss(plus(plain.w, u)) + plain.loss(plus(plain.w, u, -1))) / 2 - loss;
      });
      return sum(all) / 6;
    };
    expect(valued(found, 'average-sharpness').value).toBeCloseTo(average(ones, 0.4), 9);
    expect(valued(found, 'adaptive-average-sharpness').value).toBeCloseTo(average(size, 0.5), 9);
    for (const [id, T, rho] of [['worst-sharpness', ones, 0.4], ['adaptive-worst-sharpness', size, 0.5], ['filter-worst-sharpness', filters, 0.4]] as const) {
      expect([id, valued(found, id).value]).toEqual([id, expect.closeTo(ballAscent(plain, T, rho, 5) - loss, 5)]);
    }
    const half = size.map((v) => 1e-3 * (v + 1));
    expect(valued(found, 'keskar-sharpness').value).toBeCloseTo((100 * (boxAscent(plain, half, 5).loss - loss)) / (1 + loss), 5);
  });

  it('gradients and their noise', async () => {
    const found = await results;
    const variance = sum(each.map((g) => norm(plus(g, gradient, -1)) ** 2)) / m;
    expect(valued(found, 'gradient-norm').value).toBeCloseTo(norm(gradient), 7);
    expect(valued(found, 'gradient-variance').value / variance).toBeCloseTo(1, 6);
    expect(valued(found, 'empirical-fisher-trace').value / (sum(each.map((g) => dot(g, g))) / m)).toBeCloseTo(1, 6);
    expect(valued(found, 'noise-scale-simple').value / (variance / dot(gradient, gradient))).toBeCloseTo(1, 6);
    expect(valued(found, 'fisher-rao-norm').value / (sum(each.map((g) => dot(g, plain.w) ** 2)) / m)).toBeCloseTo(1, 6);
    const H = plain.hessian();
    const S = (v: readonly number[]): number[] => {
      const image = new Array<number>(n).fill(0);
      for (const g of each) { const along = dot(g, v) / m; g.forEach((value, i) => (image[i]! += along * value)); }
      return plus(image, gradient, -dot(gradient, v));
    };
    const curvature = dot(gradient, H.map((row) => dot(row, gradient)));
    const scale = sum(H.map((row, i) => S(row)[i]!)) / curvature;
    const noise = found['noise-scale']!;
    if (curvature <= 0) expect(noise.unavailable).toMatch(/not positive/);
    else {
      expect((noise as Valued).interval![0]).toBeLessThan(scale);
      expect((noise as Valued).interval![1]).toBeGreaterThan(scale);
    }
    const { values } = symmetricEigen(Float64Array.from(H.flat()), n);
    expect(valued(found, 'hessian-top').value / values.at(-1)!).toBeCloseTo(1, 3);
    expect(valued(found, 'hessian-trace').value / sum(values)).toBeCloseTo(1, 1);
    const dimension = sum(values.map((value) => Math.max(0, value) / (Math.max(0, value) + 1)));
    expect(valued(found, 'effective-dimension').value / dimension).toBeCloseTo(1, 0);
    const flatness = valued(found, 'relative-flatness');
    const [from, rows, columns] = [44, 3, 4];
    let exact = 0;
    for (let s = 0; s < rows; s++)
      for (let t = 0; t < rows; t++) {
        const inner = dot(plain.w.slice(from + s * columns, from + (s + 1) * columns), plain.w.slice(from + t * columns, from + (t + 1) * columns));
        for (let j = 0; j < columns; j++) exact += inner * H[from + s * columns + j]![from + t * columns + j]!;
      }
    expect(flatness.interval![0]).toBeLessThan(exact);
    expect(flatness.interval![1]).toBeGreaterThan(exact);
  });

  it('sensitivity to the input', async () => {
    const found = await results;
    const weights = unflat(plain.like, plain.w);
    const h = 1e-6;
    const derivative = (f: (x: number[]) => number[], x: ArrayLike<number>): number[][] => Array.from(x, (_, i) => {
      const at = (by: number): number[] => f(Array.from(x, (v, j) => (j === i ? v + by : v)));
      const [up, down] = [at(h), at(-h)];
      return up.map((v, k) => (v - down[k]!) / (2 * h));
    });
    const jacobians = plain.examples.map(({ x }) => norm(derivative((at) => plain.forward(weights, {}, at), x).flat()));
    expect(valued(found, 'input-jacobian-norm').value).toBeCloseTo(sum(jacobians) / m, 6);
    const losses = plain.examples.map(({ x, y }) => norm(derivative((at) => {
      const logits = plain.forward(weights, {}, at);
      return [Math.log(sum(logits.map(Math.exp))) - logits[y]!];
    }, x).flat()));
    expect(valued(found, 'input-gradient-norm').value).toBeCloseTo(sum(losses) / m, 6);
  });

  it('the searched noise and boxes cost a tenth of the accuracy, and the bounds follow from them', async () => {
    const found = await results;
    const accuracy = (w: readonly number[]): number => plain.logits(w).filter((row, i) => row.indexOf(Math.max(...row)) === plain.examples[i]!.y).length / m;
    const before = accuracy(plain.w);
    const deviation = (replicate: number, width: (w: number) => number): number => {
      const drops = [0, 1, 2].map((draw) => {
        const z = new Philox(3, 'measures.gaussian', replicate * 3 + draw).normals(n);
        return before - accuracy(plain.w.map((v, i) => v + z[i]! * width(v)));
      });
      return sum(drops) / 3;
    };
    // Below the span that the searches leave open it costs less, above it costs more, and the span is narrow.
    const spans = (id: string, f: (size: number) => number): void => {
      const { value, interval } = valued(found, id);
      const [high, low] = interval!.map((v) => 1 / Math.sqrt(v)) as [number, number];
      expect([id, f(low) < 0.1, f(high) >= 0.1, low <= 1 / Math.sqrt(value), 1 / Math.sqrt(value) <= high, high / low < 3]).toEqual([id, true, true, true, true, true]);
    };
    const magnitude = (s: number) => (w: number): number => Math.sqrt((s * w) ** 2 + 1e-6);
    for (const [id, width] of [['pac-bayes-flatness', (s: number) => () => s], ['pac-bayes-magnitude-flatness', magnitude]] as const) {
      for (const replicate of [0, 1]) spans(id, (s) => deviation(replicate, width(s)));
    }
    for (const [id, width] of [['sharpness-flatness', (s: number) => () => s], ['sharpness-magnitude-flatness', magnitude]] as const) {
      const start = Array.from(new Philox(3, 'measures.box', 0).uniforms(n), (u) => 2 * u - 1);
      spans(id, (s) => before - accuracy(plus(plain.w, boxAscent(plain, plain.w.map(width(s)), 2, start).displacement)));
    }
    const names = ['layers.0.weight', 'layers.1.weight', 'layers.2.weight'];
    const w = names.flatMap((name) => Array.from(problem.parameters[name]!.data));
    const way = names.flatMap((name) => Array.from(problem.parameters[name]!.data, (v, i) => v - problem.initial!.parameters[name]!.data[i]!));
    const omega = w.length;
    const squared = { init: dot(way, way), origin: dot(w, w) };
    for (const [prefix, factor, extra, delta] of [['pac-bayes', 1, 1, null], ['sharpness', Math.log((2 * omega) / 0.05), 4 * Math.log((2 * omega) / 0.05), 0.05]] as const) {
      const plainSize = 1 / Math.sqrt(valued(found, `${prefix}-flatness`).value);
      const relative = 1 / Math.sqrt(valued(found, `${prefix}-magnitude-flatness`).value);
      for (const from of ['init', 'origin'] as const) {
        expect(valued(found, `${prefix}-${from}`).value).toBeCloseTo((squared[from] * factor) / (4 * plainSize ** 2) + Math.log(m / (delta ?? plainSize)) + 10, 7);
        const terms = way.map((v) => Math.log((1e-6 + ((relative ** 2 + extra) * squared[from]) / omega) / (1e-6 + relative ** 2 * v * v)));
        expect(valued(found, `${prefix}-magnitude-${from}`).value).toBeCloseTo(sum(terms) / 4 + Math.log(m / (delta ?? relative)) + 10, 7);
      }
    }
  });

  it('ONNX Runtime agrees with float64', async () => {
    const [wide, single] = [await results, await measureNow(narrow(problem), ['all'], { device: 'cpu', threads: 1, settings, seed: 3 })];
    for (const { id, kind } of Object.values(wide).filter((result): result is Valued => result.unavailable === undefined)) {
      // A search ends where rounding lets it; ascents go different ways at a kink.
      const digits = kind === 'search' ? 0.1 : kind === 'ascent' || kind === 'estimate' ? 1e-2 : 2e-3;
      const [a, b] = [valued(wide, id).value, valued(single, id).value];
      expect([id, Math.abs(a - b) <= digits * Math.abs(a)]).toEqual([id, true]);
    }
    expect(measures.length).toBeGreaterThan(60);
  });

  it('stops between two batches', async () => {
    const stop = new AbortController();
    const running = measureNow(problem, ['all'], { ...reference, signal: stop.signal, onResult: ({ id }) => { if (id === 'l2') stop.abort(new Error('stopped')); } });
    await expect(running).rejects.toThrow('stopped');
  });
});

/** Norm of the filter that each weight belongs to. */
function filterSizes(plain: Plain): number[] {
  return Object.entries(plain.like).flatMap(([name, values]) => {
    if (name.endsWith('bias')) return Array.from(values, Math.abs);
    const width = values.length / { 'layers.0.weight': 5, 'layers.1.weight': 4, 'layers.2.weight': 3 }[name]!;
    return Array.from(values, (_, i) => norm(values.subarray(Math.floor(i / width) * width, (Math.floor(i / width) + 1) * width)));
  });
}

/** Projected ascent in the ball, with finite differences. */
function ballAscent(plain: Plain, T: readonly number[], rho: number, steps: number): number {
  let v = T.map(() => 0);
  let best = -Infinity;
  for (let step = 0; step <= steps; step++) {
    const w = plain.w.map((value, i) => value + v[i]! * T[i]!);
    best = Math.max(best, plain.loss(w));
    const slope = plain.gradient(w).map((g, i) => g * T[i]!);
    v = plus(v, slope, rho / norm(slope));
    v = v.map((value, _, all) => (value * rho) / norm(all));
  }
  return best;
}

/** Ascent by signs in the box, with finite differences. */
function boxAscent(plain: Plain, half: readonly number[], steps: number, start = half.map(() => 0)): { loss: number; displacement: number[] } {
  let v = start;
  let length = 1;
  let best = { loss: -Infinity, displacement: half.map(() => 0) };
  for (let step = 0; step <= steps; step++) {
    const displacement = v.map((value, i) => value * half[i]!);
    const w = plus(plain.w, displacement);
    const loss = plain.loss(w);
    if (loss > best.loss) best = { loss, displacement };
    const slope = plain.gradient(w);
    v = v.map((value, i) => Math.min(1, Math.max(-1, value + length * Math.sign(slope[i]!))));
    length = Math.max(1 / steps, length / 2);
  }
  return best;
}
