/** One cell of a confusion matrix, ready to be drawn. */
export interface ConfusionCell {
  actual: string;
  predicted: string;
  count: number;
  /** of all examples of the actual class */
  share: number;
}

/**
 * Cells of a row-major `[k, k]` matrix whose rows are actual classes.
 *
 * @param classes `[k]`
 */
export function confusionCells(confusion: Int32Array, classes: readonly string[]): ConfusionCell[] {
  const k = classes.length;
  return classes.flatMap((actual, i) => {
    const row = confusion.subarray(i * k, (i + 1) * k);
    const total = row.reduce((sum, count) => sum + count, 0);
    return classes.map((predicted, j) => {
      const count = row[j] ?? 0;
      return { actual, predicted, count, share: total === 0 ? 0 : count / total };
    });
  });
}

/** The pairs most often confused, most frequent first: what a person looks for in the matrix. */
export function commonMistakes(cells: readonly ConfusionCell[], most: number): ConfusionCell[] {
  return cells
    .filter((cell) => cell.actual !== cell.predicted && cell.count > 0)
    .toSorted((a, b) => b.count - a.count)
    .slice(0, most);
}
