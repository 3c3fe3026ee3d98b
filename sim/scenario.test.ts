/** A short fixed set of seeds, and those that once found a bug. Longer: `npm run soak`. */
import { expect, test } from 'vitest';

import { describeFailure, replayCommand } from './report.ts';
import { runScenario, type RunOptions } from './scenario.ts';

const RUNS: readonly RunOptions[] = [
  ...[1, 2, 3].map((seed) => ({ seed, scenario: 'random', memberCount: 10 }) as const),
  { seed: 1, scenario: 'calm', memberCount: 10 },
  { seed: 1, scenario: 'chat', memberCount: 10, loss: 0.2 },
  { seed: 1, scenario: 'files', memberCount: 8, loss: 0.1 },
  { seed: 1, scenario: 'churn', memberCount: 10, loss: 0.05 },
  { seed: 1, scenario: 'outlive', memberCount: 8, loss: 0.1 },
  // A holder behind a narrow link served symbols that do not fit its datagrams.
  { seed: 8, scenario: 'outlive', memberCount: 7 },
  { seed: 1, scenario: 'partition', memberCount: 10, loss: 0.05 },
  { seed: 1, scenario: 'hostile', memberCount: 6, loss: 0.05 },
  // A process that only speaks told a floor that hid older records from others.
  { seed: 8, scenario: 'random', memberCount: 8 },
  // QUIT and JOIN within one process: its counters began again, so nobody believed it.
  { seed: 7, scenario: 'random', memberCount: 8 },
  { seed: 10, scenario: 'churn', memberCount: 8 },
  // The only word that a file is complete was lost.
  { seed: 35, scenario: 'partition', memberCount: 8 },
  // An offer that nobody took kept its first block for ever.
  { seed: 7, scenario: 'files', memberCount: 8 },
  // Many; `npm run soak` has a hundred seeds of fifty.
  { seed: 2, scenario: 'random', memberCount: 24, loss: 0.2 },
];

for (const options of RUNS) {
  const command = replayCommand(options, options.seed);
  test(command, { timeout: 120_000 }, () => {
    const { failure } = runScenario(options);
    expect(failure, failure && `${describeFailure(failure)}\n${command}`).toBeUndefined();
  });
}

test('the same seed gives the same run, another seed another', () => {
  const fingerprint = (seed: number): string =>
    runScenario({ seed, scenario: 'churn', memberCount: 5, loss: 0.1 }).fingerprint;
  const first = fingerprint(7);
  expect(fingerprint(7)).toBe(first);
  expect(fingerprint(8)).not.toBe(first);
});
