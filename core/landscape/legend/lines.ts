/**
 * A name as one line where it fits, else as two: parted before a bracket or after a comma, or else at any space (no number alone), where
 * the longer half is shortest.
 *
 * @param width how wide a text is, in the unit of `room`
 */
export function nameLines(text: string, width: (text: string) => number, room: number): readonly string[] {
  if (width(text) <= room) return [text];
  const wellParted = [...text.matchAll(/ (?=\()|(?<=,) /g)];
  const parted = (wellParted.length > 0 ? wellParted : [...text.matchAll(/ (?![\d.]+$)/g)]).map(({ index }) => [text.slice(0, index), text.slice(index + 1)]);
  const longest = (lines: readonly string[]): number => Math.max(...lines.map(width));
  return parted.reduce<readonly string[]>((best, lines) => (longest(lines) < longest(best) ? lines : best), [text]);
}
