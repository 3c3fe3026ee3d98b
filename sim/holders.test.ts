/** Files that outlive their sender (protocol.md §7.11): who serves them then, that nobody does so twice, and who lies. */
import { describe, expect, test } from 'vitest';
import type { TransferId } from '../src/base/ids.ts';
import type { PeerApi, PeerConfig } from '../src/core/api.ts';
import { Peer } from '../src/core/peer.ts';
import { fileBytesChecker } from './checkers/file-bytes.ts';
import { honestSuccessChecker } from './checkers/honest-success.ts';
import type { SimNode } from './node.ts';
import { ROOM, Sending } from './sending.testkit.ts';

const MIB = 2 ** 20;
const LIMIT_MS = 60_000;

const realPeer = (config: PeerConfig): PeerApi => new Peer(config);
const together = (memberCount: number, loss = 0, createPeer = realPeer): Sending =>
  new Sending({
    memberCount,
    conditions: { loss },
    checkers: [fileBytesChecker, honestSuccessChecker],
    realPeer,
    createPeer: (_index, config) => createPeer(config),
  });

const nodeOf = (run: Sending, index: number): SimNode => run.cluster.nodes[index] as SimNode;
const transferIn = (run: Sending): TransferId => [...run.cluster.ledger.transfers.keys()][0] as TransferId;
const written = (run: Sending, index: number): number =>
  nodeOf(run, index).fileServer.files.get(transferIn(run))?.blocks.size ?? 0;

/** Every block is on the disks of two others than its author. */
function everyBlockTwice(run: Sending, others: readonly number[], blockCount: number): boolean {
  const files = others.map((index) => nodeOf(run, index).fileServer.files);
  return Array.from({ length: blockCount }, (_, block) => block).every(
    (block) => files.filter((one) => one.has(transferIn(run), block)).length >= 2,
  );
}
function until(run: Sending, condition: () => boolean, what: string, limitMs = LIMIT_MS): number {
  const start = run.cluster.now;
  while (!condition()) {
    if (run.cluster.now - start > limitMs) throw new Error(`not ${what} after ${limitMs} ms`);
    run.cluster.runFor(10);
  }
  return run.cluster.now - start;
}
const hasAll = (run: Sending, indices: readonly number[]): boolean =>
  indices.every((index) => run.has('file', index));
const done = (run: Sending, indices: readonly number[]): number =>
  until(run, () => hasAll(run, indices), `done at ${indices.join(', ')}`);

/** Members whose disks take their time end up with different parts of a file. */
function differingDisks(run: Sending, indices: readonly number[]): void {
  for (const index of indices)
    nodeOf(run, index).disk.conditions = { accessMs: 4 * index, megabytesPerSecond: 5 + 3 * index };
}

describe('the author dies in the middle', { timeout: 120_000 }, () => {
  test.each([0, 0.05, 0.2])('and those who have its blocks complete each other; loss %d', (loss) => {
    const run = together(6, loss);
    differingDisks(run, [1, 2, 3]);
    run.offer(0, 'file', 20 * MIB);
    until(run, () => everyBlockTwice(run, [1, 2, 3, 4, 5], 20), 'twice');
    nodeOf(run, 0).crash();
    done(run, [1, 2, 3, 4, 5]);
  });

  test('and what nobody else has is waited for, until it is back with its source', () => {
    const run = together(3, 0.05);
    run.offer(0, 'file', 30 * MIB);
    until(run, () => written(run, 1) > 5 && written(run, 2) > 5, 'begun');
    nodeOf(run, 0).crash();
    run.cluster.runFor(20_000);
    expect(run.events(1, 'transfer-waiting')).toMatchObject([{ reason: 'sender-gone' }]);
    expect(run.events(1, 'transfer-failed')).toEqual([]);
    const before = run.symbolBytesSent[0] as number;
    const lacking = 30 - Math.max(written(run, 1), written(run, 2));
    nodeOf(run, 0).start();
    done(run, [1, 2]);
    // The rest of it, and what one of the two lacked alone.
    expect((run.symbolBytesSent[0] as number) - before).toBeLessThan((lacking + 12) * MIB * 1.2);
    until(run, () => run.isKnown('file', 1) && run.isKnown('file', 2), 'known to its author');
  });

  test('as does a member that leaves with a word: the others go on at once', () => {
    const run = together(4, 0.05);
    run.offer(0, 'file', 30 * MIB);
    until(run, () => everyBlockTwice(run, [1, 2, 3], 30), 'twice');
    nodeOf(run, 0).end();
    expect(done(run, [1, 2, 3])).toBeLessThan(3000);
  });
});

