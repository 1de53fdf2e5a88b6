import type { Checkpoint, SurfaceRequest } from '#host-client';

/** Weights as a request names them. */
export type CheckpointName = NonNullable<SurfaceRequest['checkpoint']>;
/** Number of examples in each part of the data. */
export type SplitSizes = Readonly<Record<'train' | 'validation' | 'test', number>>;

/** Which weights and which examples a computation is asked for. */
export interface Asked {
  checkpoint: CheckpointName;
  split: keyof SplitSizes;
  /** number of examples; `null` is all of them */
  subset: number | null;
  /** of a population */
  member?: number;
}

/** The checkpoint that a choice's or a recipe's text names. */
export const checkpointOf = (name: string): CheckpointName => (/^\d+$/.test(name) ? Number(name) : name) as CheckpointName;

/** Why nothing is computed yet of a run whose details are still read: what can be asked of it follows from them. */
export const unread = 'The run is still being read.';

const moments: Readonly<Record<string, string>> = { last: 'Last weights', best: 'Best weights', init: 'Before training' };

/** A run's checkpoints to choose from; before they are known, those that every run has. */
export function checkpointChoices(checkpoints: readonly Checkpoint[]): { value: string; label: string }[] {
  const known = checkpoints.map(({ name }) => String(name));
  const names = [...new Set(['last', 'best', 'init', ...known])].filter((name) => known.length === 0 || known.includes(name));
  return names.map((name) => ({ value: name, label: moments[name] ?? `Step ${name}` }));
}

/**
 * The request as this run can answer it: more examples than there are is all of them, and a population is asked for one of its
 * members, `first` where none was chosen.
 */
export function withinRun<R extends Asked>(chosen: R, sizes: SplitSizes | undefined, members: number | undefined, first = 0): R {
  return {
    ...(sizes && chosen.subset !== null && chosen.subset >= sizes[chosen.split] ? { ...chosen, subset: null } : chosen),
    ...(members === undefined ? {} : { member: Math.min(chosen.member ?? first, members - 1) }),
  };
}
