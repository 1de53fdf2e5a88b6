import { blockSchema, buildBlock, findBlock, proposedBlocks, type BlockSpecification } from '#core/blocks';
import type { PreparedDataset } from '#core/data';
import { parameterCount, type BuildContext, type Module } from '#core/nn';
import { stepsPerEpoch, type Loss, type Metric, type TrainerOptions, type Training } from '#core/train';
import { withFirstWeights } from './first-weights';
import { planMeasures, type PlannedMeasure } from './measures/plan';
import { at } from './specification/at';
import { SpecificationMistake } from './specification/mistake';
import type { RunSpecification } from './specification/schema';

/** A specification with every choice made: nothing is left to the data or to defaults. */
export type ResolvedSpecification = RunSpecification & { loss: BlockSpecification; metrics: BlockSpecification[]; training: Training };

/** Everything a trainer needs, except for the device. */
export type RunParts = Omit<TrainerOptions, 'compile'> & {
  specification: ResolvedSpecification;
  parameters: number;
  measures: PlannedMeasure[];
};

/** Fills in what follows from the data: the loss and the metrics where the specification names none, and how many examples all of them are. */
export function resolveSpecification(specification: RunSpecification, data: Pick<PreparedDataset, 'task' | 'train'>): ResolvedSpecification {
  const { task } = data;
  const { batchSize } = specification.training;
  const [usualLoss] = proposedBlocks('losses', task);
  if (usualLoss === undefined) throw new Error(`no loss is proposed for ${task}`);
  return {
    ...specification,
    loss: specification.loss ?? blockSchema('losses').parse(findBlock('architectures', specification.model.use).proposes?.losses ?? usualLoss),
    metrics: specification.metrics ?? proposedBlocks('metrics', task).map((use) => blockSchema('metrics').parse(use)),
    training: { ...specification.training, batchSize: batchSize === 'all' ? data.train.count : batchSize },
  };
}

/**
 * Builds the blocks of a specification for a data set.
 *
 * @throws UserError naming the field, where specification and data do not fit: a batch larger than the training part, a
 *   loss for another task, a network for another kind of input
 */
export function composeRun(given: RunSpecification, data: PreparedDataset): RunParts {
  const specification = resolveSpecification(given, data);
  const { training, seed } = specification;
  checkBatchSize(training.batchSize, data.train.count);
  const context = buildContext(specification, data);
  const loss = at(['loss'], () => buildBlock('losses', specification.loss, context));
  const model = buildModel(specification, data, loss);
  const whole = { ...context, outputs: loss.outputs };
  return {
    specification,
    model,
    loss,
    regularizers: specification.regularizers.map((each, i) => at(['regularizers', i], () => buildBlock('regularizers', each, whole))),
    optimizer: at(['optimizer'], () => buildBlock('optimizers', specification.optimizer, whole)),
    schedule: at(['schedule'], () => buildBlock('schedules', specification.schedule, whole)),
    augmentations: specification.augmentations.map((each, i) => at(['augmentations', i], () => buildBlock('augmentations', each, whole))),
    metrics: buildMetrics(specification.metrics, whole),
    measures: planMeasures(specification.measure, whole, data),
    training,
    data,
    seed,
    parameters: parameterCount(model),
  };
}

/** The network alone, for using weights that exist. */
export function buildModel(specification: ResolvedSpecification, data: PreparedDataset, loss: Loss): Module {
  const context = { ...buildContext(specification, data), outputs: loss.outputs, link: loss.link };
  const model = at(['model'], () => buildBlock('architectures', specification.model, context));
  const { weights } = specification;
  return weights === undefined ? model : at(['weights'], () => withFirstWeights(model, weights).module);
}

function buildMetrics(metrics: readonly BlockSpecification[], context: BuildContext): Record<string, Metric> {
  const built: Record<string, Metric> = {};
  metrics.forEach((each, i) => {
    if (built[each.use]) throw new SpecificationMistake('The specification', [{ path: ['metrics', i], message: `"${each.use}" is named twice` }]);
    built[each.use] = at(['metrics', i], () => buildBlock('metrics', each, context));
  });
  return built;
}

function buildContext({ training }: ResolvedSpecification, data: PreparedDataset): BuildContext {
  const { classes, targets, vocabulary, task, exampleShape, train } = data;
  const perEpoch = stepsPerEpoch(train.count, training.batchSize);
  return {
    task,
    input: data.input,
    exampleShape,
    outputs: classes ?? targets ?? 1,
    ...(classes !== undefined && { classes }),
    ...(classes !== undefined && task === 'classification' && { classCounts: countClasses(train.y, classes) }),
    ...(data.classNames && { classNames: data.classNames }),
    ...(vocabulary !== undefined && { vocabulary }),
    ...(targets !== undefined && { targets }),
    ...(task === 'reconstruction' && { range: rangeOf(train.x) }),
    steps: perEpoch * training.epochs,
    stepsPerEpoch: perEpoch,
  };
}

function rangeOf(values: Float32Array): [number, number] {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return [least, most];
}

function countClasses(labels: ArrayLike<number>, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (let i = 0; i < labels.length; i++) counts[labels[i] ?? 0]! += 1;
  return counts;
}

function checkBatchSize(batchSize: number, examples: number): void {
  if (batchSize <= examples) return;
  const message = `${batchSize} is larger than the training part (${examples} examples)`;
  const hint = `Choose at most ${examples}, or give the training part a larger share of the split.`;
  throw new SpecificationMistake('The specification', [{ path: ['training', 'batchSize'], message, hint }]);
}
