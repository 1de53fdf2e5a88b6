import {
  add, celu, clip, elu, gelu, greater, hardSigmoid, hardSwish, maximum, minimum, mish, mul, neg, relu, reshape, sigmoid, softplus, softsign, sub, tanh, type Tensor,
  where,
} from '#core/graph';
import { Known, knownOf } from '../array';
import type { Call, Operator, OperatorTable } from '../call';
import { elementwise } from '../fold';
import { smallInputs } from './elementwise';

const activation = (f: (x: Tensor, call: Call) => Tensor, since = 6): Operator => ({ since, run: (call) => f(call.tensor(0), call) });

/** Bounds are attributes before version 11, inputs since; a bound that a layer computes is taken as a tensor. */
function clipped(call: Call): Tensor | Known {
  const x = call.tensor(0);
  const attributes = call.opset < 11;
  const bound = (place: number, name: string, otherwise: number): number | Tensor => {
    if (attributes) return call.float(name, otherwise);
    if (!call.has(place)) return otherwise;
    const known = knownOf(call.value(place));
    return known?.size === 1 ? known.data[0]! : call.tensor(place);
  };
  const low = bound(1, 'min', -Infinity);
  const high = bound(2, 'max', Infinity);
  const known = call.inputs[0] instanceof Known ? smallInputs(call) : undefined;
  if (known !== undefined && typeof low === 'number' && typeof high === 'number') {
    return elementwise('Clip', known[0]!.type, [known[0]!], (value) => Math.min(high, Math.max(low, value!)));
  }
  if (typeof low === 'number' && typeof high === 'number') {
    if (low === 0 && high === Infinity) return relu(x);
    if (Number.isFinite(low) && Number.isFinite(high)) return clip(x, low, Math.max(low, high));
  }
  const raised = low === -Infinity ? x : maximum(x, low);
  return high === Infinity ? raised : minimum(raised, high);
}

/** The slope broadcasts to the input from its last axes; before version 7 it was one number a channel. */
function prelu(call: Call): Tensor {
  const [x, given] = [call.tensor(0), call.tensor(1)];
  const slope = call.opset < 7 && given.rank === 1 && x.rank > 2 ? reshape(given, [given.size, ...x.shape.slice(2).map(() => 1)]) : given;
  return where(greater(x, 0), x, mul(x, slope));
}

export const activationOperators: OperatorTable = {
  Relu: activation((x) => relu(x)),
  LeakyRelu: activation((x, call) => where(greater(x, 0), x, mul(x, call.float('alpha', 0.01)))),
  PRelu: { run: prelu },
  Elu: activation((x, call) => elu(x, call.float('alpha', 1))),
  Selu: activation((x, call) => mul(elu(x, call.float('alpha', 1.6732632423543772)), call.float('gamma', 1.0507009873554805))),
  Celu: activation((x, call) => celu(x, call.float('alpha', 1)), 12),
  HardSigmoid: activation((x, call) => hardSigmoid(x, call.float('alpha', 0.2), call.float('beta', 0.5))),
  HardSwish: activation((x) => hardSwish(x), 14),
  Gelu: activation((x, call) => gelu(x, call.string('approximate', 'none') === 'tanh' ? 'tanh' : 'exact'), 20),
  Mish: activation((x) => mish(x), 18),
  Softplus: activation((x) => softplus(x)),
  Softsign: activation((x) => softsign(x)),
  Sigmoid: activation((x) => sigmoid(x)),
  Tanh: activation((x) => tanh(x)),
  ThresholdedRelu: activation((x, call) => where(greater(x, call.float('alpha', 1)), x, 0), 10),
  Shrink: activation((x, call) => {
    const [lambda, bias] = [call.float('lambd', 0.5), call.float('bias', 0)];
    return where(greater(x, lambda), sub(x, bias), where(greater(neg(x), lambda), add(x, bias), 0));
  }, 9),
  Clip: { run: clipped },
};

/** ONNX Runtime's own activations, which its optimizer writes. */
export const microsoftActivations: OperatorTable = {
  Gelu: { since: 1, run: (call) => gelu(call.tensor(0)) },
  BiasGelu: { since: 1, run: (call) => gelu(add(call.tensor(0), call.tensor(1))) },
  FastGelu: { since: 1, run: (call) => gelu(call.has(1) ? add(call.tensor(0), call.tensor(1)) : call.tensor(0), 'tanh') },
  QuickGelu: { since: 1, run: (call) => mul(call.tensor(0), sigmoid(mul(call.tensor(0), call.float('alpha', 1.702)))) },
};

