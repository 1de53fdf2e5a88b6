import type { ColumnProfile } from './profile';

export const tasks = ['classification', 'regression', 'language-model', 'reconstruction'] as const;
export type Task = (typeof tasks)[number];

export interface Proposal {
  target: string;
  task: Task;
  /** Why, for people. */
  reason: string;
}

const targetNames = [
  'target', 'label', 'labels', 'class', 'outcome', 'species', 'diagnosis', 'survived', 'churn', 'price', 'quality',
  'category', 'response', 'result', 'score',
  // Last: beside a price, y is a length.
  'y',
];

/** Up to so many distinct whole numbers are taken for classes. */
const mostNumberedClasses = 20;

/** Classification or regression for a target column, and why. */
export function proposeTask(profile: ColumnProfile): { task: 'classification' | 'regression'; reason: string } {
  if (profile.numbers === undefined) {
    return { task: 'classification', reason: `"${profile.name}" holds ${profile.distinct} names` };
  }
  const present = profile.rows - profile.missing;
  if (profile.numbers?.integer && profile.distinct <= mostNumberedClasses && profile.distinct * 5 <= present) {
    return { task: 'classification', reason: `"${profile.name}" holds ${profile.distinct} different whole numbers` };
  }
  return { task: 'regression', reason: `"${profile.name}" holds ${profile.distinct} different numbers` };
}

/** The column most likely meant to be predicted: by its name, else the last column that names classes, else the last usable one. */
export function proposeTarget(profiles: readonly ColumnProfile[]): Proposal | null {
  const usable = profiles.filter(({ keptOut }) => keptOut === undefined);
  const byName = targetNames
    .map((name) => usable.find((profile) => profile.name.trim().toLowerCase() === name))
    .find((profile) => profile !== undefined);
  const names = (profile: ColumnProfile): boolean => profile.kind === 'category' || profile.kind === 'boolean';
  const last = usable.at(-1);
  const target = byName ?? (last && names(last) ? last : usable.filter(names).at(-1)) ?? last;
  if (target === undefined) return null;
  const { task, reason } = proposeTask(target);
  const why = target === byName ? 'its name is one that targets have' : names(target) ? 'the last column of names' : 'the last column';
  return { target: target.name, task, reason: `${why}; ${reason}` };
}
