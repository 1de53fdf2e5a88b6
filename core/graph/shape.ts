import { UserError } from './error';

/** Shapes that do not fit together. The message names the op, the shapes and the rule that failed. */
export class ShapeError extends UserError {
  constructor(message: string, hint?: string) {
    super('graph.shape', message, hint === undefined ? {} : { hint });
    this.name = 'ShapeError';
  }
}

export type Shape = readonly number[];

export const sizeOf = (shape: Shape): number => shape.reduce((product, n) => product * n, 1);

export const formatShape = (shape: Shape): string => `[${shape.join(',')}]`;

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((n, i) => n === b[i]);

/** The longest axis, that of a 32-bit signed count: what ONNX's and every device's kernels can walk. */
const LONGEST = 2 ** 31 - 1;

/** The most elements whose positions a float64 counts exactly. */
const MOST = 2 ** 53;

/** Throws unless `shape` is one a tensor can have: whole lengths from 0 to 2^31 - 1, at most 2^53 elements. */
export function checkShape(op: string, shape: Shape): void {
  let size = 1;
  for (const [axis, n] of shape.entries()) {
    if (!Number.isInteger(n) || n < 0) throw new ShapeError(`${op}: ${formatShape(shape)} is not a shape: axis ${axis} has no whole length`);
    if (n > LONGEST) throw new ShapeError(`${op}: axis ${axis} of ${formatShape(shape)} is longer than 2^31 - 1`);
    size *= Math.max(1, n);
  }
  if (size > MOST) throw new ShapeError(`${op}: a tensor of shape ${formatShape(shape)} would have more than 2^53 elements`);
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i]!;
  }
  return strides;
}

/** The shape that numpy's broadcasting gives. */
export function broadcastShapes(op: string, ...shapes: Shape[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (let i = 0; i < shape.length; i++) {
      const at = rank - shape.length + i;
      const n = shape[i]!;
      if (n === 1 || n === result[at]) continue;
      if (result[at] !== 1) {
        throw new ShapeError(`${op}: shapes do not broadcast: ${shapes.map(formatShape).join(' and ')}`);
      }
      result[at] = n;
    }
  }
  return result;
}

/** `axis` counted from the front; negative axes count from the back. */
export function normalizeAxis(op: string, axis: number, rank: number): number {
  const at = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || at < 0 || at >= rank) {
    throw new ShapeError(`${op}: axis ${axis} does not exist in a tensor of rank ${rank}`);
  }
  return at;
}

/** Axes counted from the front, sorted, each once. `undefined` means all. */
export function normalizeAxes(op: string, axes: number | readonly number[] | undefined, rank: number): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, i) => i);
  const list = (typeof axes === 'number' ? [axes] : axes).map((axis) => normalizeAxis(op, axis, rank));
  if (new Set(list).size !== list.length) throw new ShapeError(`${op}: an axis is named twice in [${list.join(',')}]`);
  return list.sort((a, b) => a - b);
}

/** `shape` with `axes` dropped, or kept as 1. */
export function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): number[] {
  return shape.flatMap((n, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [n]));
}

export const range = (n: number, start = 0): number[] => Array.from({ length: n }, (_, i) => start + i);
