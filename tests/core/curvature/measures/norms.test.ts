import { describe, expect, it } from 'vitest';
import { measureNow, type MeasureProblem, type MeasureResult } from '#core/curvature';
import { cnn, mlp, narrow } from './networks';
import { cnnForward, flat, type Forward, largestSingularValue, mlpForward, Plain, softmax, unflat, weightsOf, type Weights } from './plain';

const reference = { device: 'reference' } as const;
const families = ['outputs', 'size', 'frobenius', 'spectral', 'spectral-operator', 'path'];
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const log = Math.log;

/** Value of a measure that must have one. */
function value(results: Readonly<Record<string, MeasureResult>>, id: string): number {
  const result = results[id]!;
  if (result.unavailable !== undefined) throw new Error(`${id}: ${result.unavailable}`);
  return result.value;
}

/** BatchNorm taken into the kernel before it, written out. */
function folded(weights: Weights, buffers: Weights): Record<string, Float64Array> {
  const factor = (c: number): number => weights['norm.weight']![c]! / Math.sqrt(buffers['norm.running_var']![c]! + 1e-5);
  return {
    'conv.weight': Float64Array.from(weights['conv.weight']!, (v, i) => v * factor(Math.floor(i / 18))),
    'conv.bias': Float64Array.from(weights['conv.bias']!, (v, c) => (v - buffers['norm.running_mean']![c]!) * factor(c) + weights['norm.bias']![c]!),
    'head.weight': Float64Array.from(weights['head.weight']!),
    'head.bias': Float64Array.from(weights['head.bias']!),
  };
}

interface Layer {
  readonly rows: number;
  readonly name: string;
}

/** Every norm and margin by its formula, from matrices and logits. */
function expected(layers: readonly Layer[], w: Weights, w0: Weights, margins: readonly number[], operator: (name: string, data: ArrayLike<number>) => number) {
  const matrix = ({ name, rows }: Layer, of: Weights) => ({ rows, columns: of[name]!.length / rows, data: of[name]! });
  const difference: Weights = Object.fromEntries(layers.map(({ name }) => [name, Float64Array.from(w[name]!, (v, i) => v - w0[name]![i]!)]));
  const fro = (of: Weights) => layers.map(({ name }) => sum(Array.from(of[name]!, (v) => v * v)));
  const spec = (of: Weights) => layers.map((layer) => { const { rows, columns, data } = matrix(layer, of); return largestSingularValue(rows, columns, data) ** 2; });
  const op = (of: Weights) => layers.map(({ name }) => operator(name, of[name]!) ** 2);
  const d = layers.length;
  const gamma = margins.slice().sort((a, b) => a - b)[Math.max(1, Math.floor(0.1 * margins.length)) - 1]!;
  // Where more than a tenth of the examples is misclassified, the size of the margin stands in the measures.
  const size = Math.abs(gamma);
  const products = (norms: readonly number[]) => sum(norms.map(log));
  const ratio = (a: readonly number[], b: readonly number[]) => sum(a.map((v, i) => v / b[i]!));
  const spectral = (s: readonly number[], distance: readonly number[], suffix: string) => ({
    [`log-prod-spectral${suffix}`]: products(s),
    [`log-prod-spectral-over-margin${suffix}`]: products(s) - 2 * log(size),
    [`log-spectral-init-main${suffix}`]: products(s) - 2 * log(size) + log(ratio(fro(difference), s)),
    [`log-spectral-origin-main${suffix}`]: products(s) - 2 * log(size) + log(ratio(fro(w), s)),
    [`frobenius-over-spectral${suffix}`]: ratio(fro(w), s),
    [`log-sum-spectral${suffix}`]: log(d) + products(s) / d,
    [`log-sum-spectral-over-margin${suffix}`]: log(d) + (products(s) - 2 * log(size)) / d,
    [`spectral-distance${suffix}`]: sum(distance),
  });
  return {
    margin: gamma,
    'median-margin': margins.slice().sort((a, b) => a - b)[Math.floor(margins.length / 2) - 1]!,
    'inverse-margin': gamma ** -2,
    error: margins.filter((v) => v <= 0).length / margins.length,
    l2: Math.sqrt(sum(fro(w))),
    'l2-distance': Math.sqrt(sum(fro(difference))),
    'parameter-norm': sum(fro(w)),
    'frobenius-distance': sum(fro(difference)),
    'log-prod-frobenius': products(fro(w)),
    'log-prod-frobenius-over-margin': products(fro(w)) - 2 * log(size),
    'log-sum-frobenius': log(d) + products(fro(w)) / d,
    'log-sum-frobenius-over-margin': log(d) + (products(fro(w)) - 2 * log(size)) / d,
    ...spectral(spec(w), spec(difference), ''),
    ...spectral(op(w), op(difference), '-operator'),
  };
}

function outputsOf(problem: MeasureProblem, forward: Forward) {
  const plain = new Plain(problem, forward);
  const logits = plain.logits();
  const margins = logits.map((row, i) => { const y = plain.examples[i]!.y; return row[y]! - Math.max(...row.filter((_, k) => k !== y)); });
  const entropy = sum(logits.map((row) => -sum(softmax(row).map((p) => p * log(p))))) / logits.length;
  return { plain, margins, loss: plain.loss(), entropy };
}

