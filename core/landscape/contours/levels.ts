/** The round number nearest to `span / count` from above: 1, 2 or 5 times a power of ten; 1 for an empty span. */
export function niceStep(span: number, count: number): number {
  if (!(span > 0)) return 1;
  const raw = span / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= raw * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** Heights and the distance of contour lines between them. */
export interface Levels {
  readonly low: number;
  readonly high: number;
  readonly step: number;
}

/** Multiples of `step` strictly between `low` and `high`. */
export function contourLevels({ low, high, step }: Levels): number[] {
  const levels: number[] = [];
  for (let k = Math.ceil(low / step); k * step < high; k++) if (k * step > low) levels.push(k * step);
  return levels;
}
