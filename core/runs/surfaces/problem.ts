import { cast, equal, argmax, greater, mul, reshape, slice, square, sub, sum, type Tensor } from '#core/graph';
import { type LandscapeParameter, type LandscapeProblem, withCompanions } from '#core/landscape';
import { judgeBatch, targetOf, type StateTensor } from '#core/train';
import type { Task } from '#core/nn';
import type { PreparedDataset } from '#core/data';
import type { RunParts } from '../compose';
import type { SplitName } from '../specification/schema';
import { recalibration, type BatchNormMode } from './batch-norm';
import { makeBatches, type Subset } from './batches';
import { classQuantities, presentClasses } from './classes';

export interface ProblemOptions {
  split: SplitName;
  /** A seeded part of the split; null is the whole. */
  subset: Subset | null;
  batchNorm: BatchNormMode;
  /** Loss and accuracy of each class, too. */
  perClass?: boolean;
  /** At least so many batches, as far as there are examples. */
  leastBatches?: number;
  /** Examples of a batch, where it has to be this number. */
  batchSize?: number;
  /** At most so many examples in a batch. */
  mostExamples?: number;
  /** Examples in a random order, as BatchNorm's mode `batch` takes them anyway. */
  mixed?: boolean;
  /** So many batches, each drawn from the examples with replacement. */
  drawnAgain?: number;
}

/** Quantities of a surface that a request names or that every surface of the task has; those of classes are known with the examples. */
export const quantitiesAsked = ({ data: { task } }: { readonly data: Pick<PreparedDataset, 'task'> }, { quantities }: { readonly quantities: Parameters<typeof withCompanions>[0] }): string[] => [...quantitiesOf(task), ...withCompanions(quantities)];

/** Quantities of a surface for a task. */
export const quantitiesOf = (task: Task): string[] => {
  switch (task) {
    case 'classification': return ['loss', 'accuracy'];
    case 'regression': return ['loss', 'rmse'];
    case 'language-model': return ['loss', 'token-accuracy'];
    case 'reconstruction': return ['loss'];
  }
};

/**
 * A run's network and data as a function of its weights. The loss is the run's own, without penalties, as in its
 * evaluation; `accuracy` is the share of right answers, `rmse` is in the target's unit.
 */
export function landscapeProblem(
  parts: RunParts,
  data: PreparedDataset,
  tensors: Readonly<Record<string, StateTensor>>,
  options: ProblemOptions,
): LandscapeProblem {
  const { model, loss } = parts;
  const { task, exampleShape } = data;
  const { split, subset, batchNorm, leastBatches, mostExamples, batchSize, drawnAgain, mixed = batchNorm === 'batch', perClass = false } = options;
  const { batches, size } = makeBatches(data, { split, subset, mixed, ...(drawnAgain !== undefined && { drawnAgain }), ...(leastBatches !== undefined && { leastBatches }), ...(batchSize !== undefined && { batchSize }), ...(mostExamples !== undefined && { mostExamples }) });
  const classes = perClass ? presentClasses(data, batches) : [];
  const target = targetOf(data);
  const width = data.targets ?? 1;
  const scale = data.targetScaling?.[0]?.scale ?? 1;
  return {
    parameters: Object.fromEntries(
      Object.entries(model.parameters).map(([name, { kind, shape }]): [string, LandscapeParameter] => [name, { data: floats(tensors, name), shape, kind }]),
    ),
    buffers: Object.fromEntries(Object.entries(model.buffers).map(([name, { shape }]) => [name, { data: floats(tensors, name), shape }])),
    exampleSpecs: {
      x: { shape: [size, ...exampleShape], dtype: 'float32' },
      y: { shape: [size, ...target.shape], dtype: target.dtype === 'int32' ? 'int32' : 'float32' },
    },
    batches,
    evaluate(parameters, buffers, { x, y, mask }) {
      const result = model.apply(parameters, buffers, x, { train: false, batchStatistics: batchNorm === 'batch' });
      const { output } = result;
      const { losses, kept } = judgeBatch(loss, result, y);
      const masked = (perExample: Tensor): Tensor => sum(mul(perExample, mask));
      const quantities = { loss: masked(losses) };
      if (task === 'reconstruction') return quantities;
      if (task === 'language-model') return { ...quantities, 'token-accuracy': masked(reshape(slice(kept, [0, 1], [size, 2]), [size])) };
      if (task === 'regression') {
        const squares = mul(sum(square(sub(output, y)), [1]), (scale * scale) / width);
        return { ...quantities, rmse: masked(squares) };
      }
      // One output is the log-odds of the second class.
      const predicted = loss.outputs === 1 ? cast(greater(sum(output, [1]), 0), 'int32') : cast(argmax(output, 1), 'int32');
      const right = cast(equal(predicted, y), 'float32');
      const own = classes.flatMap(({ label, name }) => {
        const members = cast(equal(y, label), 'float32');
        return Object.entries({ loss: losses, accuracy: right }).map(([quantity, perExample]): [string, Tensor] => [`${quantity}/${name}`, masked(mul(perExample, members))]);
      });
      return { ...quantities, accuracy: masked(right), ...Object.fromEntries(own) };
    },
    finish: { rmse: 'root-mean' },
    ...(perClass && { examples: Object.fromEntries(classes.flatMap(({ name, examples }) => classQuantities.map((quantity) => [`${quantity}/${name}`, examples]))) }),
    ...(batchNorm === 'recalibrated' && { calibration: recalibration(model, data, subset) }),
  };
}

function floats(tensors: Readonly<Record<string, StateTensor>>, name: string): Float32Array {
  const data = tensors[name]?.data;
  return data instanceof Float32Array ? data : Float32Array.from(data as Float64Array);
}
