// The viewer of exported surfaces: one script, without imports, that goes into a self-contained HTML page.
import * as esbuild from 'esbuild';
import { root } from '../root.mjs';
import { rememberPackages } from './bundled-packages.mjs';

export async function buildViewer() {
  const result = await esbuild.build({
    absWorkingDir: root,
    entryPoints: ['renderer/surface/standalone.ts'],
    outfile: 'dist/surface-viewer.js',
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
  rememberPackages('viewer', Object.keys(result.metafile.inputs));
}
