/**
 * Orders names as people do (`img2` before `img10`), the same on every machine: digits by value, all else by code unit.
 */
export function naturalOrder(a: string, b: string): number {
  const left = a.match(/\d+|\D+/g) ?? [];
  const right = b.match(/\d+|\D+/g) ?? [];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const s = left[i]!;
    const t = right[i]!;
    if (s === t) continue;
    const difference = /^\d/.test(s) && /^\d/.test(t) ? Number(s) - Number(t) : 0;
    if (difference !== 0) return difference;
    return s < t ? -1 : 1;
  }
  return left.length - right.length;
}

/** Orders class and category names: as numbers when all are numbers, else naturally. */
export function orderNames(names: readonly string[]): string[] {
  const numeric = names.every((name) => name.trim() !== '' && Number.isFinite(Number(name)));
  return [...names].sort(numeric ? (a, b) => Number(a) - Number(b) || naturalOrder(a, b) : naturalOrder);
}
