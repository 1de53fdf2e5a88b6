import { add, constant, div, gather, grad, input, mean, minimum, mul, spec, specsOf, sqrt, square, sum, trace, valueAndGrad } from '#core/graph';
import type { Graph, Tensor, TensorSpec } from '#core/graph';
import type { Module, Tensors } from '#core/nn';
import type { Augmentation, Loss, Optimizer, Regularizer } from './contracts';
import { judgeBatch } from './objective';

/** What a training step is made of. */
export interface StepParts {
  model: Module;
  loss: Loss;
  regularizers: readonly Regularizer[];
  optimizer: Optimizer;
  augmentations: readonly Augmentation[];
  gradientClip: number | null;
}

/** Where a step finds its examples: among the whole training part, by their numbers. */
export interface StepShapes {
  examples: number;
  batch: number;
  exampleShape: readonly number[];
  /** Numbers of a target, and whether it is a class. */
  target: TensorSpec;
}

/**
 * A training step as one graph. Inputs: `parameters.*`, `buffers.*`, `optimizer.*`; `x` and `y` (the whole training part),
 * `rows` (int32 `[batch]`, the examples of this step); `learningRate`, `step` (float32 scalars); `random.*` (keys). Outputs:
 * the first three anew; `loss` (mean of the batch, penalties included), `gradientNorm` (of the gradient that the optimizer takes,
 * before clipping), `output`
 * (what the loss keeps of each example, `[batch, outputs]` if nothing else is said).
 */
export interface StepGraph {
  graph: Graph;
  /** Names of the random streams; each wants the key of its stream at this step as `random.NAME`. */
  streams: string[];
}

interface Arguments {
  parameters: Record<string, Tensor>;
  buffers: Tensors;
  optimizer: Tensors;
  x: Tensor;
  y: Tensor;
  rows: Tensor;
  learningRate: Tensor;
  step: Tensor;
  random: Tensors;
}

/** Euclidean norm of a whole tree of gradients. */
export function globalNorm(gradients: Tensors): Tensor {
  return sqrt(Object.values(gradients).map((g) => sum(square(g))).reduce((total, part) => add(total, part), constant(0)));
}

/** Builds the step on the given inputs; `random` is asked for the key of each stream by name. */
function assemble(parts: StepParts, args: Omit<Arguments, 'random'>, random: (name: string) => Tensor) {
  const { model, loss, regularizers, optimizer, augmentations, gradientClip } = parts;
  const specs = model.parameters;
  const target = gather(args.y, args.rows, 0);
  const x = augmentations.reduce(
    (value, augmentation, place) => augmentation(value, (name) => random(`augmentations.${place}.${name}`)),
    gather(args.x, args.rows, 0),
  );
  const judged = (parameters: Record<string, Tensor>) => {
    const result = model.apply(parameters, args.buffers, x, { train: true, random: (name) => random(`model.${name}`) });
    return { result, ...judgeBatch(loss, result, target) };
  };
  const penalties = (parameters: Record<string, Tensor>, onto: Tensor): Tensor =>
    regularizers.reduce((total, regularizer) => add(total, regularizer.penalty({ specs, parameters })), onto);
  const objective = valueAndGrad((parameters: Record<string, Tensor>) => {
    const { result, losses, kept } = judged(parameters);
    return [penalties(parameters, mean(losses)), { output: kept, buffers: { ...result.buffers } }] as const;
  }, { hasAux: true });
  // Dropout and augmentation draw the same for both gradients, and what BatchNorm keeps is of the first: the second is of the same function.
  const gradientsAhead = (lookout: NonNullable<Optimizer['lookout']>): Tensors => {
    const lossGradients = grad((parameters: Record<string, Tensor>) => mean(judged(parameters).losses));
    const place = lookout({ specs, parameters: args.parameters, gradients: lossGradients(args.parameters) });
    const ahead = lossGradients(place);
    if (regularizers.length === 0) return ahead;
    const pull = grad((parameters: Record<string, Tensor>) => penalties(parameters, constant(0)))(args.parameters);
    return Object.fromEntries(Object.entries(ahead).map(([name, gradient]) => [name, add(gradient, pull[name]!)]));
  };
  const [[value, { output, buffers }], direct] = objective(args.parameters);
  const gradients = optimizer.lookout === undefined ? direct : gradientsAhead(optimizer.lookout);
  const norm = globalNorm(gradients);
  let clipped: Tensors = gradients;
  if (gradientClip !== null) {
    const factor = minimum(div(gradientClip, add(norm, 1e-6)), 1);
    clipped = Object.fromEntries(Object.entries(gradients).map(([name, gradient]) => [name, mul(gradient, factor)]));
  }
  const scalars = { learningRate: args.learningRate, step: args.step };
  const next = optimizer.update({ specs, parameters: args.parameters, gradients: clipped, state: args.optimizer, scalars });
  return { parameters: next.parameters, buffers, optimizer: next.state, loss: value, gradientNorm: norm, output };
}

/** Traces the step for one batch size. */
export function traceStep(parts: StepParts, shapes: StepShapes): StepGraph {
  const { examples, batch, exampleShape, target } = shapes;
  const specs = {
    parameters: specsOf(parts.model.parameters),
    buffers: specsOf(parts.model.buffers),
    optimizer: specsOf(parts.optimizer.initialState(parts.model.parameters)),
    x: spec([examples, ...exampleShape]),
    y: target,
    rows: spec([batch], 'int32'),
    learningRate: spec([]),
    step: spec([]),
  };
  // A first pass finds out which random streams the model and the augmentations draw from.
  const streams = new Set<string>();
  trace((args: Omit<Arguments, 'random'>) => {
    assemble(parts, args, (name) => {
      streams.add(name);
      return input(`random.${name}`, [2], 'int32');
    });
    return args.step;
  }, specs);
  const random = Object.fromEntries([...streams].map((name) => [name, spec([2], 'int32')]));
  const graph = trace((args: Arguments) => assemble(parts, args, (name) => args.random[name]!), { ...specs, random });
  return { graph, streams: [...streams] };
}
