import { Measures } from './measures.svelte';

const known = new Map<string, Measures>();

/** The measures of a run; what was found is there again when the view is left and opened once more. */
export function measuresOf(run: string): Measures {
  let measures = known.get(run);
  if (!measures) known.set(run, (measures = new Measures(run)));
  return measures;
}
