import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractAll, listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../scripts/build.mjs';
import { root, tool } from '../../scripts/root.mjs';

/**
 * electron-builder packs the real program around a stand-in of Electron's runtime: what is checked is its own reading of
 * the configuration (validated against its schema before it packs), its own list of files, its own archive.
 */
const unixLike = process.platform === 'linux';

let work: string;
let packed: string[];
let resources: string;

/** The places of the fuses in Electron's program, all unset: the marker that the fuse tool looks for, version, length, wire. */
const unsetFuses = Buffer.concat([Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'), Buffer.from([1, 9]), Buffer.from('0'.repeat(9))]);

function makeRuntime(folder: string): void {
  mkdirSync(join(folder, 'locales'), { recursive: true });
  mkdirSync(join(folder, 'resources'));
  writeFileSync(join(folder, 'electron'), Buffer.concat([Buffer.from('\x7fELF'), unsetFuses]));
  chmodSync(join(folder, 'electron'), 0o755);
  writeFileSync(join(folder, 'version'), readFileSync(join(root, 'node_modules/electron/package.json'), 'utf8').match(/"version": "([^"]+)"/)?.[1] ?? '');
  for (const locale of ['en-US', 'de', 'fr']) writeFileSync(join(folder, `locales/${locale}.pak`), '');
  for (const notice of ['LICENSE', 'LICENSES.chromium.html']) writeFileSync(join(folder, notice), '');
}

/** How a fuse is written in the program. */
const set = { on: '1'.charCodeAt(0), off: '0'.charCodeAt(0) };

describe.runIf(unixLike)('the packed program', () => {
  beforeAll(async () => {
    await build(undefined, () => {});
    work = mkdtempSync(join(tmpdir(), 'basin-package-'));
    makeRuntime(join(work, 'runtime'));
    const run = spawnSync(
      process.execPath,
      [tool.electronBuilder, '--linux', 'dir', `-c.electronDist=${join(work, 'runtime')}`, `-c.directories.output=${join(work, 'out')}`],
      { cwd: root, encoding: 'utf8' },
    );
    expect(run.status, run.stdout + run.stderr).toBe(0);
    resources = join(work, 'out', process.arch === 'x64' ? 'linux-unpacked' : `linux-${process.arch}-unpacked`, 'resources');
    packed = listPackage(join(resources, 'app.asar'), { isPack: false });
  });

  afterAll(() => rmSync(work, { recursive: true, force: true }));

  it('holds every program, the page, the assets and the licences', () => {
    for (const file of [
      '/package.json',
      '/dist/electron/main.js',
      '/dist/electron/preload.cjs',
      '/dist/engine/engine.js',
      '/dist/cli/main.js',
      '/dist/surface-viewer.js',
      '/dist/renderer/index.html',
      '/dist/LICENSES.txt',
      '/assets/icon.svg',
    ]) {
      expect(packed, file).toContain(file);
    }
  });

  it('holds no source, test, map, type, tool or binary of another system', () => {
    const ours = packed.filter((file) => !file.startsWith('/node_modules/'));
    expect([...new Set(ours.map((file) => file.split('/')[1]))].sort()).toEqual(['assets', 'dist', 'node_modules', 'package.json']);
    expect(packed.filter((file) => /\.(map|ts|mts|cts|svelte|tsbuildinfo)$/.test(file))).toEqual([]);
    expect(packed.filter((file) => /\/(tests?|__tests__|docs|examples|\.bin)\//.test(file))).toEqual([]);
    expect(packed.filter((file) => /napi-v\d+\/(darwin|win32)\/.*\.|\.(dll|dylib|exe)$/.test(file))).toEqual([]);
    expect(packed.filter((file) => new RegExp(`napi-v\\d+/linux/(?!${process.arch}(/|$))`).test(file))).toEqual([]);
    const packages = new Set(packed.flatMap((file) => /^\/node_modules\/((?:@[^/]+\/)?[^/]+)\/.*\.[^/]+$/.exec(file)?.[1] ?? []));
    const expected = /^(@duckdb\/node-(api|bindings.*)|@img\/(colour|sharp-.*)|detect-libc|onnxruntime-(node|common)|semver|sharp)$/;
    expect([...packages].filter((name) => !expected.test(name))).toEqual([]);
  });

  it('keeps what the system loads outside of the archive', () => {
    const native = packed.filter((file) => /\.(node|so)(\.|$)/.test(file));
    expect(native.length).toBeGreaterThanOrEqual(6);
    for (const file of native) expect(readFileSync(join(resources, 'app.asar.unpacked', file)).length, file).toBeGreaterThan(0);
  });

  it('has its fuses set', async () => {
    const wire = await getCurrentFuseWire(join(resources, '../basin'));
    const on = [FuseV1Options.EnableCookieEncryption, FuseV1Options.EnableEmbeddedAsarIntegrityValidation, FuseV1Options.OnlyLoadAppFromAsar];
    const off = [
      FuseV1Options.RunAsNode,
      FuseV1Options.EnableNodeOptionsEnvironmentVariable,
      FuseV1Options.EnableNodeCliInspectArguments,
      FuseV1Options.GrantFileProtocolExtraPrivileges,
    ];
    for (const fuse of on) expect(wire[fuse], FuseV1Options[fuse]).toBe(set.on);
    for (const fuse of off) expect(wire[fuse], FuseV1Options[fuse]).toBe(set.off);
  });

  it('runs by itself, far from the project: nothing that it loads was left out', () => {
    const alone = join(work, 'alone');
    extractAll(join(resources, 'app.asar'), alone);
    const program = join(alone, 'dist/cli/main.js');
    const home = { ...process.env, BASIN_HOME: join(work, 'home') };
    const devices = spawnSync(process.execPath, [program, 'devices', '--json'], { cwd: work, encoding: 'utf8', env: home });
    expect(devices.status, devices.stderr).toBe(0);
    expect(devices.stdout).toContain('"cpu"');
    // TensorFlow.js found the WebAssembly files beside the program.
    expect(devices.stdout).toContain('WebAssembly');
    const rows = Array.from({ length: 60 }, (_, row) => `${row % 7},${row % 2 ? 'a' : 'b'}`);
    writeFileSync(join(work, 'table.csv'), `width,kind\n${rows.join('\n')}\n`);
    const inspected = spawnSync(process.execPath, [program, 'data', 'inspect', 'table.csv', '--json'], { cwd: work, encoding: 'utf8', env: home });
    expect(inspected.status, inspected.stderr).toBe(0);
    expect(inspected.stdout).toContain('"width"');
    // sharp loads its own library when a picture is read.
    const picture = spawnSync(process.execPath, ['--input-type=module', '-e', "import sharp from 'sharp'; await sharp('assets/icon.svg').png().toBuffer();"], {
      cwd: alone,
      encoding: 'utf8',
    });
    expect(picture.status, picture.stderr).toBe(0);
  });
});

it('refuses a configuration with a misspelt field, so the one above was read', () => {
  const run = spawnSync(process.execPath, [tool.electronBuilder, '--linux', 'dir', '-c.electronFuzes.runAsNode=false'], { cwd: root, encoding: 'utf8' });
  expect(run.status).not.toBe(0);
  expect(run.stdout + run.stderr).toMatch(/unknown property 'electronFuzes'/);
});