/** The map of the test's convolution from a 2 x 6 x 6 picture, written out as a matrix. */
function convolutionNorm(kernel: ArrayLike<number>): number {
  const rows = 5 * 9;
  const data = new Float64Array(rows * 72);
  for (let c = 0; c < 5; c++)
    for (let oy = 0; oy < 3; oy++)
      for (let ox = 0; ox < 3; ox++)
        for (let k = 0; k < 2; k++)
          for (let ky = 0; ky < 3; ky++)
            for (let kx = 0; kx < 3; kx++) {
              const [iy, ix] = [2 * oy + ky - 1, 2 * ox + kx - 1];
              if (iy >= 0 && iy < 6 && ix >= 0 && ix < 6) data[((c * 3 + oy) * 3 + ox) * 72 + (k * 6 + iy) * 6 + ix] = kernel[((c * 2 + k) * 3 + ky) * 3 + kx]!;
            }
  return largestSingularValue(rows, 72, data);
}

describe('norms and margins', () => {
  it('are those of the formulas, for dense layers', async () => {
    const problem = mlp();
    const layers = [8, 6, 3].map((rows, i) => ({ rows, name: `layers.${i}.weight` }));
    const { plain, margins, loss, entropy } = outputsOf(problem, mlpForward(3));
    const w0 = weightsOf(problem.initial!.parameters);
    const results = await measureNow(problem, families, reference);
    const wanted = expected(layers, plain.like, w0, margins, () => NaN);
    for (const [id, number] of Object.entries(wanted)) {
      if (!id.endsWith('-operator')) expect([id, value(results, id) / number]).toEqual([id, expect.closeTo(1, 9)]);
      else expect(results[id]!.unavailable).toMatch(/no convolution/);
    }
    expect(value(results, 'loss')).toBeCloseTo(loss, 12);
    expect(value(results, 'prediction-entropy')).toBeCloseTo(entropy, 12);
    expect(value(results, 'params')).toBe(115);
    expect(value(results, 'vc-dimension')).toBeCloseTo(3 * 115 * Math.log2(115), 9);
    const through = (f: (v: number) => number): number => sum(mlpForward(3)(unflat(plain.like, plain.w.map(f)), {}, [1, 1, 1, 1]));
    expect(value(results, 'path-norm')).toBeCloseTo(through((v) => v * v), 9);
    expect(value(results, 'l1-path-norm')).toBeCloseTo(through(Math.abs), 9);
    expect(value(results, 'path-norm-over-margin') * wanted.margin ** 2).toBeCloseTo(through((v) => v * v), 9);
  });

  it.each([true, false])('are those of the formulas, for a convolution with BatchNorm: %s', async (norm) => {
    const problem = cnn({ norm });
    const { plain, margins } = outputsOf(problem, cnnForward(norm));
    const fold = (w: Weights, b: Weights): Record<string, Float64Array> => (norm ? folded(w, b) : (w as Record<string, Float64Array>));
    const w = fold(plain.like, plain.buffers);
    const w0 = fold(weightsOf(problem.initial!.parameters), weightsOf(problem.initial!.buffers));
    const results = await measureNow(problem, families, reference);
    const layers = [{ rows: 5, name: 'conv.weight' }, { rows: 3, name: 'head.weight' }];
    const wanted = expected(layers, w, w0, margins, (name, data) => (name === 'conv.weight' ? convolutionNorm(data) : largestSingularValue(3, 5, data)));
    for (const [id, number] of Object.entries(wanted)) expect([id, value(results, id) / number]).toEqual([id, expect.closeTo(1, 6)]);
    // The folded network has no BatchNorm: its squares are those of a network without.
    const squares = unflat(w, flat(w).map((v) => v * v));
    expect(value(results, 'path-norm') / sum(cnnForward(false)(squares, {}, new Array<number>(72).fill(1)))).toBeCloseTo(1, 5);
  });

  it('an interval over the examples holds the mean of many more', async () => {
    const many = narrow(mlp({ examples: 4000, batch: 500 }));
    const few: MeasureProblem = { ...many, batches: many.batches.slice(0, 1) };
    const [all, some] = [await measureNow(many, ['loss', 'margin'], { device: 'cpu', threads: 1 }), await measureNow(few, ['loss', 'margin'], { device: 'cpu', threads: 1 })];
    for (const id of ['loss', 'margin']) {
      const { interval } = some[id] as { interval: readonly [number, number] };
      expect(interval[0]).toBeLessThan(value(all, id));
      expect(interval[1]).toBeGreaterThan(value(all, id));
    }
  });

  it('says why a measure has no value', async () => {
    const { initial: _, classes: __, ...bare } = mlp();
    const results = await measureNow(bare, ['l2-distance', 'margin', 'l2'], reference);
    expect(results['l2-distance']!.unavailable).toBe('It needs the weights that training began with.');
    expect(results['margin']!.unavailable).toMatch(/class labels/);
    expect(results['l2']!.unavailable).toBeUndefined();
    await expect(measureNow(bare, ['sam-sharpnes'], reference)).rejects.toThrow(/no measure "sam-sharpnes"/);
  });
});
