import { curvatureRequestSchema, findRun, readSettings } from '#core/runs';
import type { CurvatureEvent } from '../contract';
import type { CurvatureWorkEvent } from '../work/curvature';
import { api, type EngineEnvironment } from './environment';

export function curvatureProcedures({ pool }: EngineEnvironment) {
  return {
    curvature: api.curvature.router({
      compute: api.curvature.compute.handler(async function* ({ input: { run, member, ...request }, signal }): AsyncGenerator<CurvatureEvent, void> {
        const left = new AbortController();
        const work = { folder: findRun(run).folder, member, request: curvatureRequestSchema.parse(request), threads: readSettings().threads };
        const events = await pool.client('curvature').curvature(work, { signal: AbortSignal.any(signal ? [signal, left.signal] : [left.signal]) });
        try {
          for await (const event of events) yield toEvent(event);
        } finally {
          left.abort();
        }
      }),
    }),
  };
}

function toEvent(event: CurvatureWorkEvent): CurvatureEvent {
  switch (event.kind) {
    case 'start': return { kind: 'start', head: { ...event.head, request: { ...event.head.request } } };
    case 'figures': return { kind: 'figures', layer: event.layer, figures: toFigures(event.figures) };
    default: return event;
  }
}

type FoundFigures = Extract<CurvatureWorkEvent, { kind: 'figures' }>['figures'];

/** The same, with lists that may be changed: what leaves the engine is the receiver's own. */
function toFigures(figures: FoundFigures): Extract<CurvatureEvent, { kind: 'figures' }>['figures'] {
  return structuredClone(figures) as Extract<CurvatureEvent, { kind: 'figures' }>['figures'];
}
