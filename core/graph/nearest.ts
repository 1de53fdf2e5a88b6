/** Edit distance (Levenshtein) between two words, letter case ignored. */
function distance(a: string, b: string): number {
  const s = a.toLowerCase();
  const t = b.toLowerCase();
  let previous = Array.from({ length: t.length + 1 }, (_, j) => j);
  for (let i = 1; i <= s.length; i++) {
    const row = [i];
    for (let j = 1; j <= t.length; j++) {
      const substitution = previous[j - 1]! + (s[i - 1] === t[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, previous[j]! + 1, row[j - 1]! + 1));
    }
    previous = row;
  }
  return previous[t.length]!;
}

/**
 * The candidates a person who wrote `name` may have meant, nearest first: those within a third of the name's length,
 * and those that contain it or begin like it.
 */
export function nearest(name: string, candidates: readonly string[], most = 3): string[] {
  const lower = name.toLowerCase();
  return candidates
    .map((candidate) => {
      const related = lower.length > 2 && (candidate.toLowerCase().includes(lower) || lower.includes(candidate.toLowerCase()));
      return { candidate, score: related ? Math.min(1, distance(name, candidate)) : distance(name, candidate) };
    })
    .filter(({ score }) => score <= Math.max(2, Math.ceil(lower.length / 3)))
    .sort((a, b) => a.score - b.score)
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

/** A clause for the end of a message: `did you mean "a" or "b"?`, or the known names when none is near. */
export function suggestion(name: string, candidates: readonly string[]): string {
  const near = nearest(name, candidates);
  return near.length > 0
    ? `did you mean ${near.map((n) => `"${n}"`).join(' or ')}?`
    : `known: ${candidates.join(', ')}`;
}
