import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const project = join(import.meta.dirname, '../..');

/** A small house with one wrong import a file, beside the right ones. */
const files: Record<string, string> = {
  'core/graph/index.ts': `export { shape } from './shape';`,
  'core/graph/shape.ts': `export const shape = [1]; export type Shape = number[];`,
  'core/graph/upward.ts': `import type { Program } from '#core/runtime'; export type Held = Program;`,
  'core/graph/first.ts': `import { second } from './second'; export const first = (): number => second();`,
  'core/graph/second.ts': `import { first } from './first'; export const second = (): number => first();`,
  'core/runtime/index.ts': `import { shape } from '#core/graph'; export const program = shape; export type Program = number;`,
  'core/runtime/draws.ts': `import * as three from 'three'; export const scene = three;`,
  'core/runtime/inside.ts': `import { shape } from '../graph/shape'; export const again = shape;`,
  'core/train/index.ts': `import { surface } from '#core/landscape'; export const neighbour = surface;`,
  'core/landscape/index.ts': `export const surface = 1;`,
  'core/elsewhere/index.ts': `import { surface } from '#core/landscape'; export const lost = surface;`,
  'core/host/index.ts': `import { readFileSync } from 'node:fs'; export const host = readFileSync;`,
  'core/host/client.ts': `export const connect = 1;`,
  'core/host/serve.ts': `export const serve = 1;`,
  'electron/main.ts': `import { host } from '#core/host'; import { app } from 'electron'; export const main = [host, app];`,
  'electron/engine.ts': `import { program } from '#core/runtime'; export const engine = program;`,
  'electron/deep.ts': `import { serve } from '../core/host/serve'; export const deep = serve;`,
  'renderer/main.ts': `import { connect } from '#host-client'; import * as three from 'three'; export const page = [connect, three];`,
  'renderer/files.ts': `import fs from 'node:fs'; export const files = fs;`,
  'renderer/behind.ts': `import { host } from '#core/host'; export const behind = host;`,
  'renderer/tensors.ts': `import * as ort from 'onnxruntime-node'; export const tensors = ort;`,
  'renderer/lost.ts': `import './nowhere'; export const lost = 1;`,
  'renderer/View.svelte': `<script lang="ts">import { program } from '#core/runtime'; const shown: unknown = program;</script><p>{shown}</p>`,
  'tests/core/graph/shape.test.ts': `import { shape } from '../../../core/graph/shape'; export const seen = shape;`,
  'tests/core/train/peeks.test.ts': `import { shape } from '../../../core/graph/shape'; export const seen = shape;`,
};

let house: string;
let violations: string[];

beforeAll(() => {
  house = mkdtempSync(join(tmpdir(), 'basin-layers-'));
  for (const [path, source] of Object.entries(files)) {
    mkdirSync(dirname(join(house, path)), { recursive: true });
    writeFileSync(join(house, path), source);
  }
  for (const shared of ['package.json', 'tsconfig.json', '.dependency-cruiser.mjs']) {
    writeFileSync(join(house, shared), readFileSync(join(project, shared)));
  }
  symlinkSync(join(project, 'node_modules'), join(house, 'node_modules'), 'junction');
  const cruiser = join(project, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const run = spawnSync(process.execPath, [cruiser, '--config', '.dependency-cruiser.mjs', '--output-type', 'json', 'core', 'electron', 'renderer', 'tests'], {
    cwd: house,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  expect(run.stderr).not.toContain('ERROR');
  const report = JSON.parse(run.stdout) as { summary: { violations: { from: string; rule: { name: string } }[] } };
  violations = report.summary.violations.map(({ from, rule }) => `${from}: ${rule.name}`);
});

afterAll(() => rmSync(house, { recursive: true, force: true }));

describe('the layer rules', () => {
  it.each([
    ['core/graph/upward.ts: floor-of-graph', 'an import upward, even of a type'],
    ['core/runtime/draws.ts: core-knows-no-window', 'three.js in core'],
    ['core/runtime/inside.ts: through-the-door', "another room's inside"],
    ['core/train/index.ts: floor-of-train', 'a neighbour on the same floor that is not listed'],
    ['core/elsewhere/index.ts: known-rooms', 'a room without a floor'],
    ['electron/engine.ts: electron-from-the-host', 'the engine inside the shell'],
    ['electron/deep.ts: through-the-door-from-outside', "the host's inside"],
    ['renderer/files.ts: window-has-no-node', 'Node in the window'],
    ['renderer/behind.ts: window-speaks-the-contract', "the host's main door in the window"],
    ['renderer/tensors.ts: window-has-no-native-package', 'a tensor library in the window'],
    ['renderer/View.svelte: window-speaks-the-contract', 'a component that reaches into core'],
    ['renderer/lost.ts: resolvable', 'an import that leads nowhere'],
    ['tests/core/train/peeks.test.ts: tests-of-their-own-room', "another room's inside, from a test"],
  ])('refuse %s (%s)', (violation) => {
    expect(violations).toContain(violation);
  });

  it('refuse a cycle of modules', () => {
    expect(violations.filter((violation) => violation.endsWith(': no-cycles')).length).toBeGreaterThan(0);
  });

  it('let every allowed import pass', () => {
    const wrong = ['upward', 'first', 'second', 'draws', 'inside', 'train', 'elsewhere', 'engine', 'deep', 'files', 'behind', 'tensors', 'lost', 'View', 'peeks'];
    expect(violations.filter((violation) => !wrong.some((name) => violation.includes(name)))).toEqual([]);
  });
});
