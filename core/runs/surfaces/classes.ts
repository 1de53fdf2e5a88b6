import { UserError } from '#core/graph';
import type { LandscapeBatch } from '#core/landscape';
import type { PreparedDataset } from '#core/data';

/** More classes than these would make a surface of hundreds of pictures. */
const MOST_CLASSES = 100;

/** A class that has examples among those that are evaluated. */
export interface PresentClass {
  /** Its number, as the targets have it. */
  label: number;
  name: string;
  examples: number;
}

/**
 * The classes among these examples; one without examples has no loss and is left out.
 *
 * @throws UserError where the task has no classes, or too many
 */
export function presentClasses({ task, classes = 0, classNames = [] }: PreparedDataset, batches: readonly LandscapeBatch[]): PresentClass[] {
  if (task !== 'classification') {
    throw new UserError('surface.per-class', `Loss per class was asked for, but this run's task is ${task}: it has no classes.`, { hint: 'Leave --per-class out.' });
  }
  if (classes > MOST_CLASSES) {
    throw new UserError('surface.per-class', `Loss per class was asked for; with ${classes} classes these would be ${2 * classes} surfaces. At most ${MOST_CLASSES} classes are possible.`);
  }
  const counts = new Int32Array(classes);
  for (const { y, mask } of batches) mask.forEach((counted, i) => (counts[Number(y[i])]! += counted));
  return Array.from(counts, (examples, label) => ({ label, name: classNames[label] ?? String(label), examples })).filter(({ examples }) => examples > 0);
}

/** Quantities of a class. */
export const classQuantities = ['loss', 'accuracy'] as const;
