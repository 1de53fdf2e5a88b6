import { cast, clip, concat, constant, exp, gather, log, neg, reshape, slice, softplus, sub, type Tensor, UserError, zeros } from '#core/graph';
import type { OnnxNode } from './format/model';

/** What the numbers that a model puts out are. `values`: nothing is known of them: logits, or predicted numbers. */
export type OutputMeaning = 'values' | 'softmax' | 'log-softmax' | 'sigmoid' | 'probabilities';

/** How a loss reads a network's output, and how many numbers it wants. */
export interface Wanted {
  readonly outputs: number;
  readonly link: 'softmax' | 'sigmoid' | 'identity';
  /** Names of the classes in the data's order. */
  readonly classNames?: readonly string[];
}

const passing = new Set(['ZipMap', 'Identity', 'Cast', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten', 'Dropout']);

/** What a model ends with, seen from its output backwards. */
export function meaningOf(output: string, nodes: readonly OnnxNode[]): OutputMeaning {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const last = (name: string): OnnxNode | undefined => {
    let node = makers.get(name);
    while (node !== undefined && passing.has(node.opType)) node = makers.get(node.inputs[0] ?? '');
    return node;
  };
  const node = last(output);
  switch (node?.opType) {
    case 'Softmax': return 'softmax';
    case 'LogSoftmax': return 'log-softmax';
    case 'Sigmoid': return 'sigmoid';
    case 'Normalizer': return 'probabilities';
    case 'LinearClassifier': {
      const transform = node.attributes.get('post_transform');
      return transform?.kind === 'string' && transform.value !== 'NONE' ? 'probabilities' : 'values';
    }
    // [1 - p, p], as scikit-learn writes the probabilities of two classes.
    case 'Concat': return node.inputs.some((name) => last(name)?.opType === 'Sigmoid') ? 'probabilities' : 'values';
    default: return 'values';
  }
}

/** In words, for whoever wants to know how the loss is applied. */
export const meaningNotes: Readonly<Record<OutputMeaning, string>> = {
  values: '',
  softmax: 'the model ends with a softmax: the loss is applied to what goes into it',
  'log-softmax': 'the model ends with a log-softmax: the loss is applied to that',
  sigmoid: 'the model ends with a sigmoid: the loss is applied to what goes into it',
  probabilities: 'the model puts out probabilities: the loss is applied to their logarithms',
};

/** What goes into the activation that `y` ends with, if it is there to be taken. */
function before(y: Tensor, op: string): Tensor | undefined {
  const node = y.op === 'reshape' ? y.inputs[0]! : y;
  return node.op === op ? reshape(node.inputs[0]!, y.shape) : undefined;
}

const smallest = 1e-12;
const logOf = (p: Tensor): Tensor => log(clip(p, smallest, 1));
const column = (x: Tensor, place: number): Tensor => slice(x, [0, place], [x.shape[0]!, place + 1]);

/** Scores whose softmax are the model's probabilities. */
function scores(y: Tensor, meaning: OutputMeaning): Tensor {
  switch (meaning) {
    case 'values':
    case 'log-softmax': return y;
    case 'softmax': return before(y, 'softmax') ?? logOf(y);
    case 'sigmoid': {
      const z = before(y, 'sigmoid');
      return z === undefined ? logOf(y) : neg(softplus(neg(z)));
    }
    case 'probabilities': return logOf(y);
  }
}

/** Numbers whose sigmoid are the model's probabilities, each for itself. */
function odds(y: Tensor, meaning: OutputMeaning): Tensor {
  if (meaning === 'values') return y;
  if (meaning === 'sigmoid') return before(y, 'sigmoid') ?? oddsOf(y);
  return oddsOf(meaning === 'log-softmax' ? exp(y) : y);
}

const oddsOf = (p: Tensor): Tensor => sub(logOf(p), logOf(sub(1, p)));

/**
 * A model's output `[batch, ...]` as the loss wants it: `[batch, outputs]`. Probabilities become what the loss makes
 * probabilities of, so that they come out as the model gives them.
 *
 * @throws UserError `onnx.output` where the numbers do not fit
 */
export function adaptOutput(raw: Tensor, batch: number, meaning: OutputMeaning, wanted: Wanted | undefined, classes: readonly string[] | undefined): Tensor {
  if (raw.shape[0] !== batch) {
    throw new UserError('onnx.output', `for ${batch} examples the model gives an output of the shape [${raw.shape.join(', ')}]`, {
      hint: 'Its first axis must be the batch. Choose another output, or export the model with a batch of any size (dynamic axes).',
    });
  }
  const width = raw.size / batch;
  const y = reshape(cast(raw, 'float32'), [batch, width]);
  if (wanted === undefined) return y;
  const { outputs, link, classNames } = wanted;
  if (link === 'identity') {
    if (width === outputs) return y;
  } else if (link === 'softmax') {
    if (width === outputs) return inOrder(scores(y, meaning), classes, classNames);
    if (width === 1 && outputs === 2) {
      const z = odds(y, meaning);
      return concat([zeros(z.shape), z], 1);
    }
  } else if (width === 2 && outputs === 1) {
    const s = inOrder(scores(y, meaning), classes, classNames);
    return sub(column(s, 1), column(s, 0));
  } else if (width === outputs) return inOrder(odds(y, meaning), classes, classNames);
  const asked = link === 'identity' ? `the data have ${outputs} number${outputs === 1 ? '' : 's'} to predict` : `the data have ${classNames?.length ?? outputs} classes`;
  throw new UserError('onnx.output', `the model gives ${width} number${width === 1 ? '' : 's'} for each example; ${asked}`, {
    hint: 'Choose the data (or the target) that the model was trained on, or another output of the model.',
  });
}

/** Classes in the data's order, where both name them and the names are the same. */
function inOrder(y: Tensor, classes: readonly string[] | undefined, classNames: readonly string[] | undefined): Tensor {
  if (classes === undefined || classNames === undefined || classes.length !== classNames.length || y.shape[1] !== classes.length) return y;
  const places = classNames.map((name) => classes.indexOf(name));
  if (places.includes(-1) || places.every((place, i) => place === i)) return y;
  return gather(y, constant(Int32Array.from(places), [places.length], 'int32'), 1);
}
