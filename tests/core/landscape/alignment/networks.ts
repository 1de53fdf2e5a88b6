import { blockSchema, buildBlock } from '#core/blocks';
import { mul, Philox, sum } from '#core/graph';
import type { LandscapeProblem } from '#core/landscape';
import { initialize, type BuildContext } from '#core/nn';

/** A network of the catalogue with drawn weights and BatchNorm statistics, on drawn examples of three classes. */
export function networkProblem(specification: object, exampleShape: readonly number[], seed = 0): LandscapeProblem {
  const batch = 6;
  const context: BuildContext = {
    task: 'classification', input: (['table', 'table', 'sequence', 'image'] as const)[exampleShape.length]!, exampleShape, outputs: 3, classes: 3, classCounts: [2, 2, 2], steps: 1, stepsPerEpoch: 1,
  };
  const model = buildBlock('architectures', blockSchema('architectures').parse(specification), context);
  const loss = buildBlock('losses', blockSchema('losses').parse('cross-entropy'), context);
  const weights = initialize(model, seed);
  // Nothing is left at a value that all units share: an error in a bias or a statistic would not show.
  const drawn = (name: string, data: Float32Array): Float32Array => {
    const noise = new Philox(seed, name).uniforms(data.length);
    return data.map((value, i) => value + 0.2 + 0.5 * noise[i]!);
  };
  const width = exampleShape.reduce((a, b) => a * b, 1);
  return {
    parameters: Object.fromEntries(Object.entries(model.parameters).map(([name, { shape, kind }]) => {
      const data = weights.parameters[name]!;
      return [name, { shape, kind, data: kind === 'weight' ? data : drawn(name, data) }];
    })),
    buffers: Object.fromEntries(Object.entries(model.buffers).map(([name, { shape }]) => [name, { shape, data: drawn(name, weights.buffers[name]!) }])),
    exampleSpecs: { x: { shape: [batch, ...exampleShape], dtype: 'float32' }, y: { shape: [batch], dtype: 'int32' } },
    batches: [{ x: new Philox(1, 'x').normals(batch * width), y: Int32Array.from({ length: batch }, (_, i) => i % 3), mask: new Float32Array(batch).fill(1), count: batch }],
    evaluate: (parameters, buffers, { x, y, mask }) => ({ loss: sum(mul(loss.perExample(model.apply(parameters, buffers, x, { train: false }).output, y), mask)) }),
  };
}

export const parametersOf = ({ parameters }: LandscapeProblem): Record<string, Float32Array> => Object.fromEntries(Object.entries(parameters).map(([name, { data }]) => [name, data]));

/** The problem at other weights and statistics. */
export const withWeights = (problem: LandscapeProblem, weights: Readonly<Record<string, Float32Array>>): LandscapeProblem => ({
  ...problem,
  parameters: Object.fromEntries(Object.entries(problem.parameters).map(([name, parameter]) => [name, { ...parameter, data: weights[name]! }])),
  buffers: Object.fromEntries(Object.entries(problem.buffers).map(([name, buffer]) => [name, { ...buffer, data: weights[name]! }])),
});

export const weightsOf = (problem: LandscapeProblem): Record<string, Float32Array> => ({
  ...parametersOf(problem),
  ...Object.fromEntries(Object.entries(problem.buffers).map(([name, { data }]) => [name, data])),
});
