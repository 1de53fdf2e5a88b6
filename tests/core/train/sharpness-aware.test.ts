import { alignGraphs, type TypedArray } from '#core/graph';
import { compile } from '#core/runtime';
import { PopulationTrainer, stepShapes, traceStep, type TrainingData, type Variant } from '#core/train';
import { describe, expect, it } from 'vitest';
import { follow, spiralData, trainerFor, variantFor, type Specification } from './problem';

/** Four examples of a line through a plane. */
const data: TrainingData = {
  task: 'regression', exampleShape: [2], targets: 1,
  train: { count: 4, x: Float32Array.of(1, 2, -1, 0.5, 0.25, -2, 2, 1), y: Float32Array.of(1, -0.5, 2, 0.25) },
};

const graphOf = (parts: Variant) => traceStep({ ...parts, gradientClip: null }, stepShapes(data, 4, 4)).graph;

/** Steps of a linear regression by the step's own graph in float64: the weights `[w1, w2, b]` after each. */
async function run(specification: Omit<Specification, 'model'>, steps: number): Promise<number[][]> {
  const parts = variantFor(data, { model: 'linear-regression', metrics: [], training: { epochs: 1, batchSize: 4 }, ...specification });
  const program = await compile(graphOf(parts), { device: 'reference' });
  const names = Object.keys(parts.model.parameters);
  let state: Record<string, TypedArray> = Object.fromEntries([
    ...names.map((name) => [`parameters.${name}`, name.endsWith('weight') ? Float64Array.of(0.5, -1) : Float64Array.of(0.25)]),
    ...Object.entries(parts.optimizer.initialState(parts.model.parameters)).map(([name, { shape }]) => [`optimizer.${name}`, new Float64Array(shape.reduce((a, b) => a * b, 1))]),
  ] as [string, TypedArray][]);
  const story: number[][] = [];
  for (let step = 1; step <= steps; step++) {
    const result = await program.run({ ...state, x: data.train.x, y: data.train.y, rows: Int32Array.of(0, 1, 2, 3), learningRate: Float64Array.of(0.05), step: Float64Array.of(step) });
    state = Object.fromEntries(await Promise.all(Object.keys(state).map(async (name) => [name, await result[name]!.read()] as const)));
    story.push(names.toSorted((a) => (a.endsWith('weight') ? -1 : 1)).flatMap((name) => Array.from(state[`parameters.${name}`] as Float64Array)));
  }
  await program.dispose();
  return story;
}

/** Gradient of the mean squared error. */
function gradient([a, b, c]: readonly number[]): number[] {
  const { x, y } = data.train;
  const sums = [0, 0, 0];
  for (let i = 0; i < 4; i++) {
    const rest = a! * x[2 * i]! + b! * x[2 * i + 1]! + c! - y[i]!;
    [x[2 * i]!, x[2 * i + 1]!, 1].forEach((input, k) => (sums[k]! += (2 * rest * input) / 4));
  }
  return sums;
}

/** The gradient at `w + rho T^2 g / |T g|`. */
function ahead(w: readonly number[], rho: number, T: readonly number[]): number[] {
  const g = gradient(w);
  const length = Math.hypot(...g.map((v, i) => T[i]! * v));
  return gradient(w.map((v, i) => v + (rho * T[i]! ** 2 * g[i]!) / length));
}

function close(ours: readonly number[][], theirs: readonly number[][]): void {
  expect(ours).toHaveLength(theirs.length);
  ours.forEach((w, step) => w.forEach((value, i) => expect(Math.abs(value - theirs[step]![i]!), `step ${step + 1}, number ${i}`).toBeLessThan(1e-9)));
}

const steps = 6;

