/** A short fixed set of seeds, and those that once found a bug. Longer: `npm run soak`. */
import { expect, test } from 'vitest';

import { describeFailure, replayCommand } from './report.ts';
import { runScenario, type RunOptions } from './scenario.ts';

const RUNS: readonly RunOptions[] = [
  ...[1, 2, 3, 4, 5, 6].map((seed) => ({ seed, scenario: 'random', memberCount: 10 }) as const),
  { seed: 1, scenario: 'calm', memberCount: 10 },
  { seed: 1, scenario: 'chat', memberCount: 10, loss: 0.2 },
  { seed: 1, scenario: 'files', memberCount: 8, loss: 0.1 },
  { seed: 1, scenario: 'churn', memberCount: 10, loss: 0.05 },
  { seed: 1, scenario: 'partition', memberCount: 10, loss: 0.05 },
  { seed: 1, scenario: 'hostile', memberCount: 6, loss: 0.05 },
  { seed: 1, scenario: 'random', memberCount: 50, loss: 0.2 },
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
