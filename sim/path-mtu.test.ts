/** A port of the switch that swallows what is longer than it takes: files get through all the same. */
import { expect, test } from 'vitest';
import { Peer } from '../src/core/peer.ts';
import { firstByte, FRAME } from '../src/core/wire/header.ts';
import { isPiece } from '../src/core/wire/piece.ts';
import type { Cluster } from './cluster.ts';
import { Sending } from './sending.testkit.ts';

const MB = 1_000_000;
const LIMIT_MS = 60_000;
/** Of an IPv4 packet of 1300. */
const NARROW_BYTES = 1272;
const NARROW = 2;

const isProbe = (bytes: Uint8Array): boolean => bytes[0] === firstByte(FRAME.probe);

function sending(beforeMeeting?: (cluster: Cluster) => void): {
  run: Sending;
  longest: () => number;
  pieces: () => number;
} {
  const run = new Sending({
    memberCount: 4,
    realPeer: (config) => new Peer(config),
    conditions: { megabitsPerSecond: 1000 },
    ...(beforeMeeting === undefined ? {} : { beforeMeeting }),
  });
  let longest = 0;
  let pieces = 0;
  run.onSent = (bytes) => {
    if (!isProbe(bytes)) longest = Math.max(longest, bytes.length);
    if (isPiece(bytes)) pieces++;
  };
  const read = (): number => {
    const was = longest;
    longest = 0;
    return was;
  };
  return { run, longest: read, pieces: () => pieces };
}

test('a port that was narrow all the time: symbols are made for it, in both directions', () => {
  const { run, longest, pieces } = sending(({ network }) => network.setPortBytesMax(NARROW, NARROW_BYTES));
  run.cluster.runFor(2000);
  longest();
  for (const from of [0, NARROW]) {
    run.offer(from, `from ${from}`, 3 * MB);
    const others = [0, 1, 2, 3].filter((index) => index !== from);
    expect(run.untilDone(`from ${from}`, others, LIMIT_MS)).toBeLessThan(5000);
  }
  expect(longest()).toBeLessThanOrEqual(NARROW_BYTES);
  expect(pieces()).toBe(0);
});

test('one that becomes narrow under a transfer: it goes on in pieces, and what is offered afterwards fits', () => {
  const { run, longest, pieces } = sending();
  run.cluster.runFor(5000);
  run.cluster.network.setPortBytesMax(NARROW, NARROW_BYTES);
  // Of so many blocks that what one member asks for in vain would be held against it.
  run.offer(0, 'under way', 6 * MB);
  expect(run.untilDone('under way', [1, 2, 3], LIMIT_MS)).toBeLessThan(15_000);
  expect(run.events(0, 'transfer-failed')).toEqual([]);
  expect(pieces()).toBeGreaterThan(1000);
  longest();
  run.offer(0, 'after', 3 * MB);
  run.untilDone('after', [1, 2, 3], LIMIT_MS);
  expect(longest()).toBeLessThanOrEqual(NARROW_BYTES);
});

test('a room whose network takes everything is asked once in ten minutes, and sends no piece', () => {
  const { run, pieces } = sending();
  let probes = 0;
  run.onSent = (bytes) => {
    if (isProbe(bytes)) probes++;
  };
  run.cluster.runFor(605_000);
  // Four members that come within 0.2 s ask the three others at once: after they came, and ten minutes later.
  expect(probes).toBeLessThanOrEqual(2 * 4);
  expect(pieces()).toBe(0);
});
