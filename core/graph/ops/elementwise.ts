import { apply, type Operand, scalar } from '../apply';
import { type DType, isFloat, promote } from '../dtype';
import type { Batched } from '../op';
import { broadcastShapes, ShapeError } from '../shape';
import { Tensor } from '../tensor';

/** `x` as a tensor: a number takes the type of `like`, or float32 when it would not fit. */
export function asTensor(x: Operand, like?: Tensor): Tensor {
  if (x instanceof Tensor) return x;
  if (like === undefined) return scalar(x);
  if (!isFloat(like.dtype) && !Number.isInteger(x)) return scalar(x, 'float32');
  return scalar(x, like.dtype === 'bool' ? 'int32' : like.dtype);
}

/** Applies an op of several operands after bringing them to one type. */
export function applyPromoted(name: string, operands: readonly Operand[]): Tensor {
  const like = operands.find((x) => x instanceof Tensor);
  const tensors = operands.map((x) => asTensor(x, like));
  const dtype = tensors.map((x) => x.dtype).reduce(promote);
  return apply(name, tensors.map((x) => cast(x, dtype)));
}

/** `x` in another type; to integers by truncation, to bool by `x != 0`. */
export const cast = (x: Tensor, dtype: DType): Tensor => (x.dtype === dtype ? x : apply('cast', [x], { dtype }));

/** Result of an elementwise op: broadcast shape, the common type of the inputs. */
export function inferElementwise(name: string, inputs: readonly Tensor[]): { shape: number[]; dtype: DType } {
  const dtype = inputs[0]!.dtype;
  for (const x of inputs) {
    if (x.dtype !== dtype) throw new ShapeError(`${name}: types differ: ${inputs.map((y) => y.dtype).join(' and ')}`);
  }
  return { shape: broadcastShapes(name, ...inputs.map((x) => x.shape)), dtype };
}

/** The gradient of a broadcast operand: summed back to its shape. */
export function sumTo(g: Tensor, x: Tensor): Tensor {
  const extra = g.rank - x.rank;
  const axes: number[] = [];
  for (let i = 0; i < g.rank; i++) {
    if (i < extra || (x.shape[i - extra] === 1 && g.shape[i] !== 1)) axes.push(i);
  }
  if (axes.length === 0) return g;
  return apply('reshape', [apply('sum', [g], { axes, keepDims: false })], { shape: x.shape });
}

/** Inputs of a broadcasting op with the population on axis 0 of every batched one, ranks aligned behind it. */
export function alignBatched(inputs: readonly Batched[]): Tensor[] {
  const rank = Math.max(...inputs.map(({ value, batched }) => value.rank - (batched ? 1 : 0)));
  return inputs.map(({ value, batched }) => {
    if (!batched || value.rank - 1 === rank) return value;
    const shape = [value.shape[0]!, ...new Array<number>(rank - value.rank + 1).fill(1), ...value.shape.slice(1)];
    return apply('reshape', [value], { shape });
  });
}

/** Batching rule of every elementwise op. */
export const batchElementwise =
  (name: string) =>
  (inputs: readonly Batched[], attributes: object): Tensor =>
    apply(name, alignBatched(inputs), { ...attributes });

/** `x` with the population on axis 0, spread there if it was not batched. */
export function spread({ value, batched }: Batched, size: number): Tensor {
  return batched ? value : apply('broadcastTo', [value], { shape: [size, ...value.shape] });
}
