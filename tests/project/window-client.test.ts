import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

const project = join(import.meta.dirname, '../..');
const client = join(project, 'core/host/client.ts');

it("the window's client bundles for a page: no Node, no engine", async () => {
  const bundle = await build({
    absWorkingDir: project,
    entryPoints: [client],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['import', 'browser', 'default'],
    logLevel: 'silent',
    // Kept as imports, so that the list below can name them.
    external: ['node:*', 'fs', 'path', 'onnxruntime-node', '@duckdb/*', 'sharp'],
  });
  const outside = Object.values(bundle.metafile.outputs).flatMap((output) => output.imports.filter((one) => one.external).map((one) => one.path));
  expect(outside.filter((path) => isBuiltin(path) || /onnx|duckdb|sharp/.test(path))).toEqual([]);
  const inputs = Object.keys(bundle.metafile.inputs);
  // The geometry of volumes, of contour lines and of what lies between points is pure arithmetic: the window draws with what files are made of.
  expect(inputs.filter((path) => path.startsWith('core/') && !/^core\/(host|graph|landscape\/(volume|refinement|legend|contours))\//.test(path))).toEqual([]);
});
