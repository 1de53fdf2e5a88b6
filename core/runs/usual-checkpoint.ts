import type { RunSpecification } from './specification/schema';

/**
 * The weights that stand for a run where none are named. A run that stops early ran past its best weights on purpose; any
 * other one ends where its schedule meant it to end, and "best" would be picked by the luck of a small validation part.
 */
export function usualCheckpoint({ training }: RunSpecification): 'best' | 'last' {
  return training.earlyStopping === null ? 'last' : 'best';
}
