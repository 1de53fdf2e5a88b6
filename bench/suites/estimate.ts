import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { keepPrograms } from '#core/runtime';
import { computeRunSurface, createRun, estimateRunSurface, executeRun, openRun, parseSpecification, programsFolder, removeSurface, surfaceRequestSchema, type OpenRun, type SurfaceRequest } from '#core/runs';
import { type EstimateCase, estimateCases } from '../estimates/cases';
import { type CompareOptions, median } from '../frame/compare';
import { machineText } from '../frame/machine';
import { figure, type Result } from '../frame/record';
import type { Suite } from './comparison';

const ROUNDS = 5;
const QUICK = 2;
const program = 'bench';

/** Seconds: what was said beforehand, what saying it took, and what the surface then took. */
interface Round {
  readonly said: number;
  readonly own: number;
  readonly taken: number;
}

const elapsed = (since: number): number => (performance.now() - since) / 1000;

/** Asks and computes by turns; every surface is computed afresh. */
async function rounds(run: OpenRun, request: SurfaceRequest, count: number): Promise<Round[]> {
  const found: Round[] = [];
  for (let i = 0; i < count; i++) {
    const asked = performance.now();
    const { seconds } = await estimateRunSurface(run, request, { program });
    const own = elapsed(asked);
    const begun = performance.now();
    const id = await compute(run, request);
    found.push({ said: seconds, own, taken: elapsed(begun) });
    removeSurface(run.paths.folder, id);
  }
  return found;
}

async function compute(run: OpenRun, request: SurfaceRequest): Promise<string> {
  for await (const event of computeRunSurface(run, request, { program })) if (event.kind === 'end') return event.id;
  throw new Error('the surface has no end');
}

async function trained({ specification }: EstimateCase, { device, threads }: CompareOptions): Promise<OpenRun> {
  const folder = createRun(parseSpecification({ ...specification, device }));
  await executeRun(folder, { threads });
  return openRun(folder, { threads });
}

async function measure(c: EstimateCase, options: CompareOptions): Promise<Result> {
  const home = mkdtempSync(path.join(tmpdir(), 'basin-bench-'));
  process.env['BASIN_HOME'] = home;
  // As the program does it: what is compiled for the estimate need not be compiled again.
  keepPrograms(programsFolder);
  try {
    const run = await trained(c, options);
    const all = await rounds(run, surfaceRequestSchema.parse(c.request), 1 + (options.quick ? QUICK : ROUNDS));
    const [first, ...others] = all;
    const ratios = (each: readonly Round[]): number[] => each.map(({ said, taken }) => said / taken);
    const middle = (of: keyof Round): string => figure(median(others.map((round) => round[of])));
    options.onSamples?.('estimate', c.name, { basin: ratios(all) });
    return {
      suite: 'estimate',
      case: c.name,
      title: c.title,
      device: options.device,
      threads: options.threads,
      unit: 'estimated / taken',
      basin: median(ratios(others)),
      peers: {},
      ratio: {},
      fastest: {},
      samples: { basin: others.length },
      wanted: {},
      versions: { Node: process.versions.node },
      machine: machineText(),
      notes: [
        `${middle('said')} s estimated in ${middle('own')} s, ${middle('taken')} s taken; from ${figure(Math.min(...ratios(others)))} to ${figure(Math.max(...ratios(others)))}`,
        `asked for the first time: ${figure(first!.said)} s estimated in ${figure(first!.own)} s, ${figure(first!.taken)} s taken (${figure(ratios([first!])[0]!)})`,
      ],
    };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** Whether a surface takes what was said beforehand: 1 is right, 0.7 to 1.3 is wanted. */
export const estimate: Suite = {
  name: 'estimate',
  cases: estimateCases.map(({ name }) => name),
  run: async (name, options) => [await measure(estimateCases.find((c) => c.name === name)!, options)],
};
