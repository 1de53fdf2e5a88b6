import * as g from '#core/graph';
import { broadcasting, type OpCase, unary } from './case';

export const activations: OpCase[] = [
  unary('relu', g.relu),
  unary('leakyRelu', (x) => g.leakyRelu(x, 0.1)),
  unary('leakyRelu, steeper below', (x) => g.leakyRelu(x, 1.5)),
  { name: 'leakyRelu with slopes', f: ([x, slope]) => g.leakyRelu(x!, slope!), shapes: broadcasting(2) },
  unary('relu6', (x) => g.relu6(g.mul(x, 5))),
  unary('elu', (x) => g.elu(x, 1.3)),
  unary('selu', g.selu),
  unary('celu', (x) => g.celu(x, 0.7)),
  unary('gelu', (x) => g.gelu(x)),
  unary('gelu by tanh', (x) => g.gelu(x, 'tanh')),
  unary('silu', g.silu),
  unary('mish', g.mish),
  unary('softsign', g.softsign),
  unary('logSigmoid', g.logSigmoid),
  unary('hardTanh', (x) => g.hardTanh(x)),
  unary('hardSigmoid', (x) => g.hardSigmoid(g.mul(x, 2.3))),
  unary('hardSwish', (x) => g.hardSwish(g.mul(x, 2.3))),
];
