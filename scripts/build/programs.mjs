// The programs that run in Node and Electron: command line, engine, desktop shell.
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as esbuild from 'esbuild';
import { root } from '../root.mjs';
import { rememberPackages } from './bundled-packages.mjs';
import { nativePackages } from './native.mjs';

/** CommonJS packages inside an ES module still call `require` for Node's own modules, and look beside themselves. */
const commonJsInModules =
  "import { createRequire as basinRequire } from 'node:module'; const require = basinRequire(import.meta.url), basinFolder = import.meta.dirname, basinFile = import.meta.filename;";

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

/** What TensorFlow.js's WebAssembly backend reads at run time; its build with threads works in browsers only. */
async function copyWebAssembly() {
  const folder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
  const target = join(root, 'dist/tensorflow');
  await mkdir(target, { recursive: true });
  await Promise.all(['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm'].map((name) => copyFile(join(folder, name), join(target, name))));
}

export async function buildPrograms() {
  await Promise.all(['cli', 'engine', 'electron', 'chunks', 'tensorflow'].map((folder) => rm(join(root, 'dist', folder), { recursive: true, force: true })));
  const programs = await esbuild.build({
    ...common,
    entryPoints: { 'cli/main': 'core/host/cli/main.ts', 'engine/engine': 'core/host/engine.ts', 'electron/main': 'electron/main.ts' },
    outdir: 'dist',
    format: 'esm',
    // The programs share most of their code, and load the heavy parts only when a command needs them.
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    banner: { js: commonJsInModules },
    define: { __dirname: 'basinFolder', __filename: 'basinFile' },
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
  await copyWebAssembly();
  rememberPackages('programs', [programs, preload].flatMap((result) => Object.keys(result.metafile?.inputs ?? {})));
}
