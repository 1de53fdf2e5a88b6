#!/usr/bin/env node
// The `basin` command. From a clone it first brings dist up to date; an installed program has nothing to build.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const builder = join(root, 'scripts/build.mjs');

if (existsSync(builder)) {
  const { build } = await import(pathToFileURL(builder).href);
  // Standard output belongs to the command: the build speaks on standard error.
  const targets = process.argv[2] === 'serve' ? ['programs', 'viewer', 'window'] : ['programs', 'viewer'];
  await build(targets, console.error);
  // A fault's stack then names the source's files and lines.
  process.setSourceMapsEnabled(true);
}
await import(pathToFileURL(join(root, 'dist/cli/main.js')).href);
