import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Of the lab: those that mostly wait, for a switch to forget, a member to be missed, a command to end, and so can do that together. */
const WAITING = [
  'beyond',
  'classic',
  'doctor',
  'doctor-others',
  'fallen-silent',
  'firewalls',
  'full-disk',
  'interfaces',
  'ip-versions',
  'lossy',
  'names',
  'one-shots',
  'path-mtu',
  'routed',
  'switches',
  'ways',
].map((name) => `test/lab/${name}.test.ts`);

/**
 * `unit`: pure and quick, anywhere, in parallel. `lab`: real hosts in network namespaces (Linux, root), one file
 * after the other, since it measures time; `network`: the same for what other networks do to Starling, all files at a time,
 * since it waits. The browser tests are Playwright's (playwright.config.ts).
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
          // The tests of the command line mostly wait for processes to begin and end.
          maxWorkers: Math.ceil(1.5 * availableParallelism()),
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'lab',
          include: ['test/lab/**/*.test.ts'],
          exclude: WAITING,
          pool: 'forks',
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'network',
          include: WAITING,
          pool: 'forks',
          maxWorkers: WAITING.length,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
