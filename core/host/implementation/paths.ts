import { readFileSync } from 'node:fs';
import { barriersOf, exportPath, knownPoints, pathTitle, type PathResult } from '#core/landscape';
import { findRun, listPaths, openRunPath, pathRequestSchema, pathWeightsFile, readSettings, removePath, type RunPathEvent } from '#core/runs';
import type { Path, PathEvent } from '../contract';
import { api, type EngineEnvironment } from './environment';
import { relayed } from './relayed';
import { withoutUndefined } from './without-undefined';

export function pathProcedures({ pool }: EngineEnvironment) {
  return {
    paths: api.paths.router({
      list: api.paths.list.handler(async ({ input }) =>
        (await listPaths(findRun(input.run).folder)).map(({ id, recipe, created, complete, result }) => {
          const first = Object.values(barriersOf(result))[0]?.['loss'];
          return { id, title: pathTitle(recipe), kind: recipe.kind, created, complete, lossBarrier: first?.aboveLine ?? null };
        })),

      estimate: api.paths.estimate.handler(({ input, signal }) => pool.client('paths').pathEstimate(workOf(input), { ...(signal && { signal }) })),

      compute: api.paths.compute.handler(({ input, signal }) => relayed<RunPathEvent, PathEvent>(
        newestStep,
        signal,
        (abort) => pool.client('paths').path(workOf(input), { signal: abort }),
        (event) => [toEvent(event)],
      )),

      fromRecipe: api.paths.fromRecipe.handler(async ({ input: { path }, signal }) => {
        const found = await pool.client('paths').pathFromRecipe({ path, threads: readSettings().threads }, { ...(signal && { signal }) });
        return found && { ...found.request, run: found.run, ...(found.member !== undefined && { member: found.member }) };
      }),

      get: api.paths.get.handler(({ input: { run, id } }) => toPath(id, openRunPath(findRun(run).folder, id))),

      export: api.paths.export.handler(async ({ input: { run, id, format, look = {} } }) => {
        const found = findRun(run);
        return { name: `${found.file.name}-${id}.${format}`, bytes: new Uint8Array(await exportPath(openRunPath(found.folder, id), format, withoutUndefined(look))) };
      }),

      weights: api.paths.weights.handler(({ input: { run, id, which } }) => {
        const found = findRun(run);
        const name = typeof which === 'number' ? `point-${which}` : which;
        return { name: `${found.file.name}-${id}-${name}.safetensors`, bytes: new Uint8Array(readFileSync(pathWeightsFile(found.folder, id, which))) };
      }),

      remove: api.paths.remove.handler(({ input: { run, id } }) => removePath(findRun(run).folder, id)),
    }),
  };
}

function workOf({ run, member, ...request }: { run: string; member?: number | undefined }) {
  return { folder: findRun(run).folder, member, request: pathRequestSchema.parse(request), threads: readSettings().threads };
}

/** Of training steps that nobody has taken yet the newest is told, with the newest sketch. */
function newestStep(waiting: PathEvent[], event: PathEvent): boolean {
  const last = waiting.at(-1);
  if (event.kind !== 'train' || last?.kind !== 'train') return false;
  const sketch = event.sketch ?? last.sketch;
  waiting[waiting.length - 1] = { ...event, ...(sketch && { sketch }) };
  return true;
}

function toEvent(event: RunPathEvent): PathEvent {
  switch (event.kind) {
    case 'start':
    case 'end':
      return { kind: event.kind, path: toPath(event.id, event.result) };
    case 'point':
      return { ...event, values: structuredClone(event.values) as Record<string, Record<string, number>> };
    case 'train': {
      const { sketch, ...step } = event;
      return { ...step, ...(sketch && { sketch: { ...sketch } }) };
    }
    default:
      return event;
  }
}

function toPath(id: string, result: PathResult): Path {
  const { recipe, t, distance, straight, values, steps, inner, alignment } = result;
  return {
    id,
    recipe,
    title: pathTitle(recipe),
    t,
    distance,
    straight,
    values: Object.fromEntries(Object.entries(values).map(([split, quantities]) => [split, { ...quantities }])),
    barriers: barriersOf(result),
    steps: { ...steps },
    inner,
    ...(alignment && { alignment: { ...alignment, kept: alignment.kept.map((entry) => ({ ...entry })) } }),
    done: knownPoints(result),
  };
}
