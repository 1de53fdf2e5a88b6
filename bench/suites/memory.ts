import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Case, ContenderName } from '../frame/case';
import { type CompareOptions, enter } from '../frame/compare';
import type { Contender } from '../frame/contender';
import { makeInputs } from '../frame/inputs';
import { machineText } from '../frame/machine';
import type { Result } from '../frame/record';
import { writeTensors } from '../frame/tensors';
import type { Suite } from './comparison';
import { stepCases } from './step';

/** Steps of the long run; a tenth with --quick. */
const LONG_RUN = 200_000;
const SAMPLES = 20;
/** Steps before the peak is read. */
const PEAK_STEPS = 20;
const PEAK_CASES = ['mlp', 'cnn', 'resnet20', 'transformer'];

/** Runs a use of the contenders of a case, each a process of its own. */
async function withContenders<T>(c: Case, names: readonly ContenderName[], options: CompareOptions, notes: string[], use: (contenders: readonly Contender[]) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'basin-bench-'));
  const contenders: Contender[] = [];
  try {
    writeTensors(folder, makeInputs(c));
    for (const name of names) {
      const contender = await enter(name, c, folder, options, contenders[0]?.check, notes);
      if (contender !== undefined) contenders.push(contender);
    }
    return await use(contenders);
  } finally {
    for (const contender of contenders) await contender.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

function record(name: string, title: string, unit: string, figures: ReadonlyMap<ContenderName, number>, contenders: readonly Contender[], options: CompareOptions, more: Pick<Result, 'wanted' | 'notes'>): Result {
  const { basin, ...peers } = Object.fromEntries(figures);
  return {
    suite: 'memory',
    case: name,
    title,
    device: options.device,
    threads: options.threads,
    unit,
    basin: basin!,
    peers,
    ratio: Object.fromEntries(Object.entries(peers).map(([key, value]) => [key, value / basin!])),
    fastest: {},
    samples: {},
    versions: Object.assign({}, ...contenders.map(({ versions }) => versions)) as Record<string, string>,
    machine: machineText(),
    ...more,
  };
}

/** Resident memory of a process that trains the tiny network for very long. */
async function flat(options: CompareOptions): Promise<Result> {
  const steps = options.quick ? LONG_RUN / 10 : LONG_RUN;
  const c = stepCases.find(({ name }) => name === 'tiny')!;
  return withContenders(c, ['basin'], options, [], async (contenders) => {
    const [basin] = contenders;
    await basin!.time(1, steps / 10);
    const start = basin!.memory.residentBytes;
    const seen: number[] = [];
    for (let i = 0; i < SAMPLES; i++) {
      await basin!.time(1, steps / SAMPLES);
      seen.push(basin!.memory.residentBytes);
    }
    const growth = 100 * (Math.max(...seen) / start - 1);
    const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
    const notes = [`${mebibytes(start)} MiB after ${steps / 10} steps to warm up; then ${mebibytes(Math.min(...seen))} to ${mebibytes(Math.max(...seen))} MiB, ${mebibytes(seen.at(-1)!)} at the end`];
    return record('flat', `Growth of resident memory over ${steps.toLocaleString('en')} steps, MLP 2-16-16-2`, '% at most', new Map([['basin', growth]]), contenders, options, { wanted: { atMost: 5 }, notes });
  });
}

/** The most memory a process holds while it trains. */
async function peak(name: string, options: CompareOptions): Promise<Result> {
  const c = stepCases.find((each) => each.name === name)!;
  const notes: string[] = [];
  return withContenders(c, options.alone ? ['basin'] : ['basin', 'pytorch'], options, notes, async (contenders) => {
    const figures = new Map<ContenderName, number>();
    for (const contender of contenders) {
      await contender.time(PEAK_STEPS);
      figures.set(contender.name, contender.memory.peakBytes / 2 ** 20);
    }
    return record(name, `Most memory of the whole process in ${PEAK_STEPS} steps: ${c.title}`, 'MiB', figures, contenders, options, { wanted: {}, notes });
  });
}

/** Memory that processes take and keep. */
export const memory: Suite = {
  name: 'memory',
  cases: ['flat', ...PEAK_CASES],
  run: async (name, options) => [await (name === 'flat' ? flat(options) : peak(name, options))],
};
