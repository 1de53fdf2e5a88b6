import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/** Unit, property and project tests: everything but the end-to-end tests (vitest.e2e.config.ts). */
export default defineConfig({
  test: {
    // Two workers: ONNX Runtime and DuckDB bring threads of their own.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'core',
          include: ['tests/{core,electron,project}/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        // The window's own modules (`*.svelte.ts` with runes) go through Svelte's compiler.
        plugins: [svelte({ configFile: false })],
        resolve: { conditions: ['browser'] },
        test: {
          name: 'renderer',
          include: ['tests/renderer/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
    ],
  },
});
