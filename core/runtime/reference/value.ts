import { sizeOf, stridesOf, type Tensor } from '#core/graph';

/** A tensor's numbers, all in float64: integers and bools are exact in it up to 2^53. */
export type Numbers = Float64Array;

/** Computes one node from the numbers of its inputs. */
export type Kernel = (node: Tensor, inputs: readonly Numbers[]) => Numbers;
export type KernelTable = Readonly<Record<string, Kernel>>;

/** Calls `visit(multi-index, position)` for every element of `shape`, in row-major order. The index array is reused. */
export function forEachIndex(shape: readonly number[], visit: (index: readonly number[], at: number) => void): void {
  const index = new Array<number>(shape.length).fill(0);
  const size = sizeOf(shape);
  for (let at = 0; at < size; at++) {
    visit(index, at);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
}

/** Strides with which a tensor of `shape` is read as if broadcast to `rank` axes: 0 on axes that repeat. */
export function broadcastStrides(shape: readonly number[], rank: number): number[] {
  const own = stridesOf(shape);
  const missing = rank - shape.length;
  return Array.from({ length: rank }, (_, i) => (i < missing || shape[i - missing] === 1 ? 0 : own[i - missing]!));
}

/** Position of a multi-index under strides. */
export function offset(index: readonly number[], strides: readonly number[], base = 0): number {
  let at = base;
  for (let i = 0; i < strides.length; i++) at += index[i]! * strides[i]!;
  return at;
}

/** An elementwise kernel: inputs broadcast to the result. */
export const mapped =
  (f: (...values: number[]) => number): Kernel =>
  (node, inputs) => {
    const out = new Float64Array(node.size);
    const [a, b] = inputs as [Numbers, Numbers];
    // One or two operands that line up element by element, or are one number, need no strides.
    if (inputs.length <= 2 && inputs.every(({ length }) => length === node.size || length === 1)) {
      const [aStep, bStep] = [Number(a.length === node.size), Number(b?.length === node.size)];
      if (b === undefined) for (let at = 0; at < out.length; at++) out[at] = f(a[at * aStep]!);
      else for (let at = 0; at < out.length; at++) out[at] = f(a[at * aStep]!, b[at * bStep]!);
      return out;
    }
    const strides = node.inputs.map((x) => broadcastStrides(x.shape, node.rank));
    forEachIndex(node.shape, (index, at) => {
      out[at] = f(...inputs.map((numbers, i) => numbers[offset(index, strides[i]!)]!));
    });
    return out;
  };
