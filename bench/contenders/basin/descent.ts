import { mul, sub, type Tensor, valueAndGrad } from '#core/graph';
import { crossEntropy, type Network, type Tensors } from '../../networks';

type Weights = Record<string, Tensor>;

/** One step of gradient descent on the cross-entropy of a network: its loss before, and its weights after. */
export function descent(network: Network, learningRate: number): (p: Weights, x: Tensor, labels: Tensor) => { loss: Tensor; p: Weights } {
  const loss = (p: Tensors, x: Tensor, labels: Tensor): Tensor => crossEntropy(network.apply(p, {}, x).logits, labels);
  return (p, x, labels) => {
    const [value, slopes] = valueAndGrad(loss)(p, x, labels);
    return { loss: value, p: Object.fromEntries(Object.entries(p).map(([name, w]) => [name, sub(w, mul(slopes[name]!, learningRate))])) };
  };
}
