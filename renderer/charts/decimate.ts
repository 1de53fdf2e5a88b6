/**
 * Thins a curve to about `points` points for drawing: each bucket keeps its lowest and its highest value, so that no
 * spike disappears. NaN (a value not measured) is skipped.
 *
 * @param x ascending, `[n]`
 * @param y `[n]`
 */
export function decimate(x: ArrayLike<number>, y: ArrayLike<number>, points: number): [number[], number[]] {
  const measured: number[] = [];
  for (let i = 0; i < x.length; i++) if (!Number.isNaN(y[i])) measured.push(i);
  const buckets = Math.max(1, Math.floor(points / 2));
  if (measured.length <= buckets * 2) return pick(x, y, measured);
  const kept: number[] = [];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = Math.floor((bucket * measured.length) / buckets);
    const to = Math.floor(((bucket + 1) * measured.length) / buckets);
    let low = measured[from] ?? 0;
    let high = low;
    for (let place = from + 1; place < to; place++) {
      const i = measured[place] ?? 0;
      if ((y[i] ?? 0) < (y[low] ?? 0)) low = i;
      if ((y[i] ?? 0) > (y[high] ?? 0)) high = i;
    }
    kept.push(Math.min(low, high));
    if (low !== high) kept.push(Math.max(low, high));
  }
  const last = measured.at(-1) ?? 0;
  if (kept.at(-1) !== last) kept.push(last);
  return pick(x, y, kept);
}

function pick(x: ArrayLike<number>, y: ArrayLike<number>, indices: number[]): [number[], number[]] {
  return [indices.map((i) => x[i] ?? 0), indices.map((i) => y[i] ?? 0)];
}
