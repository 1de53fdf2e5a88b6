import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import type { Case, ContenderName, Measure } from './case';
import { Contender, ContenderError } from './contender';
import { makeInputs } from './inputs';
import { launchOf, type LaunchOptions } from './launch';
import { machineText } from './machine';
import { contenderTitles, type Result } from './record';
import { writeTensors } from './tensors';

export interface CompareOptions extends LaunchOptions {
  readonly device: string;
  /** Time Basin alone. */
  readonly alone: boolean;
  /** Divides the number of rounds. */
  readonly quick: boolean;
  /** Seconds that a contender may take to build a case. */
  readonly patience?: number;
  /** Takes every sample that was timed. */
  readonly onSamples?: (suite: string, name: string, samples: Readonly<Partial<Record<ContenderName, readonly number[]>>>) => void;
}

/** Idle threads of a runtime spin for a while after their work; the next contender should not share the cores with them. */
const REST_MS = 60;
/** A slow contender has had enough turns after so long, in milliseconds, if it has had three. Parts of a whole take longer. */
const ENOUGH_MS = { median: 12_000, total: 60_000 };
const LEAST_TURNS = 3;
/** Largest relative difference between check numbers. */
const TOLERANCE = 1e-3;

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

export const fastest = (values: readonly number[]): number => values.reduce((best, value) => Math.min(best, value), Infinity);

/**
 * Times a case in Basin and its peers, which take turns. Before anything is timed all must agree on the case's check
 * numbers: a peer that computes something else is left out, with both numbers in the notes.
 *
 * @throws ContenderError when Basin itself cannot do the case
 */