describe('who comes late', { timeout: 120_000 }, () => {
  test('gets a file from three that have it, and no symbol twice while all of them are alive', () => {
    const run = together(5);
    nodeOf(run, 4).end();
    run.offer(0, 'file', 24 * MIB);
    run.untilDone('file', [1, 2, 3], LIMIT_MS);
    nodeOf(run, 0).end();
    run.cluster.runFor(3000);
    const symbols = new Map<string, number>();
    const servers = new Set<number>();
    run.onSymbol = (index, frame) => {
      servers.add(index);
      const key = `${frame.type} ${frame.block} ${frame.symbol}`;
      symbols.set(key, (symbols.get(key) ?? 0) + 1);
    };
    nodeOf(run, 4).start();
    nodeOf(run, 4).join(ROOM);
    const tookMs = done(run, [4]);
    expect(tookMs).toBeLessThan(10_000);
    expect(servers).toEqual(new Set([1, 2, 3]));
    expect([...symbols.values()].filter((count) => count > 1)).toEqual([]);
    expect(symbols.size).toBeLessThan(24 * 760);
  });

  test('gets it although a holder dies while it serves', () => {
    const run = together(5, 0.05);
    nodeOf(run, 4).end();
    run.offer(0, 'file', 24 * MIB);
    run.untilDone('file', [1, 2, 3], LIMIT_MS);
    nodeOf(run, 0).end();
    nodeOf(run, 4).start();
    nodeOf(run, 4).join(ROOM);
    until(run, () => written(run, 4) > 4, 'begun');
    nodeOf(run, 2).crash();
    done(run, [4]);
  });

  test('is served by the author alone where that is there', () => {
    const run = together(4);
    nodeOf(run, 3).end();
    run.offer(0, 'file', 8 * MIB);
    run.untilDone('file', [1, 2], LIMIT_MS);
    nodeOf(run, 3).start();
    nodeOf(run, 3).join(ROOM);
    done(run, [3]);
    expect(run.symbolBytesSent.slice(1)).toEqual([0, 0, 0]);
  });

  test('twenty of them get it from two holders, whose feedback is that of many', () => {
    const run = together(23, 0.02);
    const late = Array.from({ length: 20 }, (_, i) => 3 + i);
    for (const index of late) nodeOf(run, index).end();
    run.offer(0, 'file', 6 * MIB);
    run.untilDone('file', [1, 2], LIMIT_MS);
    nodeOf(run, 0).end();
    run.cluster.runFor(1000);
    const before = run.symbolBytesSent.reduce((sum, bytes) => sum + bytes);
    for (const index of late) {
      nodeOf(run, index).start();
      nodeOf(run, index).join(ROOM);
    }
    done(run, late);
    // Some come when others have much of it already.
    expect(run.symbolBytesSent.reduce((sum, bytes) => sum + bytes) - before).toBeLessThan(3 * 6 * MIB);
  });
});

describe('who comes back', { timeout: 120_000 }, () => {
  test('fetches only what it lacks', () => {
    const run = together(3, 0.05);
    run.offer(0, 'file', 30 * MIB);
    until(run, () => written(run, 2) >= 20, 'mostly there');
    nodeOf(run, 2).crash();
    run.untilDone('file', [1], LIMIT_MS);
    const before = run.symbolBytesSent[0] as number;
    nodeOf(run, 2).start();
    run.untilDone('file', [2], LIMIT_MS);
    expect((run.symbolBytesSent[0] as number) - before).toBeLessThan(12 * MIB * 1.3);
  });

  test('and failed for want of space fetches the rest when it tries again', () => {
    const run = together(2);
    run.offer(0, 'file', 20 * MIB);
    until(run, () => written(run, 1) >= 10, 'begun');
    nodeOf(run, 1).disk.conditions = { ...nodeOf(run, 1).disk.conditions, writeFault: 'disk-full' };
    until(run, () => run.events(1, 'transfer-failed').length > 0, 'failed');
    nodeOf(run, 1).disk.conditions = { accessMs: 0.3, megabytesPerSecond: 400 };
    run.cluster.runFor(500);
    const before = run.symbolBytesSent[0] as number;
    nodeOf(run, 1).retry(transferIn(run));
    run.untilDone('file', [1], LIMIT_MS);
    expect((run.symbolBytesSent[0] as number) - before).toBeLessThan(14 * MIB);
  });

  test('a receiver that pauses gets nothing until it goes on, and a sender that does sends nothing', () => {
    const run = together(3);
    run.offer(0, 'file', 30 * MIB);
    until(run, () => written(run, 1) >= 3, 'begun');
    nodeOf(run, 1).pause(transferIn(run));
    run.cluster.runFor(50);
    const had = written(run, 1);
    run.untilDone('file', [2], LIMIT_MS);
    expect(written(run, 1)).toBe(had);
    expect(run.events(0, 'transfer-paused')).toHaveLength(1);
    nodeOf(run, 0).pause(transferIn(run));
    nodeOf(run, 2).end();
    nodeOf(run, 1).unpause(transferIn(run));
    const sent = run.symbolBytesSent[0] as number;
    run.cluster.runFor(15_000);
    expect(run.symbolBytesSent[0]).toBe(sent);
    expect(run.events(1, 'transfer-waiting')).toMatchObject([{ reason: 'sender-paused' }]);
    nodeOf(run, 0).unpause(transferIn(run));
    run.untilDone('file', [1], LIMIT_MS);
  });
});

describe('what only its author has', { timeout: 120_000 }, () => {
  test('is told, and is nothing once two others have each block', () => {
    const run = together(3, 0.05);
    run.offer(0, 'file', 40 * MIB);
    run.untilDone('file', [1, 2], LIMIT_MS);
    run.cluster.runFor(100);
    const told = run.events(0, 'transfer-safety').map(({ blocksAtRisk }) => blocksAtRisk);
    expect(told[0]).toBe(40);
    expect(told.at(-1)).toBe(0);
    nodeOf(run, 2).crash();
    until(run, () => run.events(0, 'transfer-safety').at(-1)?.blocksAtRisk === 40, 'at risk again');
  });
});
