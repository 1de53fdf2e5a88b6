import { describe, expect, it } from 'vitest';
import { type Invariance, measureNow, type MeasureProblem, type MeasureResult, measures } from '#core/curvature';
import { mlp } from './networks';

const problem = mlp();
// Without the small constant of magnitude-aware noise what is nearly invariant is so.
const settings = { magnitudeEpsilon: 1e-9, replicates: 2, draws: 6, starts: 2, steps: 4, products: 16, m: 8 };
const valuesOf = (of: MeasureProblem): Promise<Readonly<Record<string, MeasureResult>>> =>
  measureNow(of, ['all'], { device: 'reference', settings });

/** New values for some parameters, given the name and the place. */
const changed = (f: (name: string, value: number, i: number) => number): MeasureProblem => ({
  ...problem,
  parameters: Object.fromEntries(Object.entries(problem.parameters).map(([name, parameter]) => [name, { ...parameter, data: Float64Array.from(parameter.data, (value, i) => f(name, value, i)) }])),
});

/** Hidden units of the first layer in another order: rows of its weights, columns of the next. */
const order = [3, 0, 7, 1, 2, 6, 5, 4];
function permuted(of: MeasureProblem['parameters']): MeasureProblem['parameters'] {
  const take = (name: string, at: (i: number) => number) => ({ ...of[name]!, data: Float64Array.from(of[name]!.data, (_, i) => of[name]!.data[at(i)]!) });
  return {
    ...of,
    'layers.0.weight': take('layers.0.weight', (i) => order[Math.floor(i / 4)]! * 4 + (i % 4)),
    'layers.0.bias': take('layers.0.bias', (i) => order[i]!),
    'layers.1.weight': take('layers.1.weight', (i) => Math.floor(i / 8) * 8 + order[i % 8]!),
  };
}

const unit = [10, 0.3, 2, 5, 0.7, 1.4, 0.1, 3];
/** Every layer's factor for its outputs; a layer's inputs are divided by the one before. */
function rescaled(factor: (layer: number, unit: number) => number): MeasureProblem {
  return changed((name, value, i) => {
    const layer = Number(name.split('.')[1]);
    const inputs = [4, 8, 6][layer]!;
    const [row, column] = name.endsWith('bias') ? [i, undefined] : [Math.floor(i / inputs), i % inputs];
    return (value * (layer < 2 ? factor(layer, row) : 1)) / (layer > 0 && column !== undefined ? factor(layer - 1, column) : 1);
  });
}
const changes: Readonly<Record<Invariance, MeasureProblem>> = {
  'layer-rescaling': rescaled((layer) => [10, 0.5][layer]!),
  'unit-rescaling': rescaled((layer, i) => unit[(i + layer) % 8]!),
  permutation: { ...problem, parameters: permuted(problem.parameters), initial: { parameters: permuted(problem.initial!.parameters), buffers: {} } },
  'logit-scale': changed((name, value) => (name.startsWith('layers.2.') ? value * 3 : value)),
};

/** Random vectors follow the places of the parameters, and so does what is estimated from them. */
const drawn = (kind: string): boolean => kind === 'estimate' || kind === 'search' || kind === 'ascent';

describe('invariance', () => {
  const before = valuesOf(problem);

  it.each(Object.keys(changes) as Invariance[])('under %s is as each measure says', async (kind) => {
    const [a, b] = [await before, await valuesOf(changes[kind])];
    for (const { id, invariant, nearly = [] } of measures) {
      const [one, other] = [a[id]!, b[id]!];
      if (one.unavailable !== undefined || other.unavailable !== undefined) {
        expect([id, other.unavailable]).toEqual([id, one.unavailable]);
        continue;
      }
      const change = Math.abs(other.value - one.value) / Math.max(Math.abs(one.value), 1e-12);
      if (kind === 'permutation' && drawn(one.kind)) expect([id, invariant.includes(kind)]).toEqual([id, true]);
      else if (invariant.includes(kind) || nearly.includes(kind)) expect([id, change < 1e-4 ? 'same' : change]).toEqual([id, 'same']);
      else expect([id, change > 1e-3 ? 'changed' : change]).toEqual([id, 'changed']);
    }
  });
});
