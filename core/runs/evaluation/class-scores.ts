/** How one class fares among all predictions. */
export interface ClassScores {
  /** Share of right ones among those predicted as this class; 0 where it was never predicted. */
  precision: number;
  /** Share of right ones among those that are of this class; 0 where there are none. */
  recall: number;
  f1: number;
  /** Examples of this class. */
  support: number;
}

/** Precision, recall and F1 of every class from a confusion matrix `[classes, classes]`, actual classes in rows. */
export function scoresByClass(confusion: Int32Array, classes: number): ClassScores[] {
  return Array.from({ length: classes }, (_, k) => {
    let support = 0;
    let predicted = 0;
    for (let other = 0; other < classes; other++) {
      support += confusion[k * classes + other]!;
      predicted += confusion[other * classes + k]!;
    }
    const right = confusion[k * classes + k]!;
    const share = (of: number): number => (of === 0 ? 0 : right / of);
    return { precision: share(predicted), recall: share(support), f1: support + predicted === 0 ? 0 : (2 * right) / (support + predicted), support };
  });
}
