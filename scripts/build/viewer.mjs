// The viewer of exported surfaces: one script, without imports, that goes into a self-contained HTML page.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import { root } from '../root.mjs';
import { packageFolder, rememberPackages } from './bundled-packages.mjs';
import { licenceOf } from './licences.mjs';

export async function buildViewer() {
  const result = await esbuild.build({
    absWorkingDir: root,
    entryPoints: ['renderer/surface/standalone.ts'],
    write: false,
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    tsconfig: 'renderer/tsconfig.json',
    logLevel: 'warning',
    metafile: true,
  });
  const inputs = Object.keys(result.metafile.inputs);
  rememberPackages('viewer', inputs);
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(join(root, 'dist/surface-viewer.js'), `${notices(inputs)}\n${result.outputFiles[0]?.text}`);
}

/**
 * An exported page travels alone: the licences of what is inside travel in it.
 *
 * @param {string[]} inputs of the bundle
 * @returns {string} a comment
 */
function notices(inputs) {
  const folders = [...new Set(inputs.map(packageFolder))].filter((folder) => folder !== undefined).sort();
  const texts = folders.map(licenceOf).map(({ name, version, licence, text }) => `${name} ${version} (${licence})\n\n${text}`);
  return `/*!\n${texts.join('\n\n').replaceAll('*/', '* /').replaceAll('</', '< /')}\n*/`;
}
