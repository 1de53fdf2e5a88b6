import { add, matmul, mean, mul, neg, oneHot, logSoftmax, sum, type DType, type Tensor, transpose } from '#core/graph';

export type Tensors = Readonly<Record<string, Tensor>>;

export interface NetworkParameter {
  readonly shape: readonly number[];
  readonly role: 'weight' | 'bias' | 'norm';
}

/** A network as Basin's contender computes it; the peers build the same from its description. */
export interface Network {
  readonly parameters: Readonly<Record<string, NetworkParameter>>;
  /** Running statistics: shape and first value. */
  readonly buffers: Readonly<Record<string, { readonly shape: readonly number[]; readonly value: number }>>;
  /** One example, without the batch axis. */
  readonly input: { readonly shape: readonly number[]; readonly dtype: DType };
  readonly classes: number;
  /** Predictions an example makes: 1, or one a token. */
  readonly labelsAnExample: number;
  /** Variance of the first weights, times the fan-in. */
  readonly gain: number;
  /** `logits: [..., classes]`, and the buffers' next values. */
  apply(parameters: Tensors, buffers: Tensors, x: Tensor): { readonly logits: Tensor; readonly buffers: Record<string, Tensor> };
}

export const linear = (p: Tensors, name: string, x: Tensor): Tensor => add(matmul(x, transpose(p[`${name}.weight`]!)), p[`${name}.bias`]!);

export const linearParameters = (name: string, inputs: number, outputs: number): Record<string, NetworkParameter> => ({
  [`${name}.weight`]: { shape: [outputs, inputs], role: 'weight' },
  [`${name}.bias`]: { shape: [outputs], role: 'bias' },
});

/** Cross-entropy of every prediction: `logits [..., classes]`, `labels [...]` to `[...]`. */
export const crossEntropies = (logits: Tensor, labels: Tensor): Tensor =>
  neg(sum(mul(oneHot(labels, logits.shape.at(-1)!), logSoftmax(logits)), -1));

export const crossEntropy = (logits: Tensor, labels: Tensor): Tensor => mean(crossEntropies(logits, labels));