describe('sharpness-aware steps, written out', () => {
  it('SAM: momentum and weight decay of the base act on the weights themselves', async () => {
    const theirs: number[][] = [];
    let [w, v] = [[0.5, -1, 0.25], [0, 0, 0]];
    for (let step = 0; step < steps; step++) {
      v = ahead(w, 0.3, [1, 1, 1]).map((g, i) => 0.8 * v[i]! + g + 0.1 * w[i]!);
      w = w.map((value, i) => value - 0.05 * v[i]!);
      theirs.push(w);
    }
    close(await run({ optimizer: { use: 'sam', rho: 0.3, base: { use: 'sgd', momentum: 0.8, weightDecay: 0.1 } } }, steps), theirs);
  });

  it('ASAM: weights in proportion, the bias as it is', async () => {
    const theirs: number[][] = [];
    let w = [0.5, -1, 0.25];
    for (let step = 0; step < steps; step++) {
      const g = ahead(w, 0.7, [Math.abs(w[0]!) + 0.02, Math.abs(w[1]!) + 0.02, 1]);
      w = w.map((value, i) => value - 0.05 * g[i]!);
      theirs.push(w);
    }
    close(await run({ optimizer: { use: 'asam', rho: 0.7, eta: 0.02, base: { use: 'sgd', momentum: 0 } } }, steps), theirs);
  });

  it('a penalty pulls at the weights themselves and does not choose the place', async () => {
    const theirs: number[][] = [];
    let w = [0.5, -1, 0.25];
    for (let step = 0; step < steps; step++) {
      const g = ahead(w, 0.3, [1, 1, 1]);
      w = w.map((value, i) => value - 0.05 * (g[i]! + (i < 2 ? 0.1 * value : 0)));
      theirs.push(w);
    }
    close(await run({ optimizer: { use: 'sam', rho: 0.3, base: { use: 'sgd', momentum: 0 } }, regularizers: [{ use: 'l2', strength: 0.1 }] }, steps), theirs);
  });

  it.each(['sam', 'asam'])('%s with radius 0 is its base, and comes near it as the radius does', async (use) => {
    const base = { use: 'adam', learningRate: 0.05 };
    const plain = await run({ optimizer: base }, steps);
    close(await run({ optimizer: { use, rho: 0, base } }, steps), plain);
    const distances = await Promise.all([1e-2, 1e-3].map(async (rho) => {
      const w = (await run({ optimizer: { use, rho, base } }, steps)).at(-1)!;
      return Math.hypot(...w.map((value, i) => value - plain.at(-1)![i]!));
    }));
    expect(distances[0]).toBeGreaterThan(0);
    expect(distances[1]! / distances[0]!).toBeLessThan(0.2);
  });
});

const wide = { model: { use: 'mlp', widths: [16, 16], dropout: 0.2 }, training: { epochs: 2, batchSize: 40 } };

describe('sharpness-aware training', () => {
  it('varies its radius within one program, each member as it would train alone', async () => {
    const spirals = spiralData();
    const variants = [0, 0.05, 0.2].map((rho) => variantFor(spirals, { ...wide, optimizer: { use: 'sam', rho } }));
    const graphs = variants.map((parts) => traceStep({ ...parts, gradientClip: null }, stepShapes(spirals, 40, 200)).graph);
    expect(alignGraphs(graphs)!.differing).toHaveLength(1);
    const population = await PopulationTrainer.create({
      variants, members: variants.map((_, variant) => ({ seed: 3, variant })), data: spirals, orderSeed: 3, compile: { device: 'cpu', threads: 1 },
    });
    const losses: number[][] = [];
    for await (const event of population.run()) if (event.kind === 'steps') losses.push(...event.steps.map(({ loss }) => Array.from(loss)));
    await population.dispose();
    for (const [member, rho] of [0, 0.05, 0.2].entries()) {
      const alone = await trainerFor(spirals, { ...wide, seed: 3, optimizer: { use: 'sam', rho } });
      const story = await follow(alone.run());
      await alone.dispose();
      story.steps.forEach(({ loss }, step) => expect(Math.abs(losses[step]![member]! / loss - 1)).toBeLessThan(1e-4));
    }
  });
});
