import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/root.mjs';

/** The command as README writes it, from the project folder; npm may not look for a package of that name elsewhere. */
describe('npx basin', () => {
  const home = mkdtempSync(join(tmpdir(), 'basin-home-'));
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  const basin = (...args: string[]) =>
    spawnSync('npx', ['--no-install', 'basin', ...args], {
      cwd: root,
      encoding: 'utf8',
      shell: process.platform === 'win32',
      env: { ...process.env, BASIN_HOME: home, npm_config_offline: 'true' },
    });

  it('is there in a clone, and lists its commands', () => {
    const help = basin('--help');
    expect(help.status, help.stderr).toBe(0);
    for (const command of ['data', 'run', 'resume', 'eval', 'predict', 'surface', 'export', 'devices', 'serve', 'list', 'compare']) {
      expect(help.stdout, command).toMatch(new RegExp(`^\\s+${command}\\b`, 'm'));
    }
  });

  it('gives machines one document on standard output, whatever else is said', () => {
    const devices = basin('devices', '--json');
    expect(devices.status, devices.stderr).toBe(0);
    expect(JSON.stringify(JSON.parse(devices.stdout))).toContain('"cpu"');
  });

  it("ends with 1 for a user's mistake, and says what it was", () => {
    const wrong = basin('data', 'inspect', join(home, 'nothing.csv'));
    expect(wrong.status).toBe(1);
    expect(wrong.stderr).toContain('nothing.csv');
    expect(wrong.stderr).not.toMatch(/^\s+at /m);
  });
});
