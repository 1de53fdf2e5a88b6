// npm run build: brings dist up to date. What has not changed since the last build is left alone.
import { isFresh, markFresh } from './build/fresh.mjs';
import { withLock } from './build/lock.mjs';

/**
 * What is built, from which files, and what must be there afterwards. The bundlers load only when they are needed:
 * the `basin` command asks at every start.
 *
 * @type {Record<string, { inputs: string[], outputs: string[], build: () => Promise<void> }>}
 */
const targets = {
  programs: {
    inputs: ['core', 'electron'],
    outputs: ['dist/cli/main.js', 'dist/engine/engine.js', 'dist/electron/main.js', 'dist/electron/preload.cjs', 'dist/tensorflow/tfjs-backend-wasm.wasm'],
    build: async () => (await import('./build/programs.mjs')).buildPrograms(),
  },
  viewer: {
    inputs: ['renderer/surface', 'core/landscape/volume', 'core/landscape/refinement', 'core/landscape/contours', 'core/landscape/legend', 'core/host'],
    outputs: ['dist/surface-viewer.js'],
    build: async () => (await import('./build/viewer.mjs')).buildViewer(),
  },
  window: {
    inputs: ['renderer', 'core', 'assets'],
    outputs: ['dist/renderer/index.html'],
    build: async () => (await import('./build/window.mjs')).buildWindow(),
  },
  licences: {
    inputs: ['.cache/build/programs.packages', '.cache/build/viewer.packages', '.cache/build/window.packages'],
    outputs: ['dist/LICENSES.txt'],
    build: async () => (await import('./build/licences.mjs')).buildLicences(),
  },
};

/** What changes every target: the packages, the compiler settings and the build itself. */
const shared = ['package.json', 'package-lock.json', 'tsconfig.json', 'scripts/build.mjs', 'scripts/build'];

/** @param {string} name */
function isTargetFresh(name) {
  const target = targets[name];
  if (target === undefined) throw new Error(`There is nothing called ${name} to build: ${Object.keys(targets).join(', ')}.`);
  return isFresh(name, [...shared, ...target.inputs], target.outputs);
}

/**
 * @param {string[]} [names] of targets; every one if absent
 * @param {(line: string) => void} [say]
 * @throws {Error} the bundler's own, with file and line
 */
export async function build(names = Object.keys(targets), say = console.log) {
  // Nothing is written where nothing has changed: a clone may be read-only.
  if (names.every(isTargetFresh)) return;
  await withLock(async () => {
    for (const [name, target] of Object.entries(targets)) {
      // Another process may have built it while this one waited.
      if (!names.includes(name) || isTargetFresh(name)) continue;
      const begin = performance.now();
      await target.build();
      markFresh(name, [...shared, ...target.inputs]);
      say(`built ${name} in ${((performance.now() - begin) / 1000).toFixed(1)} s`);
    }
  });
}

if (import.meta.filename === process.argv[1]) {
  const names = process.argv.slice(2);
  await build(names.length > 0 ? names : undefined);
}
