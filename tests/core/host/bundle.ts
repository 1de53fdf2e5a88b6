import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

/** Builds an entry as the program's build does, for tests that start processes. Returns the file. */
export async function bundle(entry: string, folder: string): Promise<string> {
  const outdir = join(import.meta.dirname, '../../../.cache/tests', folder);
  mkdirSync(outdir, { recursive: true });
  await build({
    entryPoints: [entry],
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['onnxruntime-node', 'onnxruntime-common', '@duckdb/*', 'sharp', '@tensorflow/*', 'electron'],
    banner: { js: "import { createRequire as basinRequire } from 'node:module'; const require = basinRequire(import.meta.url);" },
    logLevel: 'error',
  });
  return join(outdir, basename(entry).replace(/\.ts$/, '.mjs'));
}
