import { describeMeasure, measureFamilies, measureNeeds, measures, measureSettingsSchema } from '#core/curvature';
import { z } from 'zod';
import { exportMeasures, findRun, listMeasures, measuresRequestSchema, openMeasures, readSettings, removeMeasures, runPaths, type MeasuresFile } from '#core/runs';
import type { MeasureDefinition, MeasureSetting, MeasuresEvent, MeasuresReport } from '../contract';
import type { MeasuresWorkEvent } from '../work/curvature';
import { newestOf } from '../event-queue';
import { api, type EngineEnvironment } from './environment';
import { relayed } from './relayed';

export function measuresProcedures({ pool }: EngineEnvironment) {
  return {
    measures: api.measures.router({
      catalogue: api.measures.catalogue.handler(() => ({
        families: Object.entries(measureFamilies).map(([id, title]) => ({ id, title })),
        measures: measures.map(describeMeasure).map(({ work: _, needs, invariant, nearly, source, ...rest }): MeasureDefinition => ({
          ...rest,
          source: { ...source },
          invariant: [...invariant],
          ...(nearly && { nearly: [...nearly] }),
          needs: needs.map((need) => measureNeeds[need]),
        })),
        settings: settingsOf(),
      })),
      estimate: api.measures.estimate.handler(({ input, signal }) => pool.client('curvature').measuresEstimate(workOf(input), { ...(signal && { signal }) })),
      compute: api.measures.compute.handler(({ input, signal }) => relayed<MeasuresWorkEvent, MeasuresEvent>(
        newestOf(({ kind }) => kind === 'progress'),
        signal,
        (abort) => pool.client('curvature').measures(workOf(input), { signal: abort }),
        (event) => [toEvent(event)],
      )),
      list: api.measures.list.handler(({ input }) => listMeasures(runPaths(findRun(input.run).folder)).map(toReport)),
      export: api.measures.export.handler(({ input: { run, name, format } }) => {
        const found = findRun(run);
        const report = openMeasures(runPaths(found.folder), name);
        return { name: `${found.file.name}-measures.${format}`, bytes: new TextEncoder().encode(exportMeasures(report, format)) };
      }),
      remove: api.measures.remove.handler(({ input: { run, name } }) => removeMeasures(runPaths(findRun(run).folder), name)),
    }),
  };
}

function workOf({ run, member, ...request }: { run: string; member?: number | undefined }) {
  return { folder: findRun(run).folder, member, request: measuresRequestSchema.parse(request), threads: readSettings().threads };
}

function toEvent(event: MeasuresWorkEvent): MeasuresEvent {
  return event.kind === 'start' ? { kind: 'start', report: toReport(event.file), all: event.all } : event;
}

function toReport({ name, created, run, request: { split, subset, seed, settings }, examples, device, gap, results }: MeasuresFile): MeasuresReport {
  return { name, created, run, split, subset, seed, settings, examples, device, gap, results };
}

/** Numbers that a JSON schema tells of a setting; a bound that excludes itself is refused when it is asked for. */
const settingSchema = z.object({
  description: z.string(), default: z.number(), type: z.enum(['integer', 'number']),
  minimum: z.number().optional(), exclusiveMinimum: z.number().optional(), maximum: z.number().optional(), exclusiveMaximum: z.number().optional(),
});

function settingsOf(): MeasureSetting[] {
  const { properties } = z.toJSONSchema(measureSettingsSchema, { io: 'input' });
  return Object.entries(properties ?? {}).map(([name, property]): MeasureSetting => {
    const { description, default: usual, type, minimum, exclusiveMinimum, maximum, exclusiveMaximum } = settingSchema.parse(property);
    return {
      name, text: description, usual, integer: type === 'integer',
      minimum: minimum ?? exclusiveMinimum ?? Number.MIN_SAFE_INTEGER,
      maximum: maximum ?? exclusiveMaximum ?? Number.MAX_SAFE_INTEGER,
    };
  });
}
