// The programs that run in Node and Electron: command line, engine, desktop shell.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import { root } from '../root.mjs';
import { rememberPackages } from './bundled-packages.mjs';
import { nativePackages } from './native.mjs';

/** CommonJS packages inside an ES module still call `require` for Node's own modules. */
const requireInModules = "import { createRequire as basinRequire } from 'node:module'; const require = basinRequire(import.meta.url);";

/** @type {esbuild.BuildOptions} */
const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20.20',
  external: ['electron', ...nativePackages],
  // Stack traces of a user's report must name our functions and lines.
  minify: false,
  keepNames: true,
  sourcemap: 'linked',
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
};

export async function buildPrograms() {
  await Promise.all(['cli', 'engine', 'electron', 'chunks'].map((folder) => rm(join(root, 'dist', folder), { recursive: true, force: true })));
  const programs = await esbuild.build({
    ...common,
    entryPoints: { 'cli/main': 'core/host/cli/main.ts', 'engine/engine': 'core/host/engine.ts', 'electron/main': 'electron/main.ts' },
    outdir: 'dist',
    format: 'esm',
    // The programs share most of their code, and load the heavy parts only when a command needs them.
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    banner: { js: requireInModules },
  });
  const preload = await esbuild.build({
    ...common,
    entryPoints: ['electron/preload/preload.ts'],
    outfile: 'dist/electron/preload.cjs',
    // A sandboxed preload is one CommonJS script without Node.
    format: 'cjs',
    platform: 'browser',
    tsconfig: 'electron/preload/tsconfig.json',
  });
  rememberPackages('programs', [programs, preload].flatMap((result) => Object.keys(result.metafile?.inputs ?? {})));
}
