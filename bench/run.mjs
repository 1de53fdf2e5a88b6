// npm run bench -- SUITE [--json] [options of the suite]: bundles bench/SUITE.ts and runs it.
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(here);
const suites = readdirSync(here).filter((name) => name.endsWith('.ts')).map((name) => name.slice(0, -3));
const suite = process.argv[2];

if (suite === undefined || !suites.includes(suite) || !existsSync(path.join(here, `${suite}.ts`))) {
  console.error(`usage: npm run bench -- SUITE [--json]\nsuites: ${suites.join(', ')}`);
  process.exit(1);
}

const outfile = path.join(root, '.cache', 'bench', `${suite}.mjs`);
mkdirSync(path.dirname(outfile), { recursive: true });
await build({
  entryPoints: [path.join(here, `${suite}.ts`)],
  outfile,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: 'inline',
  logLevel: 'warning',
});
const { main } = await import(pathToFileURL(outfile).href);
process.exitCode = await main(process.argv.slice(3), { root });
