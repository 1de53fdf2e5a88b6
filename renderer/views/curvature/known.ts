import { perRun } from '../../app/per-run';
import { Curvature } from './curvature.svelte';

/** The curvature of a run. */
export const curvatureOf = perRun((run) => new Curvature(run));
