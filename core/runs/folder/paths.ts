import { join } from 'node:path';

/** Where everything lies in a run's folder (docs/run-folder.md). */
export function runPaths(folder: string) {
  return {
    folder,
    run: join(folder, 'run.json'),
    metrics: join(folder, 'metrics.ndjson'),
    log: join(folder, 'log.ndjson'),
    transform: join(folder, 'transform.json'),
    lock: join(folder, 'lock.json'),
    /** While somebody waits for a checkpoint of the training at work. */
    wanted: join(folder, 'checkpoint.wanted'),
    checkpoints: join(folder, 'checkpoints'),
    /** Weights by role: the first, the newest, the best. */
    weights: (name: 'init' | 'last' | 'best') => join(folder, 'checkpoints', `${name}.safetensors`),
    state: (step: number) => join(folder, 'checkpoints', `state-${step}.safetensors`),
    trajectory: join(folder, 'checkpoints', 'trajectory'),
    trajectoryStep: (step: number) => join(folder, 'checkpoints', 'trajectory', `${step}.safetensors`),
    /** Of a population: its members, and a folder like this one for each group that is trained together. */
    members: join(folder, 'members.json'),
    group: (group: number): string => join(folder, 'groups', String(group)),
    /** Directions in weight space that were costly to find, or were given. */
    directions: (name: string) => join(folder, 'directions', `${name}.safetensors`),
    curvatures: join(folder, 'curvature'),
    curvature: (name: string) => join(folder, 'curvature', name),
    surfaces: join(folder, 'surfaces'),
    surface: (name: string) => join(folder, 'surfaces', name),
    measures: join(folder, 'measures'),
    measured: (name: string) => join(folder, 'measures', `${name}.json`),
    /** Paths to other weights. */
    paths: join(folder, 'paths'),
    path: (name: string) => join(folder, 'paths', name),
  };
}
export type RunPaths = ReturnType<typeof runPaths>;
