import { writeFileSync, existsSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { ended, useCli } from './cli';

const cli = useCli();
const at = (name: string): string => join(cli.folder, name);
const ask = ['surface', at('run'), '--follow', '--every', '0', '--grid', '5x5', '--subset', '40', '--json'];

/** Settles when a process has said something on standard error. */
async function says(child: ChildProcess, what: RegExp): Promise<void> {
  let text = '';
  while (!what.test(text)) text += String((await once(child.stderr!, 'data'))[0]);
}

beforeAll(async () => {
  await cli.json('data', 'generate', 'spirals', '--count', '300', '--seed', '3', '--out', at('spirals.csv'));
  writeFileSync(at('spec.json'), JSON.stringify({ name: 'spirals', data: { source: { path: 'spirals.csv' }, target: 'target' }, model: { use: 'mlp', widths: [16] }, training: { epochs: 1_000_000, batchSize: 32 } }));
});

describe('basin surface --follow', () => {
  it('tells a slice at a time, can be left, goes on with the same series, and ends with the run', async () => {
    const training = cli.start('run', at('spec.json'), '--out', at('run'), '--json');
    const trained = ended(training);
    await says(training, /Training/);
    const first = cli.start(...ask);
    const left = ended(first);
    await says(first, /step \d+: loss at the centre/);
    first.kill('SIGINT');
    const { code, out, err } = await left;
    expect([code, err]).toEqual([0, expect.stringMatching(/step \d+: loss at the centre [\d.]+, lowest/)]);
    interface Followed { id: string; state: string; steps: number[]; slices: { recipe: { run: { checkpoint: string } } }[] }
    const before = JSON.parse(out) as Followed;
    expect(before).toMatchObject({ state: 'left' });
    expect(before.slices.map(({ recipe }) => Number(recipe.run.checkpoint))).toEqual(before.steps);

    // Any other question about the run is answered of weights whose step is said.
    const plain = await cli.run('surface', at('run'), '--grid', '3x3', '--subset', '40', '--out', at('now.json'));
    expect([plain.code, plain.err]).toEqual([0, expect.stringMatching(/"spirals" is at work; this is about its weights of step \d+\./)]);
    expect(/weights of step (\d+)/.exec(plain.err)![1]).toBe((JSON.parse(readFileSync(at('now.json'), 'utf8')) as { recipe: { run: { checkpoint: string } } }).recipe.run.checkpoint);

    const second = cli.start(...ask, '--out', at('film.json'));
    const followed = ended(second);
    await says(second, /step \d+: loss at the centre/);
    training.kill('SIGINT');
    await trained;
    const last = await followed;
    const after = JSON.parse(last.out) as Followed;
    expect([last.code, after.id, after.state]).toEqual([0, before.id, 'stopped']);
    expect(after.steps.slice(0, before.steps.length)).toEqual(before.steps);
    expect(after.steps.length).toBeGreaterThan(before.steps.length);
    expect(existsSync(at('film.json'))).toBe(true);

    const { code: refused, err: why } = await cli.run('surface', at('run'), '--follow');
    expect(refused).toBe(1);
    expect(why).toContain('not at work (stopped): there is no training to follow');
  });

  it('says what does not go together', async () => {
    for (const [args, message] of [
      [['--follow', '--checkpoint', '0'], '--follow shows the newest weights'],
      [['--follow', '--out', 'film.pdf'], 'surfaces over training are written as .html'],
      [['--over-checkpoints'], '--out is missing'],
    ] as const) {
      const { code, err, out } = await cli.run('surface', 'nothing', ...args);
      expect(code).toBe(1);
      expect(err + out).toContain(message);
    }
  });
});
