import { expect, test } from 'vitest';
import type { NetworkNow } from '../../contract/network.ts';
import { NETWORK_LINES_MAX, NETWORK_SAMPLES_MAX } from '../limits.ts';
import { linesOf, NO_SAMPLES, withSample } from './samples.ts';

function now(at: number, bytes: number, members = 1): NetworkNow {
  const links = Array.from({ length: members }, (_, index) => ({
    id: `m${index}`,
    name: `Bird ${index}`,
    address: '10.0.0.1',
    away: false,
    silentMs: 0,
    way: 'multicast' as const,
    loss: index / 100,
  }));
  return { at, sentBytes: bytes, sentDatagrams: 0, receivedBytes: 2 * bytes, receivedDatagrams: 0, links };
}

test('rates are what moved between two answers, and nothing where the daemon began anew', () => {
  let samples = withSample(NO_SAMPLES, now(0, 5000));
  samples = withSample(samples, now(2000, 9000));
  samples = withSample(samples, now(3000, 10));
  expect(samples.list.map(({ sent, received }) => [sent, received])).toEqual([
    [0, 0],
    [2000, 4000],
    [0, 0],
  ]);
});

test('the list and the lines are bounded, the worst first', () => {
  let samples = NO_SAMPLES;
  for (let second = 0; second < NETWORK_SAMPLES_MAX + 50; second++)
    samples = withSample(samples, now(1000 * second, second, 50));
  expect(samples.list).toHaveLength(NETWORK_SAMPLES_MAX);
  const lines = linesOf(samples, 'loss');
  expect(lines).toHaveLength(NETWORK_LINES_MAX);
  expect(lines[0]?.label).toBe('Bird 49');
  expect(linesOf(samples, 'roundTrip')[0]?.values.every((value) => value === undefined)).toBe(true);
});
