import { add, einsum, matmul, mul, type Tensor, transpose, range } from '#core/graph';
import type { Call, OperatorTable } from '../call';

const swapped = (x: Tensor): Tensor => transpose(x, [...range(x.rank - 2), x.rank - 1, x.rank - 2]);

/** `alpha A' B' + beta C` */
function gemm(call: Call): Tensor {
  const [a, b] = [call.tensor(0), call.tensor(1)];
  if (a.rank !== 2 || b.rank !== 2) call.invalid(`its operands have the shapes [${a.shape.join(', ')}] and [${b.shape.join(', ')}], not two matrices`);
  const alpha = call.float('alpha', 1);
  const beta = call.float('beta', 1);
  const product = matmul(call.int('transA', 0) === 0 ? a : swapped(a), call.int('transB', 0) === 0 ? b : swapped(b));
  const scaled = alpha === 1 ? product : mul(product, alpha);
  const c = call.optional(2);
  if (c === undefined || beta === 0) return scaled;
  return add(scaled, beta === 1 ? c : mul(c, beta));
}

export const matrixOperators: OperatorTable = {
  MatMul: { run: (call) => matmul(call.tensor(0), call.tensor(1)) },
  Gemm: { run: gemm },
  Einsum: {
    since: 12,
    run: (call) => einsum(call.string('equation', ''), ...call.inputs.map((_, place) => call.tensor(place))),
  },
};

/** Products that ONNX Runtime's optimizer writes. */
export const microsoftMatrix: OperatorTable = {
  FusedMatMul: {
    since: 1,
    run(call) {
      if (call.int('transBatchA', 0) !== 0 || call.int('transBatchB', 0) !== 0) call.unsupported('transposes a batch');
      const a = call.int('transA', 0) === 0 ? call.tensor(0) : swapped(call.tensor(0));
      const b = call.int('transB', 0) === 0 ? call.tensor(1) : swapped(call.tensor(1));
      return mul(matmul(a, b), call.float('alpha', 1));
    },
  },
};
