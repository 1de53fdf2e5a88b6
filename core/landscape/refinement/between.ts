/**
 * Fills grid points that are not computed (`NaN`) from computed ones, in place. The grid is a tree of cells that are cut at the middle of their sides
 * for as long as their own middle is known; on every side the values run in straight lines from one known point to the next, and inside a cell that is
 * not cut they follow from its four sides by bilinear blending (a Coons patch: Coons 1967, "Surfaces for computer-aided design of space forms"), which is
 * bilinear interpolation where no side holds more than its ends; it never leaves the range of the sides, so that no valley or hill is made up. Cells that meet
 * agree on their common side. Nothing is extrapolated; beside an infinite value the gap stays.
 *
 * @param values row-major `[rows, columns]`
 */
export function fillBetween(values: Float64Array | Float32Array, columns: number, rows: number): void {
  if (!values.some(Number.isNaN)) return;
  fillCell(values, columns, 0, columns - 1, 0, rows - 1);
}

type Values = Float64Array | Float32Array;

function fillCell(values: Values, columns: number, left: number, right: number, bottom: number, top: number): void {
  const [width, height] = [right - left, top - bottom];
  if (width <= 1 && height <= 1) return;
  fillSide(values, bottom * columns, 1, left, right);
  fillSide(values, left, columns, bottom, top);
  if (height > 0) fillSide(values, top * columns, 1, left, right);
  if (width > 0) fillSide(values, right, columns, bottom, top);
  if (width <= 1 || height <= 1) return;
  const [column, row] = [(left + right) >> 1, (bottom + top) >> 1];
  if (Number.isNaN(values[row * columns + column])) {
    blend(values, columns, left, right, bottom, top);
    return;
  }
  fillCell(values, columns, left, column, bottom, row);
  fillCell(values, columns, column, right, bottom, row);
  fillCell(values, columns, left, column, row, top);
  fillCell(values, columns, column, right, row, top);
}

/** Fills a side between grid lines `from` and `to`; its points lie at `start + line * stride`. */
function fillSide(values: Values, start: number, stride: number, from: number, to: number): void {
  if (to - from <= 1) return;
  const middle = (from + to) >> 1;
  if (!Number.isNaN(values[start + middle * stride])) {
    fillSide(values, start, stride, from, middle);
    fillSide(values, start, stride, middle, to);
    return;
  }
  const [first, last] = [values[start + from * stride]!, values[start + to * stride]!];
  if (!Number.isFinite(first) || !Number.isFinite(last)) return;
  for (let line = from + 1; line < to; line++) values[start + line * stride] = first + ((last - first) * (line - from)) / (to - from);
}

function blend(values: Values, columns: number, left: number, right: number, bottom: number, top: number): void {
  const [width, height] = [right - left, top - bottom];
  const [first, last] = [bottom * columns, top * columns];
  let [low, high] = [Infinity, -Infinity];
  const take = (value: number): void => {
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  for (let row = bottom; row <= top; row++) {
    take(values[row * columns + left]!);
    take(values[row * columns + right]!);
  }
  for (let column = left; column <= right; column++) {
    take(values[first + column]!);
    take(values[last + column]!);
  }
  const [a, b, c, d] = [values[first + left]!, values[first + right]!, values[last + left]!, values[last + right]!];
  for (let row = bottom + 1; row < top; row++) {
    const v = (row - bottom) / height;
    const start = row * columns;
    const [from, to] = [values[start + left]!, values[start + right]!];
    for (let column = left + 1; column < right; column++) {
      const u = (column - left) / width;
      const across = from * (1 - u) + to * u;
      const upwards = values[first + column]! * (1 - v) + values[last + column]! * v;
      const corners = (a * (1 - u) + b * u) * (1 - v) + (c * (1 - u) + d * u) * v;
      const value = across + upwards - corners;
      if (Number.isFinite(value)) values[start + column] = value < low ? low : value > high ? high : value;
    }
  }
}
