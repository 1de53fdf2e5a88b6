import { apply, scalar } from '../apply';
import { isFloat } from '../dtype';
import { opDefinition, type Reading } from '../op';
import { topologicalOrder } from '../order';
import { full, zeros } from '../ops/source';
import { formatShape, ShapeError } from '../shape';
import type { Tensor } from '../tensor';

/**
 * Reverse accumulation: the sum over `ys` of each one's vector-Jacobian product with its cotangent, for every tensor of
 * `xs`. Zeros where nothing depends on an x.
 */
export function pullback(ys: readonly Tensor[], cotangents: readonly Tensor[], xs: readonly Tensor[]): Tensor[] {
  const order = topologicalOrder(ys);
  const targets = new Set(xs);
  // Only what lies between an x and a y can carry a gradient.
  const carries = new Set<Tensor>();
  for (const node of order) {
    if (isFloat(node.dtype) && (targets.has(node) || node.inputs.some((input) => carries.has(input)))) carries.add(node);
  }
  const gradients = new Map<Tensor, Tensor>();
  const accumulate = (x: Tensor, g: Tensor): void => {
    const known = gradients.get(x);
    gradients.set(x, known === undefined ? g : apply('add', [known, g]));
  };
  ys.forEach((y, i) => {
    if (carries.has(y)) accumulate(y, cotangents[i]!);
  });
  const readings = new Map<Tensor, Reading[]>();
  for (const node of order.reverse()) {
    const g = gradients.get(node);
    const read = readings.get(node);
    if ((g === undefined && read === undefined) || !node.inputs.some((input) => carries.has(input))) continue;
    const op = opDefinition(node.op);
    if (op.readout === true) {
      const [source] = node.inputs as [Tensor];
      readings.set(source, [...(readings.get(source) ?? []), { node, g: g! }]);
      continue;
    }
    const parts = (read === undefined ? op.vjp?.(node, g!, node.attributes) : op.several!.vjp(node, read, node.inputs.map((input) => carries.has(input)))) ?? [];
    node.inputs.forEach((input, i) => {
      const part = parts[i];
      if (part !== undefined && carries.has(input)) accumulate(input, part);
    });
  }
  return xs.map((x) => gradients.get(x) ?? zeros(x.shape, x.dtype));
}

/**
 * Gradients of the scalar `y` in each of `xs`. The `xs` should be inputs: of a tensor computed from others, only the
 * part of `y` that was built from that very tensor is seen (`grad` takes care of that).
 */
export function gradients(y: Tensor, xs: readonly Tensor[]): Tensor[] {
  if (y.size !== 1) throw new ShapeError(`gradients: the value to differentiate must be a scalar, not ${formatShape(y.shape)}`);
  if (!isFloat(y.dtype)) throw new ShapeError(`gradients: the value to differentiate must be floating-point, not ${y.dtype}`);
  return pullback([y], [y.rank === 0 ? scalar(1, y.dtype) : full(y.shape, 1, y.dtype)], xs);
}
