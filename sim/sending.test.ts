/** Sizes and losses at which an off-by-one would show, through the real core and under every checker. */
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../src/base/prng.ts';
import { BLOCK_BYTES, DATA_HEADER_BYTES, TAG_BYTES } from '../src/core/limits.ts';
import { Peer } from '../src/core/peer.ts';
import { SLOW_DISK } from './disk.ts';
import { Sending } from './sending.testkit.ts';
import type { SendingOptions } from './sending.testkit.ts';

const MB = 1_000_000;
const LIMIT_MS = 60_000;
const sending = (options: Partial<SendingOptions>) =>
  new Sending({ memberCount: 4, realPeer: (config) => new Peer(config), ...options });

/** Everything comes to its end, and then nobody has anything left to say or to keep. */
function settle({ cluster }: Sending): void {
  cluster.runUntilConverged(cluster.now + LIMIT_MS, 200);
  cluster.network.conditions = { ...cluster.network.conditions, loss: 0, burstsPerSecond: 0 };
  cluster.runFor(10_000);
  cluster.runCalm(10_000);
}

describe('files of every edge', () => {
  /** The symbol of a room is what the member with the smallest datagrams takes. */
  const symbolBytesOf = ({ cluster }: Sending): number =>
    Math.min(...cluster.nodes.map((node) => node.datagramBytesMax)) - DATA_HEADER_BYTES;
  const sizesAround = (symbol: number): readonly number[] =>
    [
      0,
      1,
      2,
      // Of the plain bytes, and of what is coded, which is a tag longer.
      ...[symbol, symbol - TAG_BYTES, 2 * symbol].flatMap((size) => [size - 1, size, size + 1]),
      ...[BLOCK_BYTES, BLOCK_BYTES - TAG_BYTES].flatMap((size) => [size - 1, size, size + 1]),
      2 * BLOCK_BYTES + 1,
    ].toSorted((a, b) => a - b);

  for (const loss of [0, 0.3]) {
    test(`at a loss of ${100 * loss} % in every direction`, { timeout: 60_000 }, () => {
      const run = sending({ conditions: { loss } });
      const sizes = sizesAround(symbolBytesOf(run));
      for (const size of sizes) run.offer(0, `${size}`, size);
      for (const size of sizes) run.untilDone(`${size}`, [1, 2, 3], LIMIT_MS);
      settle(run);
    });
  }
});

test('what a file costs the network is told while it goes, and whole at its end', () => {
  const run = sending({ conditions: { loss: 0.05 } });
  run.offer(0, 'film', 5 * MB);
  run.untilDone('film', [1, 2, 3], LIMIT_MS);
  const told = run.events(0, 'transfer-cost').map(({ wireBytes }) => wireBytes);
  expect(told.length).toBeGreaterThan(1);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  // The symbols that the author sent, and the little that goes with them; far less than to three one by one.
  const last = told.at(-1) ?? 0;
  expect(last).toBeGreaterThanOrEqual(run.symbolBytesSent[0] ?? 0);
  expect(last).toBeLessThan(1.02 * (run.symbolBytesSent[0] ?? 0));
  expect(last).toBeLessThan(7 * MB);
  settle(run);
});

describe('losses that come in bursts', () => {
  test(
    'of 50 ms, several a second on each way, beside other loss and reordering',
    { timeout: 60_000 },
    () => {
      const run = sending({ conditions: { loss: 0.02, burstsPerSecond: 4, reorder: 0.02 } });
      run.offer(0, 'burst', 6 * MB);
      run.untilDone('burst', [1, 2, 3], LIMIT_MS);
      settle(run);
    },
  );
});

describe('radio that fades for ten packets now and then', () => {
  /** Gilbert's model (Bell System Technical Journal 39, 1960): each way to a receiver is good or bad, and changes by chance. */
  function fade(run: Sending, lost: number, burstPackets: number): void {
    const network = run.cluster.network as unknown as {
      carry(from: unknown, to: { readonly index: number }, delayMs: number, bytes: Uint8Array): void;
    };
    const carry = network.carry.bind(network);
    const random = seededRandom(1);
    const isBad = new Map<number, boolean>();
    network.carry = (from, to, delayMs, bytes) => {
      if (from === to || bytes.length < 1000) return carry(from, to, delayMs, bytes);
      const ends = random.next() < 1 / burstPackets;
      const begins = random.next() < lost / (1 - lost) / burstPackets;
      isBad.set(to.index, isBad.get(to.index) === true ? !ends : begins);
      return isBad.get(to.index) === true ? undefined : carry(from, to, delayMs, bytes);
    };
  }

  test('is not mistaken for a link that is full', { timeout: 60_000 }, () => {
    const worstMs = [1, 2, 3, 4, 5].map((seed) => {
      const run = sending({ conditions: { megabitsPerSecond: 100 }, seed });
      fade(run, 0.12, 10);
      run.offer(0, 'file', 8 * MB);
      return run.untilDone('file', [1, 2, 3], LIMIT_MS);
    });
    // By chance the same loss takes 900 ms; taken for congestion it took 6 s.
    expect(Math.max(...worstMs)).toBeLessThan(3500);
  });
});

