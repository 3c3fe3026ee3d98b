import { defineConfig } from 'vitest/config';

/**
 * `unit`: pure and quick, anywhere, in parallel. `lab`: real hosts in network namespaces (Linux, root), one file
 * after the other, since it measures time. The browser tests are Playwright's (playwright.config.ts).
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'src/**/*.test.{ts,tsx}',
            'sim/**/*.test.ts',
            'kernel/**/*.test.ts',
            'test/{walls,conformance,daemon,cli,hostile}/**/*.test.ts',
          ],
          pool: 'forks',
          // One less is the default, which on two cores leaves one idle.
          maxWorkers: '100%',
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'lab',
          include: ['test/lab/**/*.test.ts'],
          pool: 'forks',
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
