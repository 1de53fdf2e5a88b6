/** A rectangle of grid lines whose corners are known, and how much the surface is thought to bend inside it. */
export interface Cell {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
  readonly bend: Bend;
}

/** A deviation from straight lines, in heights and in natural logarithms of them. `rim`: some of the points have no finite value, others have. */
export interface Bend {
  readonly height: number;
  readonly logarithm: number;
  readonly rim: boolean;
}

export const straight: Bend = { height: 0, logarithm: 0, rim: false };

/** The larger of both. */
export const sharper = (a: Bend, b: Bend): Bend => ({ height: Math.max(a.height, b.height), logarithm: Math.max(a.logarithm, b.logarithm), rim: a.rim || b.rim });

/** What is left of a bend in a part of it. */
const share = ({ height, logarithm, rim }: Bend, factor: number): Bend => ({ height: height * factor, logarithm: logarithm * factor, rim });

/** A cell half as wide bends by a quarter of its parent's deviation, as far as the surface is smooth. */
const OF_PARENT = 1 / 4;
/** What a neighbour found on the common side: less than this of it is left in the middle of the cell, which follows the side. */
const OF_SIDE = 1 / 2;

/** A picture's values as far as they are told, row-major. */
export class SeenValues {
  constructor(
    readonly values: Float64Array,
    private readonly columns: number,
  ) {}

  /** The points at which a cell is cut, its middle last. None: it has no lines inside. */
  cuts({ left, right, bottom, top }: Cell): number[] {
    const [column, row] = [(left + right) >> 1, (bottom + top) >> 1];
    const [wide, high] = [right - left > 1, top - bottom > 1];
    const across = wide ? [this.at(column, bottom), this.at(column, top)] : [];
    const upwards = high ? [this.at(left, row), this.at(right, row)] : [];
    return [...new Set([...across, ...upwards, ...(wide && high ? [this.at(column, row)] : [])])];
  }

  isSeen(index: number): boolean {
    return !Number.isNaN(this.values[index]);
  }

  /** A cell, or the parts that it is cut into already. */
  settle(cell: Cell): Cell[] {
    const cuts = this.cuts(cell);
    if (cuts.length === 0 || !cuts.every((index) => this.isSeen(index))) return [cell];
    const { left, right, bottom, top } = cell;
    const [column, row] = [(left + right) >> 1, (bottom + top) >> 1];
    const [wide, high] = [right - left > 1, top - bottom > 1];
    const corners = [this.at(left, bottom), this.at(right, bottom), this.at(left, top), this.at(right, top)];
    const middle = wide && high ? this.bendAt(this.at(column, row), corners) : straight;
    const below = wide ? this.bendAt(this.at(column, bottom), corners.slice(0, 2)) : straight;
    const above = wide ? this.bendAt(this.at(column, top), corners.slice(2)) : straight;
    const before = high ? this.bendAt(this.at(left, row), [corners[0]!, corners[2]!]) : straight;
    const behind = high ? this.bendAt(this.at(right, row), [corners[1]!, corners[3]!]) : straight;
    const columns = wide ? [{ left, right: column, side: before }, { left: column, right, side: behind }] : [{ left, right, side: sharper(before, behind) }];
    const rows = high ? [{ bottom, top: row, side: below }, { bottom: row, top, side: above }] : [{ bottom, top, side: sharper(below, above) }];
    return rows.flatMap(({ side: own, ...vertical }) => columns.flatMap(({ side, ...horizontal }) =>
      this.settle({ ...horizontal, ...vertical, bend: share(sharper(middle, sharper(own, side)), OF_PARENT) })));
  }

  /** What is known of the bend in a cell: from when it was cut off its parent, and from points on its sides that its neighbours have asked for since. */
  bendOf({ left, right, bottom, top, bend }: Cell): Bend {
    const sides = [
      this.bendOfSide(bottom * this.columns, 1, left, right), this.bendOfSide(top * this.columns, 1, left, right),
      this.bendOfSide(left, this.columns, bottom, top), this.bendOfSide(right, this.columns, bottom, top),
    ];
    return sharper(bend, share(sides.reduce(sharper), OF_SIDE));
  }

  private bendOfSide(start: number, stride: number, from: number, to: number): Bend {
    const middle = (from + to) >> 1;
    const index = start + middle * stride;
    if (to - from <= 1 || !this.isSeen(index)) return straight;
    const own = this.bendAt(index, [start + from * stride, start + to * stride]);
    return sharper(own, sharper(this.bendOfSide(start, stride, from, middle), this.bendOfSide(start, stride, middle, to)));
  }

  /** How far a value lies from the mean of those around it. */
  private bendAt(index: number, around: readonly number[]): Bend {
    const all = [index, ...around].map((each) => this.values[each]!);
    const finite = all.filter(Number.isFinite).length;
    if (finite < all.length) return { ...straight, rim: finite > 0 };
    const [value, ...others] = all;
    const from = (f: (value: number) => number): number => Math.abs(f(value!) - others.reduce((sum, other) => sum + f(other), 0) / others.length);
    return { height: from((each) => each), logarithm: all.every((each) => each > 0) ? from(Math.log) : 0, rim: false };
  }

  private at(column: number, row: number): number {
    return row * this.columns + column;
  }
}
