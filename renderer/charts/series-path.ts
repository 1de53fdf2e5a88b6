/** A line of an SVG through numbers at equal distances; gaps where a number is missing. */
export function seriesPath(values: readonly number[], width: number, height: number, low: number, high: number): string {
  const span = high - low || 1;
  const last = Math.max(1, values.length - 1);
  let open = false;
  return values
    .map((value, i) => {
      if (!Number.isFinite(value)) {
        open = false;
        return '';
      }
      const command = open ? 'L' : 'M';
      open = true;
      return `${command}${((i / last) * width).toFixed(1)} ${(height - ((value - low) / span) * height).toFixed(1)}`;
    })
    .join('');
}

/** Smallest and largest finite number. */
export function extentOf(values: Iterable<number>): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? [low, high] : [0, 1];
}
