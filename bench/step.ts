import { cpus } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startBasin } from './cases/run-step';
import { stepCases } from './cases/step-case';
import { startTorch } from './peers/torch';

/** Times training steps on this machine, Basin and its peers by turns, and prints one record a case. */
interface Result {
  readonly suite: 'step';
  readonly case: string;
  readonly device: string;
  readonly unit: 'ms a step';
  readonly basin: number;
  readonly peers: Readonly<Record<string, number>>;
  /** Peer's time by Basin's: above 1 Basin is faster. */
  readonly ratio: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

const fastest = (values: readonly number[]): number => values.reduce((best, value) => Math.min(best, value));

/** Repetitions and what they aim to last each, in milliseconds. */
const ROUNDS = 11;
const ROUND_MS = 250;

export async function main(args: string[], { root }: { root: string }): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { json: { type: 'boolean' }, case: { type: 'string', multiple: true }, threads: { type: 'string', default: '2' }, alone: { type: 'boolean' } },
  });
  const threads = Number(values.threads);
  const torch = values.alone === true ? { absent: 'not asked for' } : await startTorch(path.join(root, 'bench/peers/torch_step.py'), threads);
  const results: Result[] = [];
  for (const c of stepCases.filter(({ name }) => values.case?.includes(name) ?? true)) {
    const basin = await startBasin(c, { threads });
    const peers: Record<string, (steps: number) => Promise<number[]>> =
      'absent' in torch ? {} : { [`PyTorch ${torch.version}`]: (steps) => torch.time(c.name, steps) };
    const contenders: [string, (steps: number) => Promise<number[]>][] = [['basin', (steps) => basin.time(steps)], ...Object.entries(peers)];
    const times = new Map<string, number[]>();
    const steps = new Map<string, number>();
    for (const [name, time] of contenders) {
      await time(3);
      steps.set(name, Math.max(1, Math.round(ROUND_MS / median(await time(5)))));
      times.set(name, []);
    }
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, time] of contenders) times.get(name)!.push(...(await time(steps.get(name)!)));
    }
    await basin.end();
    const own = median(times.get('basin')!);
    const others = Object.fromEntries(Object.keys(peers).map((name) => [name, median(times.get(name)!)]));
    const result: Result = {
      suite: 'step',
      case: c.title,
      device: `${cpus()[0]?.model.trim() ?? 'CPU'}, ${threads} threads`,
      unit: 'ms a step',
      basin: own,
      peers: others,
      ratio: Object.fromEntries(Object.entries(others).map(([name, ms]) => [name, ms / own])),
      notes: [
        `median of all steps of ${ROUNDS} rounds by turns`,
        `fastest step: ${contenders.map(([name]) => `${name} ${fastest(times.get(name)!).toFixed(3)} ms`).join(", ")}`,
        ...('absent' in torch ? [`PyTorch: ${torch.absent}`] : [])],
    };
    results.push(result);
    if (values.json !== true) print(result);
  }
  if (!('absent' in torch)) torch.end();
  if (values.json === true) console.log(JSON.stringify(results, null, 2));
  return 0;
}

function print(result: Result): void {
  const peers = Object.entries(result.peers).map(([name, ms]) => `${name} ${ms.toFixed(3)} ms (${result.ratio[name]!.toFixed(2)}x)`);
  console.log(`${result.case}: Basin ${result.basin.toFixed(3)} ms${peers.length > 0 ? `; ${peers.join('; ')}` : ''}`);
  console.log(`  ${result.notes.join('; ')}`);
}