describe('several senders at once', () => {
  test('each of four sends to the three others, at 30 % loss', { timeout: 60_000 }, () => {
    const run = sending({ conditions: { loss: 0.3 } });
    for (const from of [0, 1, 2, 3]) run.offer(from, `of ${from}`, 2 * MB + from);
    for (const from of [0, 1, 2, 3])
      run.untilDone(
        `of ${from}`,
        [0, 1, 2, 3].filter((index) => index !== from),
        LIMIT_MS,
      );
    settle(run);
  });
});

describe('receivers in trouble', () => {
  const SIZE = 8 * MB;
  /** How long two of the three others need when `trouble` befalls the last one after 200 ms. */
  function timeOthers(trouble: (run: Sending) => void): { readonly run: Sending; readonly tookMs: number } {
    const run = sending({ conditions: { loss: 0.05 } });
    run.cluster.queue.after(200, () => trouble(run));
    run.offer(0, 'file', SIZE);
    return { run, tookMs: run.untilDone('file', [1, 2], LIMIT_MS) };
  }
  const undisturbedMs = timeOthers(() => undefined).tookMs;
  /** Eight polls that nobody answers, and 800 ms. */
  const STALL_MS_MAX = 2500;

  test('one that stands still is left behind, and gets the file when it goes on', { timeout: 60_000 }, () => {
    const { run, tookMs } = timeOthers(({ cluster }) => cluster.nodes[3]!.stop());
    expect(tookMs).toBeLessThan(undisturbedMs + STALL_MS_MAX);
    run.cluster.runFor(4000);
    run.cluster.nodes[3]!.continue();
    run.untilDone('file', [1, 2, 3], LIMIT_MS);
    settle(run);
  });

  test(
    'one that its sender lost sight of is served again while another one is still at it',
    { timeout: 60_000 },
    () => {
      const run = sending({ memberCount: 3, conditions: { megabitsPerSecond: 1000 }, checkers: [] });
      // Whoever is polled all the time writes a block in eight seconds.
      run.cluster.nodes[2]!.disk.conditions = { accessMs: 8000, megabytesPerSecond: 1 };
      run.offer(0, 'file', 60 * MB);
      run.cluster.runFor(100);
      const { network } = run.cluster;
      network.setCut(1, 0, true);
      run.cluster.runFor(12_000);
      expect(run.events(0, 'transfer-failed').map(({ reason }) => reason)).toEqual(['member-left']);
      network.setCut(1, 0, false);
      run.untilDone('file', [1], 15_000);
      expect(run.has('file', 2)).toBe(false);
    },
  );

  test('one that crashes costs the others a moment', { timeout: 60_000 }, () => {
    const { run, tookMs } = timeOthers(({ cluster }) => {
      cluster.nodes[3]!.isDead = true;
      cluster.nodes[3]!.crash();
    });
    expect(tookMs).toBeLessThan(undisturbedMs + STALL_MS_MAX);
    settle(run);
  });

  test('one whose disk hangs holds the others up for a moment only', { timeout: 60_000 }, () => {
    const hung = { accessMs: 1e9, megabytesPerSecond: 1 };
    const run = sending({ conditions: { megabitsPerSecond: 1000 }, checkers: [] });
    run.cluster.queue.after(100, () => void (run.cluster.nodes[3]!.disk.conditions = hung));
    run.offer(0, 'file', 60 * MB);
    expect(run.untilDone('file', [1, 2], LIMIT_MS)).toBeLessThan(5000);
  });

  test('one with a slow disk sets the pace and loses nothing', { timeout: 60_000 }, () => {
    const { run } = timeOthers(({ cluster }) => void (cluster.nodes[3]!.disk.conditions = SLOW_DISK));
    run.untilDone('file', [1, 2, 3], LIMIT_MS);
    // What its disk had no time for was not sent again and again.
    expect(run.symbolBytesSent[0]).toBeLessThan(1.3 * SIZE);
    settle(run);
  });
});
