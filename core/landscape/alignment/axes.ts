/**
 * An axis of a tensor, as far as the order along it is concerned. Axes that have to be reordered together are joined; an axis that is the
 * product of others (a flattened picture: channels times places) is made of them; one whose order means something is fixed.
 */
interface Axis {
  readonly size: number;
  parent?: Axis;
  factors?: readonly Axis[];
  /** Why the order cannot change. */
  fixed?: string;
}
export type { Axis };

/** One axis of a tensor as the axes it is the product of, slowest first; none for an axis of length 1. */
export type Label = readonly Axis[];

/** An axis of its own that may be reordered. */
export const freeAxis = (size: number): Label => (size === 1 ? [] : [{ size }]);
/** An axis whose order means something. */
export const fixedAxis = (size: number, why: string): Label => (size === 1 ? [] : [{ size, fixed: why }]);

function root(axis: Axis): Axis {
  let top = axis;
  while (top.parent) top = top.parent;
  return top;
}

/** What an axis has turned out to be: roots only. */
export function expand(label: Label): Axis[] {
  return label.flatMap((axis) => {
    const top = root(axis);
    return top.factors ? expand(top.factors) : [top];
  });
}

/** Forbids any new order along an axis. */
export function fix(label: Label, why: string): void {
  for (const axis of expand(label)) axis.fixed ??= why;
}

/** Makes `axis` the product of `first` and the rest. */
function split(axis: Axis, first: number): [Axis, Axis] {
  const part = (size: number): Axis => ({ size, ...(axis.fixed !== undefined && { fixed: axis.fixed }) });
  const parts: [Axis, Axis] = [part(first), part(axis.size / first)];
  axis.factors = parts;
  return parts;
}

/** Says that two axes of one length are reordered together. */
export function join(a: Label, b: Label): void {
  const [left, right] = [expand(a), expand(b)];
  while (left.length > 0 && right.length > 0) {
    const [x, y] = [root(left[0]!), root(right[0]!)];
    // An axis that was split meanwhile goes on in its factors.
    if (x.factors) left.splice(0, 1, ...expand([x]));
    else if (y.factors) right.splice(0, 1, ...expand([y]));
    else if (x === y || x.size === y.size) {
      left.shift();
      right.shift();
      if (x === y) continue;
      const why = x.fixed ?? y.fixed;
      if (why !== undefined) x.fixed = why;
      y.parent = x;
    } else if (x.size > y.size && x.size % y.size === 0) left.splice(0, 1, ...split(x, y.size));
    else if (y.size > x.size && y.size % x.size === 0) right.splice(0, 1, ...split(y, x.size));
    else {
      fix([...left, ...right], 'reshape');
      return;
    }
  }
}

/** The labels of the same elements, row by row, under another shape. */
export function regroup(labels: readonly Label[], shape: readonly number[]): Label[] {
  const rest = labels.flatMap(expand);
  const all = [...rest];
  const grouped: Axis[][] = [];
  for (const size of shape) {
    const group: Axis[] = [];
    let left = size;
    while (left > 1) {
      const next = root(rest.shift()!);
      if (next.factors) rest.unshift(...expand([next]));
      else if (left % next.size === 0) {
        group.push(next);
        left /= next.size;
      } else if (next.size % left === 0) rest.unshift(...split(next, left));
      else {
        // Axes of the result cut across those of the operand.
        fix(all, 'reshape');
        return shape.map((n) => fixedAxis(n, 'reshape'));
      }
    }
    grouped.push(group);
  }
  return grouped;
}
