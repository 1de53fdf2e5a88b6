import { curvatureRequestSchema, exportCurvature, findRun, listRunCurvature, openCurvatureTensors, openRunCurvature, readSettings, removeRunCurvature, reportOf } from '#core/runs';
import type { CurvatureEvent, CurvatureHead, KeptCurvature } from '../contract';
import type { CurvatureWorkEvent } from '../work/curvature';
import { newestOf } from '../event-queue';
import { api, type EngineEnvironment } from './environment';
import { relayed } from './relayed';
import { withoutUndefined } from './without-undefined';

export function curvatureProcedures({ pool }: EngineEnvironment) {
  return {
    curvature: api.curvature.router({
      compute: api.curvature.compute.handler(({ input: { again, ...request }, signal }) => relayed<CurvatureWorkEvent, CurvatureEvent>(
        newestOf(({ kind }) => kind === 'progress'),
        signal,
        (abort) => pool.client('curvature').curvature({ ...workOf(request), again }, { signal: abort }),
        (event) => [toEvent(event)],
      )),

      estimate: api.curvature.estimate.handler(({ input: { again: _, ...request }, signal }) => pool.client('curvature').curvatureEstimate(workOf(request), { ...(signal && { signal }) })),

      list: api.curvature.list.handler(async ({ input: { run } }) =>
        (await listRunCurvature(findRun(run).folder)).map((listing) => ({ ...listing, head: toHead(listing.head), tensors: [...listing.tensors] }))),

      get: api.curvature.get.handler(({ input: { run, id } }): KeptCurvature => {
        const { head, figures, layers, points, seconds, complete } = openRunCurvature(findRun(run).folder, id);
        return {
          head: toHead(head),
          figures: figures && toFigures(figures),
          layers: toLayers(layers),
          points: points.map((point) => ({ step: point.step, figures: point.figures && toFigures(point.figures), layers: toLayers(point.layers) })),
          seconds,
          complete,
        };
      }),

      export: api.curvature.export.handler(async ({ input: { run, id, format, look = {} } }) => {
        const found = findRun(run);
        const bytes = await exportCurvature(reportOf(openRunCurvature(found.folder, id)), format, withoutUndefined(look));
        return { name: fileName(`${found.file.name}-${id}.${format}`), bytes };
      }),

      tensors: api.curvature.tensors.handler(({ input: { run, id, tensors } }) => {
        const found = findRun(run);
        return { name: fileName(`${found.file.name}-${id}-${tensors}.safetensors`), bytes: openCurvatureTensors(found.folder, id, tensors) };
      }),

      remove: api.curvature.remove.handler(({ input: { run, id } }) => removeRunCurvature(findRun(run).folder, id)),
    }),
  };
}

const fileName = (name: string): string => name.replaceAll(/[^\w.-]+/g, '-');

const workOf = ({ run, member, float64, ...request }: { run: string; member?: number | undefined; float64: boolean }) =>
  ({ folder: findRun(run).folder, member, request: curvatureRequestSchema.parse(request), threads: readSettings().threads, ...(float64 && { device: 'reference' }) });

function toEvent(event: CurvatureWorkEvent): CurvatureEvent {
  switch (event.kind) {
    case 'start': return { kind: 'start', head: toHead(event.head) };
    case 'figures': return { kind: 'figures', step: event.step, layer: event.layer, figures: toFigures(event.figures) };
    default: return event;
  }
}

type FoundHead = Extract<CurvatureWorkEvent, { kind: 'start' }>['head'];
type FoundFigures = Extract<CurvatureWorkEvent, { kind: 'figures' }>['figures'];

const toHead = (head: FoundHead): CurvatureHead => ({ ...head, request: { ...head.request } });

const toLayers = (layers: Readonly<Record<string, FoundFigures>>): KeptCurvature['layers'] =>
  Object.fromEntries(Object.entries(layers).map(([layer, own]) => [layer, toFigures(own)]));

/** The same, with lists that may be changed: what leaves the engine is the receiver's own. */
function toFigures(figures: FoundFigures): Extract<CurvatureEvent, { kind: 'figures' }>['figures'] {
  return structuredClone(figures) as Extract<CurvatureEvent, { kind: 'figures' }>['figures'];
}
