import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { keepPrograms } from '#core/runtime';
import {
  computeRunPath, computeRunSurface, createRun, estimateRunPath, estimateRunSurface, executeRun, openRun, parseSpecification, pathRequestSchema, programsFolder, removePath, removeSurface, surfaceRequestSchema, type OpenRun,
} from '#core/runs';
import { type EstimateCase, estimateCases } from '../estimates/cases';
import { type CompareOptions, median } from '../frame/compare';
import { machineText } from '../frame/machine';
import { figure, type Result } from '../frame/record';
import type { Suite } from './comparison';

const ROUNDS = 5;
const QUICK = 2;
const program = 'bench';

/** Seconds: what was said beforehand, what saying it took, and what the surface or path then took. */
interface Round {
  readonly said: number;
  readonly own: number;
  readonly taken: number;
}

const elapsed = (since: number): number => (performance.now() - since) / 1000;

/** What is asked and computed by turns. */
interface Asked {
  estimate(): Promise<{ readonly seconds: number }>;
  /** Gives its name, under which it is kept. */
  compute(): Promise<string>;
  remove(id: string): void;
}

/** Asks and computes by turns; everything is computed afresh. */
async function rounds({ estimate, compute, remove }: Asked, count: number): Promise<Round[]> {
  const found: Round[] = [];
  for (let i = 0; i < count; i++) {
    const asked = performance.now();
    const { seconds } = await estimate();
    const own = elapsed(asked);
    const begun = performance.now();
    const id = await compute();
    found.push({ said: seconds, own, taken: elapsed(begun) });
    remove(id);
  }
  return found;
}

/** The name that the last event tells. */
async function endOf(events: AsyncIterable<{ readonly kind: string; readonly id?: string }>): Promise<string> {
  for await (const { kind, id } of events) if (kind === 'end' && id !== undefined) return id;
  throw new Error('what was computed has no end');
}

async function askedOf({ request, specification }: EstimateCase, options: CompareOptions): Promise<Asked> {
  const run = await trained(specification, options);
  const { folder } = run.paths;
  if (!('path' in request)) {
    const surface = surfaceRequestSchema.parse(request);
    return {
      estimate: () => estimateRunSurface(run, surface, { program }),
      compute: () => endOf(computeRunSurface(run, surface, { program })),
      remove: (id) => removeSurface(folder, id),
    };
  }
  const other = await trained({ ...specification, seed: 1 }, options);
  const path = pathRequestSchema.parse({ to: { run: other.paths.folder }, ...request.path });
  return {
    estimate: () => estimateRunPath(run, path, { program }),
    compute: () => endOf(computeRunPath(run, path, { program })),
    remove: (id) => removePath(folder, id),
  };
}

async function trained(specification: EstimateCase['specification'], { device, threads }: CompareOptions): Promise<OpenRun> {
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
    const all = await rounds(await askedOf(c, options), 1 + (options.quick ? QUICK : ROUNDS));
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

/** Whether a surface or a path takes what was said beforehand: 1 is right, 0.7 to 1.3 is wanted. */
export const estimate: Suite = {
  name: 'estimate',
  cases: estimateCases.map(({ name }) => name),
  run: async (name, options) => [await measure(estimateCases.find((c) => c.name === name)!, options)],
};
