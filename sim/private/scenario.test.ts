/** Sixty short lives of a private room. Ten thousand: `npm run sim -- --private --seeds 10000`. */
import { expect, test } from 'vitest';
import { describeFailure } from '../report.ts';
import { runPrivate } from './scenario.ts';

const SEEDS = Array.from({ length: 60 }, (_, i) => i + 1);
const PER_TEST = 20;

for (let i = 0; i < SEEDS.length; i += PER_TEST) {
  const seeds = SEEDS.slice(i, i + PER_TEST);
  test(`private rooms, seeds ${seeds[0]} to ${seeds.at(-1)}`, { timeout: 120_000 }, () => {
    for (const seed of seeds) {
      const { failure } = runPrivate({ seed });
      const replay = `npm run sim -- --private --seed ${seed}`;
      expect(failure, failure && `${describeFailure(failure)}\n${replay}`).toBeUndefined();
    }
  });
}

/** Those that once found a bug. */
test.each([
  ['a record became durable just as its author was removed, and was missing from its chain ever after', 5253],
  ['somebody was let in by one who had no right to, and what it had said stood', 7291],
  ['who removed somebody left right after, and only who was removed knew', 8197],
])('%s: seed %i', (_, seed) => {
  const { failure } = runPrivate({ seed, acceptsAll: true });
  expect(failure, failure && describeFailure(failure)).toBeUndefined();
});

test('the same seed gives the same run, another seed another', () => {
  const fingerprint = (seed: number): string => runPrivate({ seed }).fingerprint;
  const first = fingerprint(3);
  expect(fingerprint(3)).toBe(first);
  expect(fingerprint(4)).not.toBe(first);
});