export async function compareCase(suite: string, c: Case, measure: Measure, options: CompareOptions): Promise<Result> {
  const folder = mkdtempSync(path.join(tmpdir(), 'basin-bench-'));
  const notes: string[] = [];
  const contenders: Contender[] = [];
  try {
    writeTensors(folder, makeInputs(c));
    const names: ContenderName[] = ['basin', ...(options.alone ? [] : c.peers)];
    for (const name of names) {
      const contender = await enter(name, c, folder, options, contenders[0]?.check, notes);
      if (contender !== undefined) contenders.push(contender);
    }
    if (options.alone && c.peers.length > 0) notes.push('peers: not asked for (--alone)');
    const samples = await takeTurns(contenders, measure, options.quick);
    options.onSamples?.(suite, c.name, Object.fromEntries(samples));
    return assemble(suite, c, measure, options, contenders, samples, notes);
  } finally {
    for (const contender of contenders) await contender.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Starts a contender on a case and checks its numbers against Basin's; a peer that fails leaves a note. */
export async function enter(name: ContenderName, c: Case, folder: string, options: CompareOptions, own: readonly number[] | undefined, notes: string[]): Promise<Contender | undefined> {
  const launch = launchOf(name, options);
  if ('absent' in launch) {
    notes.push(`${contenderTitles[name]}: ${launch.absent}`);
    return undefined;
  }
  let contender: Contender | undefined;
  try {
    contender = await Contender.start(name, launch);
    await contender.prepare(c, folder, options);
    if (own !== undefined) checkAgreement(own, contender.check, c.tolerance ?? TOLERANCE);
    notes.push(...contender.notes);
    return contender;
  } catch (error) {
    await contender?.end();
    if (!(error instanceof ContenderError) || name === 'basin') throw error;
    notes.push(`${contenderTitles[name]}: ${error.message}`);
    return undefined;
  }
}

function checkAgreement(own: readonly number[], theirs: readonly number[], tolerance: number): void {
  if (own.length !== theirs.length) throw new ContenderError(`gave ${theirs.length} check numbers, Basin ${own.length}`);
  own.forEach((value, i) => {
    if (!(differenceOf(value, theirs[i]!) <= tolerance)) {
      throw new ContenderError(`computes something else: check number ${i} is ${theirs[i]}, Basin's is ${value}`);
    }
  });
}

/** Relative to Basin's own number. */
const differenceOf = (own: number, theirs: number): number => Math.abs(own - theirs) / Math.max(Math.abs(own), 1e-6);

/** What a case computes, beside the same in PyTorch on the processor. */
export interface Agreement {
  readonly title: string;
  /** Numbers that were compared, and the largest relative difference among them. */
  readonly numbers: number;
  readonly difference: number;
  readonly versions: Readonly<Record<string, string>>;
}

/**
 * Computes a case's check numbers on the device and in PyTorch, and times nothing: for software adapters, whose times say nothing.
 *
 * @throws ContenderError when either cannot do the case, or they differ
 */
export async function agreementOf(c: Case, options: CompareOptions): Promise<Agreement> {
  const folder = mkdtempSync(path.join(tmpdir(), 'basin-bench-'));
  const notes: string[] = [];
  let own: Contender | undefined;
  let peer: Contender | undefined;
  try {
    writeTensors(folder, makeInputs(c));
    own = await enter('basin', c, folder, options, undefined, notes);
    // PyTorch's device is the processor; it has no software adapter.
    peer = await enter('pytorch', c, folder, { ...options, device: 'cpu' }, own!.check, notes);
    if (peer === undefined) throw new ContenderError(notes.join('; '));
    const difference = own!.check.reduce((worst, value, i) => Math.max(worst, differenceOf(value, peer!.check[i]!)), 0);
    return { title: c.title, numbers: own!.check.length, difference, versions: { ...own!.versions, ...peer.versions } };
  } finally {
    await own?.end();
    await peer?.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function takeTurns(contenders: readonly Contender[], measure: Measure, quick: boolean): Promise<Map<ContenderName, number[]>> {
  const samples = new Map<ContenderName, number[]>(contenders.map(({ name }) => [name, []]));
  const spent = new Map<ContenderName, number>();
  const perTurn = new Map<ContenderName, number>();
  const whole = measure.figure === 'total';
  for (const contender of whole ? [] : contenders) perTurn.set(contender.name, await warmUp(contender, measure.turn));
  const rounds = quick && !whole ? Math.ceil(measure.rounds / 3) : measure.rounds;
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) {
      const { name } = contender;
      if (round >= LEAST_TURNS && (spent.get(name) ?? 0) > ENOUGH_MS[measure.figure]) continue;
      const start = performance.now();
      samples.get(name)!.push(...(await contender.time(perTurn.get(name) ?? 1)));
      spent.set(name, (spent.get(name) ?? 0) + performance.now() - start);
      await rest(REST_MS);
    }
  }
  return samples;
}

/** Runs a contender warm and gives the number of samples that make a turn. */
async function warmUp(contender: Contender, turn: number): Promise<number> {
  for (let samples = 1; ; samples *= 4) {
    const start = performance.now();
    await contender.time(samples);
    const wall = performance.now() - start;
    if (wall <= turn / 4) continue;
    await rest(REST_MS);
    return Math.max(1, Math.round((samples * turn) / wall));
  }
}

function assemble(suite: string, c: Case, measure: Measure, options: CompareOptions, contenders: readonly Contender[], samples: ReadonlyMap<ContenderName, readonly number[]>, notes: readonly string[]): Result {
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const of = (pick: (values: readonly number[]) => number): Partial<Record<ContenderName, number>> =>
    Object.fromEntries([...samples].map(([name, values]) => [name, pick(values)]));
  // A contender that was stopped early is taken to go on at the same pace.
  const total = (values: readonly number[]): number => (sum(values) * measure.rounds) / values.length;
  const figures = of((values) => measure.scale * (measure.figure === 'total' ? total(values) : median(values)));
  const part = measure.figure === 'total' ? [...samples].filter(([, values]) => values.length < measure.rounds) : [];
  const { basin, ...peers } = figures;
  return {
    suite,
    case: c.name,
    title: c.title,
    device: options.device,
    threads: options.threads,
    unit: measure.unit,
    basin: basin!,
    peers,
    ratio: Object.fromEntries(Object.entries(peers).map(([name, value]) => [name, value / basin!])),
    fastest: of((values) => measure.scale * (measure.figure === 'total' ? total(values) : fastest(values))),
    samples: of((values) => values.length),
    wanted: { ...(c.wanted && { ratio: c.wanted }), ...(c.atMost !== undefined && { atMost: c.atMost }) },
    versions: Object.assign({}, ...contenders.map(({ versions }) => versions)) as Record<string, string>,
    machine: machineText(),
    notes: [...notes, ...part.map(([name, { length }]) => `${contenderTitles[name]} was stopped after ${length} of ${measure.rounds} parts; the whole is extrapolated`)],
  };
}
