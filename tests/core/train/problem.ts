import { blockSchema, buildBlock } from '#core/blocks';
import { Philox } from '#core/graph';
import type { BuildContext } from '#core/nn';
import { Trainer, stepsPerEpoch, trainingSchema } from '#core/train';
import type { Part, TrainerEvent, TrainerState, TrainingData, Variant } from '#core/train';

/** Two spirals, one class each, with a little noise. */
export function spirals(count: number, seed: number): Part {
  const noise = new Philox(seed, 'spirals').normals(2 * count);
  const x = new Float32Array(2 * count);
  const y = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const label = i % 2;
    const turn = 0.25 + (i / count) * 1.5;
    const angle = 2 * Math.PI * turn + label * Math.PI;
    x[2 * i] = turn * Math.cos(angle) + 0.02 * noise[2 * i]!;
    x[2 * i + 1] = turn * Math.sin(angle) + 0.02 * noise[2 * i + 1]!;
    y[i] = label;
  }
  return { count, x, y };
}

export const spiralData = (train = 200, validation = 60): TrainingData => ({
  task: 'classification', exampleShape: [2], classes: 2, train: spirals(train, 1), validation: spirals(validation, 2),
});

/** Pictures of noise with random classes: enough to see that a training repeats itself. */
export function pictureData(count: number, shape: readonly number[] = [1, 8, 8]): TrainingData {
  const part = (seed: number): Part => ({
    count,
    x: new Philox(seed, 'pictures').normals(count * shape.reduce((a, b) => a * b, 1)),
    y: Int32Array.from(new Philox(seed, 'labels').uniforms(count), (value) => Math.floor(3 * value)),
  });
  return { task: 'classification', exampleShape: shape, classes: 3, train: part(1), validation: part(2) };
}

/** What a specification says, blocks in short or long form; the rest by default. */
export interface Specification {
  model: unknown;
  loss?: unknown;
  optimizer?: unknown;
  schedule?: unknown;
  augmentations?: unknown[];
  regularizers?: unknown[];
  metrics?: string[];
  training?: object;
  seed?: number;
  sharesMemory?: boolean;
}

export function contextOf(data: TrainingData, training: { epochs: number; batchSize: number }): BuildContext {
  const perEpoch = stepsPerEpoch(data.train.count, training.batchSize);
  const counts = new Array<number>(data.classes ?? 0).fill(0);
  if (data.task === 'classification') for (const label of data.train.y) counts[label]!++;
  return {
    task: data.task, input: (['table', 'sequence', 'image'] as const)[data.exampleShape.length - 1]!, exampleShape: data.exampleShape, outputs: 0,
    ...(data.task === 'classification' ? { classes: data.classes!, classCounts: counts } : { targets: data.targets ?? 1 }),
    steps: perEpoch * training.epochs, stepsPerEpoch: perEpoch,
  };
}

/** The blocks of a specification, built for the data. */
export function variantFor(data: TrainingData, specification: Specification): Variant {
  const training = trainingSchema.parse(specification.training ?? {});
  const bare = contextOf(data, training);
  const loss = buildBlock('losses', blockSchema('losses').parse(specification.loss ?? (data.task === 'classification' ? 'cross-entropy' : 'mean-squared-error')), bare);
  const context = { ...bare, outputs: loss.outputs };
  const metrics = specification.metrics ?? (data.task === 'classification' ? ['accuracy'] : ['r2']);
  return {
    model: buildBlock('architectures', blockSchema('architectures').parse(specification.model), context),
    loss,
    optimizer: buildBlock('optimizers', blockSchema('optimizers').parse(specification.optimizer ?? 'adamw'), context),
    schedule: buildBlock('schedules', blockSchema('schedules').parse(specification.schedule ?? 'constant'), context),
    augmentations: (specification.augmentations ?? []).map((one) => buildBlock('augmentations', blockSchema('augmentations').parse(one), context)),
    regularizers: (specification.regularizers ?? []).map((one) => buildBlock('regularizers', blockSchema('regularizers').parse(one), context)),
    metrics: Object.fromEntries(metrics.map((name) => [name, buildBlock('metrics', blockSchema('metrics').parse(name), context)])),
    training,
  };
}

/** A trainer for a specification, on the processor with one thread. */
export function trainerFor(data: TrainingData, specification: Specification): Promise<Trainer> {
  return Trainer.create({
    ...variantFor(data, specification),
    data,
    seed: specification.seed ?? 0,
    compile: { device: 'cpu', threads: 1 },
    ...(specification.sharesMemory !== undefined && { sharesMemory: specification.sharesMemory }),
  });
}

/** Everything a training told, its checkpoints apart. */
export interface Story {
  steps: { step: number; loss: number; learningRate: number; gradientNorm: number }[];
  epochs: Extract<TrainerEvent, { kind: 'epoch' }>[];
  checkpoints: Extract<TrainerEvent, { kind: 'checkpoint' }>[];
  end: Extract<TrainerEvent, { kind: 'end' }> | undefined;
  last: TrainerState | undefined;
}

export async function follow(events: AsyncIterable<TrainerEvent>, watch?: (event: TrainerEvent) => void): Promise<Story> {
  const story: Story = { steps: [], epochs: [], checkpoints: [], end: undefined, last: undefined };
  for await (const event of events) {
    if (event.kind === 'steps') story.steps.push(...event.steps);
    else if (event.kind === 'epoch') story.epochs.push(event);
    else if (event.kind === 'end') story.end = event;
    else if (event.kind === 'checkpoint') {
      story.checkpoints.push(event);
      story.last = event.state;
    }
    watch?.(event);
  }
  return story;
}
