/** Partitions of random length with talk on all sides, and crashes in between: one timeline for all in the end. */
import { expect, test } from 'vitest';

import { describeFailure, replayCommand } from './report.ts';
import { runScenario } from './scenario.ts';

const SEEDS = 30;
/** Two members that heard each other's repairs of what both had asked for the rest of it for ever. */
const FOUND = [359];

test(`${SEEDS} partitioned clusters of five end with one timeline each`, { timeout: 240_000 }, () => {
  const seeds = [...Array.from({ length: SEEDS }, (_, index) => index + 1), ...FOUND];
  for (const seed of seeds) {
    const options = { seed, scenario: 'halves', memberCount: 5, signatures: 'insecure-mac' } as const;
    const { failure } = runScenario(options);
    expect(
      failure,
      failure && `${describeFailure(failure)}\n${replayCommand(options, seed)}`,
    ).toBeUndefined();
  }
});
