import { defineConfig } from 'vitest/config';

/** End-to-end tests: the real window in a real Chromium, one file at a time. */
export default defineConfig({
  test: {
    include: ['tests/e2e/**/*.e2e.ts'],
    // Two cores are shared by the engine, the browser's software GPU and the test.
    fileParallelism: false,
    maxWorkers: 1,
    testTimeout: 240_000,
    hookTimeout: 180_000,
  },
});
