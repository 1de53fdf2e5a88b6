/** Eight colours for classes and runs (Okabe and Ito), then lighter turns of the same. */
const tokens = Array.from({ length: 8 }, (_, i) => `--series-${i + 1}`);

/** The colour token of the i-th class or run. */
export function seriesToken(index: number): string {
  return tokens[index % tokens.length] ?? '--series-1';
}
