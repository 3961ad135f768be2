import { defineConfig } from 'vitest/config';

// The browser tests drive a real Postern in a real Chromium; two at a time are what two cores take.
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
    fileParallelism: true,
    retry: 0,
  },
});
