import { abs, add, clip, div, expm1, gelu, greater, maximum, minimum, mul, neg, pow, relu, sigmoid, softplus, sub, tanh, type Tensor, where } from '#core/graph';
import { Known, knownOf } from '../array';
import type { Call, Operator, OperatorTable } from '../call';
import { elementwise } from '../fold';
import { smallInputs } from './elementwise';

const activation = (f: (x: Tensor, call: Call) => Tensor, since = 7): Operator => ({ since, run: (call) => f(call.tensor(0), call) });

/** `alpha (exp(x) - 1)` where `x` is negative, without the overflow of the other side. */
const negativeExp = (x: Tensor, alpha: number, scale = 1): Tensor => mul(expm1(mul(minimum(x, 0), 1 / scale)), alpha);

/** `x Phi(x)` as GPT's authors approximated it. */
const geluTanh = (x: Tensor): Tensor => mul(mul(x, 0.5), add(1, tanh(mul(add(x, mul(pow(x, 3), 0.044715)), Math.sqrt(2 / Math.PI)))));

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

/** The slope broadcasts to the input from its last axes, or is one a channel. */
function prelu(x: Tensor, slope: Tensor): Tensor {
  return where(greater(x, 0), x, mul(x, slope));
}

const hardSigmoid = (x: Tensor, alpha: number, beta: number): Tensor => clip(add(mul(x, alpha), beta), 0, 1);

export const activationOperators: OperatorTable = {
  Relu: activation((x) => relu(x)),
  LeakyRelu: activation((x, call) => where(greater(x, 0), x, mul(x, call.float('alpha', 0.01)))),
  PRelu: { run: (call) => prelu(call.tensor(0), call.tensor(1)) },
  Elu: activation((x, call) => where(greater(x, 0), x, negativeExp(x, call.float('alpha', 1)))),
  Selu: activation((x, call) => {
    const alpha = call.float('alpha', 1.6732632423543772);
    return mul(where(greater(x, 0), x, negativeExp(x, alpha)), call.float('gamma', 1.0507009873554805));
  }),
  Celu: activation((x, call) => {
    const alpha = call.float('alpha', 1);
    return add(maximum(x, 0), negativeExp(x, alpha, alpha));
  }, 12),
  HardSigmoid: activation((x, call) => hardSigmoid(x, call.float('alpha', 0.2), call.float('beta', 0.5))),
  HardSwish: activation((x) => mul(x, hardSigmoid(x, 1 / 6, 0.5)), 14),
  Gelu: activation((x, call) => (call.string('approximate', 'none') === 'tanh' ? geluTanh(x) : gelu(x)), 20),
  Mish: activation((x) => mul(x, tanh(softplus(x))), 18),
  Softplus: activation((x) => softplus(x)),
  Softsign: activation((x) => div(x, add(abs(x), 1))),
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
  FastGelu: { since: 1, run: (call) => geluTanh(call.has(1) ? add(call.tensor(0), call.tensor(1)) : call.tensor(0)) },
  QuickGelu: { since: 1, run: (call) => mul(call.tensor(0), sigmoid(mul(call.tensor(0), call.float('alpha', 1.702)))) },
};

