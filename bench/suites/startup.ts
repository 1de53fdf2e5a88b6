import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Case, ContenderName } from '../frame/case';
import { type CompareOptions, fastest, median } from '../frame/compare';
import { Contender } from '../frame/contender';
import { launchOf } from '../frame/launch';
import { machineText } from '../frame/machine';
import { contenderTitles, type Result } from '../frame/record';
import { comparison, type Suite } from './comparison';
import { networks, stepCases } from './step';

const firstOf = (name: string): Case => {
  const of = stepCases.find((c) => c.name === name)!;
  return { ...of, name: `first-${name}`, title: `First step (built, compiled, run): ${of.title}`, work: { kind: 'first', optimizer: 'sgd', learningRate: 0.01 }, peers: ['pytorch'], wanted: {} };
};

const firsts = comparison('startup', [firstOf('mlp'), firstOf('resnet20')], { unit: 'ms', scale: 1, rounds: 3, turn: 0, figure: 'median' });

const overheads = comparison(
  'startup',
  [
    { name: 'overhead', title: 'A run of a program of one addition', network: networks.tiny, examples: 1, work: { kind: 'overhead' }, peers: [], atMost: 60 },
    {
      name: 'chunk',
      title: 'A training step inside a chunk of 200, MLP 2-16-16-2, batch 64, SGD',
      network: networks.tiny,
      examples: 64,
      work: { kind: 'chunk', steps: 200, optimizer: 'sgd', learningRate: 0.01 },
      peers: ['pytorch'],
      atMost: 25,
    },
  ],
  { unit: 'µs', scale: 1000, rounds: 11, turn: 250, figure: 'median' },
);

const REPETITIONS = 5;

/** A line of times in milliseconds, taken by turns from functions that each start something. */
async function starts(name: string, title: string, contenders: ReadonlyMap<ContenderName, () => Promise<Readonly<Record<string, string>>>>, notes: string[], options: CompareOptions): Promise<Result> {
  const samples = new Map<ContenderName, number[]>([...contenders.keys()].map((key) => [key, []]));
  let versions: Readonly<Record<string, string>> = {};
  for (let i = 0; i < REPETITIONS; i++) {
    for (const [contender, start] of contenders) {
      const from = performance.now();
      const own = await start();
      samples.get(contender)!.push(performance.now() - from);
      versions = { ...versions, ...own };
    }
  }
  const { basin, ...peers } = Object.fromEntries([...samples].map(([key, values]) => [key, median(values)]));
  options.onSamples?.('startup', name, Object.fromEntries(samples));
  return {
    suite: 'startup',
    case: name,
    title,
    device: options.device,
    threads: options.threads,
    unit: 'ms',
    basin: basin!,
    peers,
    ratio: Object.fromEntries(Object.entries(peers).map(([key, value]) => [key, value / basin!])),
    fastest: Object.fromEntries([...samples].map(([key, values]) => [key, fastest(values)])),
    samples: Object.fromEntries([...samples].map(([key, values]) => [key, values.length])),
    wanted: {},
    versions,
    machine: machineText(),
    notes,
  };
}

/** From nothing to a process that can compute. */
function engine(options: CompareOptions): Promise<Result> {
  const notes: string[] = [];
  const contenders = new Map<ContenderName, () => Promise<Readonly<Record<string, string>>>>();
  const names: ContenderName[] = options.alone ? ['basin'] : ['basin', 'pytorch', 'tfjs', 'jaxjs'];
  for (const name of names) {
    const launch = launchOf(name, options);
    if ('absent' in launch) {
      notes.push(`${contenderTitles[name]}: ${launch.absent}`);
      continue;
    }
    contenders.set(name, async () => {
      const contender = await Contender.start(name, launch);
      const { versions } = contender;
      await contender.end();
      return versions;
    });
  }
  return starts('engine', 'Starting a process with the engine loaded, and ending it', contenders, notes, options);
}

/** `basin --version`, as it is installed. */
function version(options: CompareOptions): Promise<Result> {
  const file = path.join(options.root, 'bin/basin.mjs');
  if (!existsSync(path.join(options.root, 'dist'))) throw new Error('basin is not built: npm run build');
  const run = (): Promise<Readonly<Record<string, string>>> => {
    const { status, stderr } = spawnSync(process.execPath, [file, '--version'], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`basin --version failed: ${stderr.trim()}`);
    return Promise.resolve({ Node: process.versions.node });
  };
  return starts('version', '`basin --version`', new Map([['basin', run]]), [], options);
}

/** What one waits for before anything is computed. */
export const startup: Suite = {
  name: 'startup',
  cases: ['version', 'engine', ...firsts.cases, ...overheads.cases],
  async run(name, options) {
    if (name === 'version') return [await version(options)];
    if (name === 'engine') return [await engine(options)];
    return (firsts.cases.includes(name) ? firsts : overheads).run(name, options);
  },
};
