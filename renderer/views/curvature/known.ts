import { Curvature } from './curvature.svelte';

const known = new Map<string, Curvature>();

/** The curvature of a run; what was found is there again when the view is left and opened once more. */
export function curvatureOf(run: string): Curvature {
  let curvature = known.get(run);
  if (!curvature) known.set(run, (curvature = new Curvature(run)));
  return curvature;
}
