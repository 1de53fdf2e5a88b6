import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { computeRunMeasures, createRun, estimateRunMeasures, evaluateRun, executeRun, exportMeasures, listMeasures, type MeasuresEvent, measuresRequestSchema, openMeasures, openRun, removeMeasures, runPaths } from '#core/runs';
import { small, temporaryHome } from './samples';

temporaryHome();
let folder: string;
const request = (changes: Record<string, unknown> = {}) => measuresRequestSchema.parse({ measures: ['loss', 'error', 'l2-distance', 'sam-sharpness', 'hessian-top'], ...changes });

describe('measures of a run', () => {
  beforeAll(async () => {
    folder = createRun(small({ training: { epochs: 2, batchSize: 32 } }));
    await executeRun(folder, { threads: 1 });
  });

  it('are those of its evaluation, and are kept', async () => {
    const run = await openRun(folder, { threads: 1 });
    const events: MeasuresEvent[] = [];
    const file = await computeRunMeasures(run, request({ split: 'test' }), { onEvent: (event) => events.push(event) });
    const { loss, metrics } = await evaluateRun(run, { on: 'test', checkpoint: 'last' });
    const value = (id: string): number => file.results.find((result) => result.id === id)!.value!;
    expect(value('loss')).toBeCloseTo(loss, 5);
    expect(1 - value('error')).toBeCloseTo(metrics['accuracy']!, 6);
    expect(file.gap!.heldOut).toEqual({ split: 'test', loss: value('loss'), error: value('error') });
    expect(events.filter(({ kind }) => kind === 'result')).toHaveLength(5);
    expect(listMeasures(runPaths(folder))).toEqual([file]);

    const more = await computeRunMeasures(run, request({ split: 'test', measures: ['params'] }));
    expect(more.results.map(({ id }) => id)).toEqual([...file.results.map(({ id }) => id), 'params']);
    // More than the test part has: it is taken whole, the training part as asked.
    const part = await computeRunMeasures(run, request({ measures: ['loss'], subset: 100 }));
    expect(part.examples).toBe(100);
    expect(part.gap!.heldOut).toEqual(file.gap!.heldOut);
    expect(listMeasures(runPaths(folder))).toHaveLength(2);
  });

  it('the table is written as CSV, JSON and a page', () => {
    const file = listMeasures(runPaths(folder)).find(({ request: { split } }) => split === 'test')!;
    const lines = exportMeasures(file, 'csv').trimEnd().split('\r\n');
    expect(lines).toHaveLength(7);
    expect(lines[0]).toBe('id,title,family,value,low,high,interval,unit,worse,invariant,source,note');
    expect(lines.find((line) => line.startsWith('params,'))).toMatch(/,354,|,\d+,,,,parameters,higher,/);
    const document = JSON.parse(exportMeasures(file, 'json')) as { results: { id: string; formula: string; value: number }[] };
    expect(document.results.find(({ id }) => id === 'sam-sharpness')!.formula).toMatch(/rho/);
    const page = exportMeasures(file, 'html');
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).toContain('<summary>SAM sharpness, first order</summary>');
    expect(page).not.toMatch(/src=|href=/);
  });

  it('an estimate counts what is shared once', async () => {
    const run = await openRun(folder, { threads: 1 });
    const [one, both] = [await estimateRunMeasures(run, request({ measures: ['pac-bayes-flatness'] })), await estimateRunMeasures(run, request({ measures: ['pac-bayes-flatness', 'pac-bayes-origin'] }))];
    expect(both.passes).toBe(one.passes);
    expect(both.measures).toBe(2);
    expect(both.seconds).toBeGreaterThan(0);
  });

  it('can be removed by name; another name is refused with what there is', async () => {
    const paths = runPaths(folder);
    const run = await openRun(folder, { threads: 1 });
    const { name } = await computeRunMeasures(run, request({ measures: ['params'], seed: 7 }));
    const before = listMeasures(paths).map((file) => file.name);
    expect(openMeasures(paths, name).results.map(({ id }) => id)).toEqual(['params']);
    removeMeasures(paths, name);
    expect(listMeasures(paths).map((file) => file.name)).toEqual(before.filter((each) => each !== name));
    for (const wrong of [name, '../run', '']) expect(() => removeMeasures(paths, wrong)).toThrow(`keeps no measures called "${wrong}"`);
  });

  it('what an earlier formula gave is not taken for the present one, and is measured again', async () => {
    const paths = runPaths(folder);
    const run = await openRun(folder, { threads: 1 });
    const asked = request({ measures: ['params', 'sharpness-origin'], seed: 11 });
    const whole = await computeRunMeasures(run, asked);
    const { revision: _, ...earlier } = whole.results.find(({ id }) => id === 'sharpness-origin')!;
    writeFileSync(paths.measured(whole.name), JSON.stringify({ ...whole, results: [whole.results[0]!, { ...earlier, value: -1 }] }));
    expect(openMeasures(paths, whole.name).results).toEqual([whole.results[0]]);
    const again = await computeRunMeasures(run, asked);
    expect(again.results.map(({ id, value }) => [id, value])).toEqual(whole.results.map(({ id, value }) => [id, value]));
    removeMeasures(paths, whole.name);
  });

  it('without the first weights, distances have no value and the others do', async () => {
    const path = runPaths(folder).weights('init');
    const bytes = readFileSync(path);
    rmSync(path);
    try {
      const { results } = await computeRunMeasures(await openRun(folder, { threads: 1 }), request({ seed: 5, measures: ['l2', 'l2-distance'] }));
      expect(results.find(({ id }) => id === 'l2-distance')).toMatchObject({ unavailable: 'It needs the weights that training began with.' });
      expect(results.find(({ id }) => id === 'l2')!.value).toBeGreaterThan(0);
    } finally {
      writeFileSync(path, bytes);
    }
  });

  it('an aborted measurement keeps what was found', async () => {
    const stop = new AbortController();
    const running = computeRunMeasures(await openRun(folder, { threads: 1 }), request({ seed: 7 }), {
      signal: stop.signal,
      onEvent: (event) => { if (event.kind === 'result' && event.result.id === 'error') stop.abort(new Error('stopped')); },
    });
    await expect(running).rejects.toThrow('stopped');
    expect(listMeasures(runPaths(folder)).find(({ request: { seed } }) => seed === 7)!.results.map(({ id }) => id)).toEqual(['loss', 'error']);
  });
});
