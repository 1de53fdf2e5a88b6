import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { Philox } from '#core/graph';
import { computeSurfaceIn, makePlane, openSurface } from '#core/landscape';
import { bundle } from '../host/bundle';
import { killedProblem, killedRecipes } from './killed';

const home = mkdtempSync(join(tmpdir(), 'basin-surface-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

it.each([['every point of a grid', 'regular', 31 * 31], ['points chosen where it bends', 'adaptive', 700]] as const)('killed with SIGKILL at any moment and started again, a surface ends with the same values, and no point is computed twice: %s', async (_, kind, total) => {
  const recipe = killedRecipes[kind];
  const script = await bundle(join(import.meta.dirname, 'fixtures/surface-child.ts'), 'surface-child');
  const problem = killedProblem();
  for await (const __ of computeSurfaceIn(join(home, `${kind}-through`), problem, makePlane(problem, recipe.plane), recipe, { device: 'cpu' }));
  const [folder, log] = [join(home, kind), join(home, `${kind}-log`)];
  const told = (): string[] => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').filter(Boolean) : []);
  const start = () => spawn(process.execPath, [script, folder, log, kind], { stdio: ['ignore', 'ignore', 'inherit'] });
  let kills = 0;
  for (const share of [...new Philox(3, 'kill').uniforms(4)].sort()) {
    const child = start();
    const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    const before = told().length;
    while (child.exitCode === null && told().length <= Math.max(before, 0.9 * share * total)) await pause(1);
    child.kill('SIGKILL');
    if ((await ended)[1] === 'SIGKILL') kills++;
    const known = (await openSurface(folder)).values['loss']!.reduce((count, value) => count + Number(!Number.isNaN(value)), 0);
    // What was told is kept; at most the points of one program more.
    expect(known).toBeGreaterThanOrEqual(told().length);
    expect(known).toBeLessThan(total);
  }
  expect(kills).toBeGreaterThanOrEqual(3);
  expect((await once(start(), 'exit'))[0]).toBe(0);
  expect(new Set(told()).size).toBe(told().length);
  expect(existsSync(join(folder, 'points.log'))).toBe(false);
  expect(readFileSync(join(folder, 'values.npy')).equals(readFileSync(join(home, `${kind}-through`, 'values.npy')))).toBe(true);
});
