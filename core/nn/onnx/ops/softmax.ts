import { argmax, logSoftmax, oneHot, cast, moveAxis, reshape, sizeOf, softmax, type Tensor } from '#core/graph';
import type { Call, Operator, OperatorTable } from '../call';

/**
 * Along one axis since version 13. Before, the axes from `axis` (default 1) on were taken as one: the tensor as a matrix.
 */
const along = (f: (x: Tensor, axis: number) => Tensor): Operator => ({
  run(call: Call) {
    const x = call.tensor(0);
    if (call.opset >= 13) return f(x, call.axis(call.int('axis', -1), x.rank));
    const asked = call.int('axis', 1);
    const axis = asked === x.rank ? asked : call.axis(asked, x.rank);
    if (axis === x.rank - 1) return f(x, axis);
    const matrix = reshape(x, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))]);
    return reshape(f(matrix, 1), x.shape);
  },
});

/** 1 at the first largest element, 0 elsewhere. */
function hardmax(x: Tensor, axis: number): Tensor {
  const hot = cast(oneHot(argmax(x, axis), x.shape[axis]!), x.dtype);
  return axis === x.rank - 1 ? hot : moveAxis(hot, x.rank - 1, axis);
}

export const softmaxOperators: OperatorTable = {
  Softmax: along(softmax),
  LogSoftmax: along(logSoftmax),
  Hardmax: along(hardmax),
};
