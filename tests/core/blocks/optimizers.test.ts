import { describe, expect, it } from 'vitest';
import type { ParameterSpec } from '#core/nn';
import { built, evaluate, floats } from './evaluate';

const specs: Record<string, ParameterSpec> = {
  'a.weight': { shape: [2], kind: 'weight', fanIn: 1, fanOut: 1, initial: 0 },
  'a.bias': { shape: [1], kind: 'bias', fanIn: 1, fanOut: 1, initial: 0 },
};
const start = { 'a.weight': [0.5, -1.25], 'a.bias': [2] };

/** A gradient that varies with step and place, of no special form. */
const gradientAt = (step: number, place: number): number => Math.sin(1.7 * step + 0.9 * place) - 0.2 * place;
const rateAt = (step: number): number => 0.05 / (1 + 0.1 * step);

/** Runs an optimizer block for ten steps by its own graph, on the float64 executor. */
async function run(specification: unknown): Promise<Record<string, Float64Array>> {
  const optimizer = built('optimizers', specification);
  let parameters: Record<string, ArrayLike<number>> = start;
  let state: Record<string, ArrayLike<number>> = Object.fromEntries(
    Object.entries(optimizer.initialState(specs)).map(([name, { shape, value }]) => [name, new Array<number>(shape[0]!).fill(value)]),
  );
  for (let step = 1; step <= 10; step++) {
    const place = { 'a.weight': [0, 1], 'a.bias': [2] };
    const values = Object.fromEntries([
      ...Object.entries(parameters).map(([name, data]) => [`p ${name}`, { shape: [data.length], data: Float64Array.from(data) }]),
      ...Object.entries(state).map(([name, data]) => [`s ${name}`, { shape: [data.length], data: Float64Array.from(data) }]),
      ...Object.entries(place).map(([name, places]) => [`g ${name}`, { shape: [places.length], data: Float64Array.from(places, (at) => gradientAt(step, at)) }]),
      ['rate', { shape: [], data: Float64Array.of(rateAt(step)) }],
      ['step', { shape: [], data: Float64Array.of(step) }],
    ]);
    const result = await evaluate((args) => {
      const under = (prefix: string) => Object.fromEntries(Object.entries(args).filter(([name]) => name.startsWith(prefix)).map(([name, tensor]) => [name.slice(2), tensor]));
      const next = optimizer.update({
        specs, parameters: under('p '), gradients: under('g '), state: under('s '), scalars: { learningRate: args['rate']!, step: args['step']! },
      });
      return { ...Object.fromEntries(Object.entries(next.parameters).map(([name, tensor]) => [`p ${name}`, tensor])),
        ...Object.fromEntries(Object.entries(next.state).map(([name, tensor]) => [`s ${name}`, tensor])) };
    }, values);
    const pick = (prefix: string) => Object.fromEntries(Object.entries(result).filter(([name]) => name.startsWith(prefix)).map(([name, data]) => [name.slice(2), data]));
    parameters = pick('p ');
    state = pick('s ');
  }
  return parameters as Record<string, Float64Array>;
}

/** The same ten steps written out for one number at a time. */
function recur(update: (w: number, g: number, rate: number, step: number, memory: number[], isWeight: boolean) => number): Record<string, number[]> {
  const scalar = (w0: number, place: number): number => {
    const memory = [0, 0];
    let w = w0;
    for (let step = 1; step <= 10; step++) w = update(w, gradientAt(step, place), rateAt(step), step, memory, place < 2);
    return w;
  };
  return { 'a.weight': [scalar(0.5, 0), scalar(-1.25, 1)], 'a.bias': [scalar(2, 2)] };
}

async function compare(specification: unknown, update: Parameters<typeof recur>[0]): Promise<void> {
  const ours = await run(specification);
  const theirs = recur(update);
  for (const [name, values] of Object.entries(theirs)) {
    values.forEach((value, i) => expect(Math.abs(ours[name]![i]! - value), `${name}[${i}]`).toBeLessThan(1e-9 * (1 + Math.abs(value))));
  }
}

const adamLike = (decoupled: boolean, decay: number) => (w: number, g0: number, rate: number, t: number, memory: number[]): number => {
  const g = decoupled ? g0 : g0 + decay * w;
  memory[0] = 0.9 * memory[0]! + 0.1 * g;
  memory[1] = 0.999 * memory[1]! + 0.001 * g * g;
  const m = memory[0] / (1 - 0.9 ** t);
  const v = memory[1] / (1 - 0.999 ** t);
  return (decoupled ? w - rate * decay * w : w) - (rate * m) / (Math.sqrt(v) + 1e-8);
};

describe('optimizers follow their published recurrences', () => {
  it('plain SGD', () => compare({ use: 'sgd', momentum: 0 }, (w, g, rate) => w - rate * g));

  it('SGD with momentum and weight decay', () => compare({ use: 'sgd', momentum: 0.8, weightDecay: 0.01 }, (w, g, rate, _t, memory) => {
    memory[0] = 0.8 * memory[0]! + g + 0.01 * w;
    return w - rate * memory[0];
  }));

  it('Nesterov', () => compare({ use: 'sgd', momentum: 0.8, nesterov: true }, (w, g, rate, _t, memory) => {
    memory[0] = 0.8 * memory[0]! + g;
    return w - rate * (g + 0.8 * memory[0]);
  }));

  it('decay of weights only', () => compare({ use: 'sgd', momentum: 0, weightDecay: 0.1, weightDecayOn: 'weights' }, (w, g, rate, _t, _m, isWeight) => w - rate * (g + (isWeight ? 0.1 * w : 0))));

  it('Adam', () => compare({ use: 'adam', weightDecay: 0.02 }, adamLike(false, 0.02)));

  it('AdamW', () => compare({ use: 'adamw', weightDecay: 0.02 }, adamLike(true, 0.02)));
});

describe('Adam in single precision', () => {
  it('takes a first step of the learning rate, whatever the gradient (bias correction without cancellation)', async () => {
    const optimizer = built('optimizers', 'adam');
    const values = {
      w: floats([3], [0, 0, 0]), g: floats([3], [1e-3, -2, 50]), m: floats([3], [0, 0, 0]), v: floats([3], [0, 0, 0]), rate: floats([], [0.01]), step: floats([], [1]),
    };
    const { w } = await evaluate((args) => ({
      w: optimizer.update({
        specs: {}, parameters: { w: args.w }, gradients: { w: args.g }, state: { 'exp_avg.w': args.m, 'exp_avg_sq.w': args.v },
        scalars: { learningRate: args.rate, step: args.step },
      }).parameters['w']!,
    }), values, 'cpu');
    [-0.01, 0.01, -0.01].forEach((value, i) => expect(w![i]! / value).toBeCloseTo(1, 4));
  });
});
