import { UserError } from '#core/graph';
import { predictionsOf } from '#core/train';
import type { CheckpointName } from '../folder/checkpoints';
import { presentParts, problemOf } from '../run-data';
import type { SplitName } from '../specification/schema';
import type { OpenRun } from './open-run';
import { createEvaluator, feedsOf } from './results';

export interface Boundary {
  names: [string, string];
  /** Coordinates in the data's own units. */
  x: Float64Array;
  y: Float64Array;
  classes: readonly string[] | null;
  /** `[classes, ny, nx]` probabilities; `[1, ny, nx]` values in regression. */
  values: Float32Array;
  points: { split: SplitName; x: Float32Array; y: Float32Array; label: Float32Array }[];
}

/** Room around the data, as a share of their extent. */
const margin = 0.1;

/**
 * The function that a network of two numeric inputs computes, over the plane of these inputs.
 *
 * @throws UserError when the network has another number of inputs
 */
export async function decisionBoundary(
  run: OpenRun,
  { checkpoint, resolution }: { checkpoint: CheckpointName; resolution: number },
): Promise<Boundary> {
  const { data, parts } = run;
  const [first, second] = twoInputs(run);
  const points = presentParts(data).map((split) => {
    const part = data[split]!;
    return {
      split,
      x: Float32Array.from({ length: part.count }, (_, i) => part.x[2 * i]! * first.scale + first.mean),
      y: Float32Array.from({ length: part.count }, (_, i) => part.x[2 * i + 1]! * second.scale + second.mean),
      label: labelsOf(run, part.y, part.count),
    };
  });
  const x = axis(points.map((each) => each.x), resolution);
  const y = axis(points.map((each) => each.y), resolution);
  const count = resolution * resolution;
  const inputs = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    inputs[2 * i] = (x[i % resolution]! - first.mean) / first.scale;
    inputs[2 * i + 1] = (y[Math.floor(i / resolution)]! - second.mean) / second.scale;
  }
  const evaluator = await createEvaluator(parts, data, run.compile);
  try {
    const { outputs } = await evaluator.outputs(feedsOf(parts, run.weights(checkpoint).tensors), inputs, count);
    const problem = problemOf(data);
    const predictions = predictionsOf(problem, parts.loss.link, outputs, new Float32Array(count * (problem.targets ?? 1)), count);
    const { classes } = predictions;
    const values = data.task === 'regression'
      ? Float32Array.from({ length: count }, (_, i) => predictions.predicted[i * predictions.targets]!)
      : Float32Array.from({ length: classes * count }, (_, at) => predictions.probabilities[(at % count) * classes + Math.floor(at / count)]!);
    return { names: [first.name, second.name], x, y, classes: data.classNames ?? null, values, points };
  } finally {
    await evaluator.dispose();
  }
}

interface Scaled {
  name: string;
  mean: number;
  scale: number;
}

function twoInputs({ data, file }: OpenRun): [Scaled, Scaled] {
  const { transform } = data;
  const numbers = transform.input === 'table' ? transform.columns.flatMap((column) => (column.kind === 'number' && !column.indicator ? [column] : [])) : [];
  const [first, second] = numbers;
  if (transform.input === 'table' && transform.columns.length === 2 && first && second) return [first, second];
  throw new UserError('boundary.inputs', `Run "${file.name}" has other inputs than two numbers: its decision boundary cannot be drawn in a plane.`, {
    hint: 'Train on two columns (data.inputs) to see it.',
  });
}

function labelsOf({ data }: OpenRun, y: ArrayLike<number>, count: number): Float32Array {
  const { mean = 0, scale = 1 } = data.targetScaling?.[0] ?? {};
  const targets = data.task === 'classification' ? 1 : (data.targets ?? 1);
  return Float32Array.from({ length: count }, (_, i) => (data.task === 'classification' ? y[i]! : y[i * targets]! * scale + mean));
}

function axis(parts: readonly Float32Array[], count: number): Float64Array {
  let low = Infinity;
  let high = -Infinity;
  for (const values of parts) {
    for (const value of values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  const room = (high - low || 1) * margin;
  const from = low - room;
  const to = high + room;
  return Float64Array.from({ length: count }, (_, i) => (from * (count - 1 - i) + to * i) / (count - 1));
}
