import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/{core,electron,renderer,project}/**/*.test.ts'],
    // Two workers: ONNX Runtime and DuckDB bring threads of their own.
    maxWorkers: 2,
    testTimeout: 120_000,
  },
});
