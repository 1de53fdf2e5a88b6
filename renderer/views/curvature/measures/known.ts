import { perRun } from '../../../app/per-run';
import { Measures } from './measures.svelte';

/** The measures of a run. */
export const measuresOf = perRun((run) => new Measures(run));
