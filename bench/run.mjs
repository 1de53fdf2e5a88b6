// npm run bench -- [SUITE ...] [options]: bundles the benchmarks and their contenders and runs them.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(here);
const built = path.join(root, '.cache', 'bench');
mkdirSync(built, { recursive: true });
await build({
  entryPoints: {
    main: path.join(here, 'main.ts'),
    profile: path.join(here, 'profile.ts'),
    gpu: path.join(here, 'gpu.ts'),
    window: path.join(here, 'window.ts'),
    basin: path.join(here, 'contenders/basin/index.ts'),
    jaxjs: path.join(here, 'contenders/jaxjs.ts'),
    tfjs: path.join(here, 'contenders/tfjs.ts'),
  },
  outdir: built,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: 'inline',
  logLevel: 'warning',
});
const [first, ...rest] = process.argv.slice(2);
const entry = first !== undefined && ['profile', 'gpu', 'window'].includes(first) ? first : 'main';
const { main } = await import(pathToFileURL(path.join(built, `${entry}.mjs`)).href);
// Only the window's benchmark drives a browser.
const browserFile = entry === 'window' ? (await import('../scripts/browser.mjs')).testBrowser() : undefined;
process.exitCode = await main(entry === 'main' ? process.argv.slice(2) : rest, { root, built, browserFile });
