// The window: a Svelte application that asks nothing of the network and runs under a strict content-security policy.
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { build } from 'vite';
import { root } from '../root.mjs';
import { rememberPackages } from './bundled-packages.mjs';

/**
 * A page has no Node: an import of it is a mistake to be told now, not an empty module to be met at run time.
 *
 * @type {import('vite').Plugin}
 */
const refuseNode = {
  name: 'basin:refuse-node',
  enforce: 'pre',
  resolveId(source, importer) {
    if (!isBuiltin(source) || importer === undefined) return null;
    return this.error(`The window cannot use Node's module ${source} (imported by ${importer}).`);
  },
};

/**
 * Notes whose code and fonts went into the page.
 *
 * @type {import('vite').Plugin}
 */
const recordPackages = {
  name: 'basin:record-packages',
  generateBundle(_options, bundle) {
    const files = Object.values(bundle).flatMap((part) => (part.type === 'chunk' ? Object.keys(part.modules) : part.originalFileNames));
    rememberPackages('window', files);
  },
};

/** @type {import('vite').InlineConfig} */
export const windowConfiguration = {
  root: join(root, 'renderer'),
  configFile: false,
  // Served from app:// by Electron and from the loopback host: no path of its own.
  base: './',
  logLevel: 'warn',
  plugins: [refuseNode, recordPackages, svelte({ configFile: false })],
  build: {
    outDir: join(root, 'dist/renderer'),
    emptyOutDir: true,
    target: 'es2023',
    // No data: addresses, so that the policy need not allow them.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2000,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
};

export async function buildWindow() {
  await build(windowConfiguration);
}
