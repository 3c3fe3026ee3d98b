import { describe, expect, test } from 'vitest';
import type { MemberId, RoomId, TransferId } from '../../base/ids.ts';
import type { Context } from '../context.ts';
import { ASK_QUIET_COUNT, ASK_ROUNDS_MAX, ASK_WINDOW_MS, BLOCK_BYTES } from '../limits.ts';
import { createReferenceKernel } from '../fec/reference.ts';
import { decodeAsk } from '../wire/ask.ts';
import type { AskFrame, Need } from '../wire/ask.ts';
import { ManyFeedback } from './feedback-many.ts';
import type { ManyHost } from './feedback-many.ts';
import type { FileOffer } from './file.ts';
import { OpenBlock } from './open-block.ts';
import { Receivers } from './receivers.ts';
import { SignedQueue } from './signed-queue.ts';
import type { SourcePort } from './source-port.ts';

const room = 'ab'.repeat(16) as RoomId;
const transfer = 'cd'.repeat(16) as unknown as TransferId;
const nameOf = (index: number): MemberId => index.toString(16).padStart(8, '0').padEnd(32, '0') as MemberId;
const SYMBOL_BYTES = 1460;
/** Window and slack. */
const ROUND_MS = ASK_WINDOW_MS + 20;

/** A sender with one open block, and a hundred members that want it. */
class Bench implements ManyHost {
  readonly counts: string[] = [];
  readonly context = {
    emit: () => undefined,
    count: (what: string) => void this.counts.push(what),
  } as unknown as Context;
  readonly offer = { id: transfer, room, blockCount: 10 } as FileOffer;
  readonly stream = { id: transfer, tag: 0, server: nameOf(0) };
  readonly receivers = new Receivers(this.context, this.offer);
  readonly source = { nextBlock: 5, pageOf: () => undefined, root: undefined } as unknown as SourcePort;
  readonly open = new Map<number, OpenBlock>();
  readonly small = new SignedQueue(this.context, this.offer, this.stream);
  readonly pace = { bytesPerMs: 10_000, reportIntervalMs: () => 1e9, forget: () => undefined };
  readonly many: ManyFeedback;
  readonly block: OpenBlock;
  now = 0;
  closed = false;

  constructor(fresh = true) {
    for (let index = 1; index <= 100; index++) this.receivers.admit(0, nameOf(index)).state = 'wanted';
    const coding = {
      kernel: createReferenceKernel(),
      transferTag: 1,
      groupCount: 1 as const,
      firstRepair: 0,
      epoch: 0,
    };
    this.block = new OpenBlock(4, new Uint8Array(BLOCK_BYTES), SYMBOL_BYTES, coding, fresh);
    this.open.set(4, this.block);
    this.many = new ManyFeedback(0, this);
    this.send();
  }

  startRepair(block: OpenBlock): void {
    block.startRepair(() => 0);
  }
  reportLoss(): void {}
  close(_now: number, block: OpenBlock): void {
    this.closed = true;
    this.open.delete(block.index);
  }
  isFinal(): boolean {
    return false;
  }

  /** Sends what is to be sent of the block, and returns how many symbols that were. */
  send(): number {
    let count = 0;
    while (this.block.phase === 'sending') if (this.block.nextSymbol() !== undefined) count++;
    return count;
  }

  /** One ask, these reports, and the end of its window: what was sent because of it. */
  round(reports: readonly { readonly from: MemberId; readonly deficit: number }[]): number {
    this.many.run(this.now);
    const ask = this.lastAsk();
    for (const { from, deficit } of reports) {
      const need: Need = { block: 4, kind: 'symbols', deficits: [deficit] };
      const frame = { type: 'report', transfer, member: from, ask: ask?.ask ?? 0, needs: [need] } as const;
      this.many.handleReport(this.now + 1, frame);
    }
    this.now = Math.max(this.now + ROUND_MS, this.block.phase === 'polled' ? this.block.answerBy : 0);
    this.many.run(this.now);
    this.lastAsk();
    return this.send();
  }

  asked: AskFrame | undefined;
  lastAsk(): AskFrame | undefined {
    for (let frame = this.small.shift(); frame !== undefined; frame = this.small.shift())
      this.asked = decodeAsk(frame) ?? this.asked;
    return this.asked;
  }
}

const lone = (deficit: number) => [{ from: nameOf(1), deficit }];

describe('the feedback of many', () => {
  test('a block that nobody lacks is closed after quiet asks, and not before', () => {
    const bench = new Bench();
    for (let round = 1; round < ASK_QUIET_COUNT; round++) bench.round([]);
    expect(bench.closed).toBe(false);
    bench.round([]);
    expect(bench.closed).toBe(true);
  });

  test('is sent what the worst report says, once', () => {
    const bench = new Bench();
    const sent = bench.round([
      { from: nameOf(1), deficit: 3 },
      { from: nameOf(2), deficit: 9 },
      { from: nameOf(3), deficit: 9 },
    ]);
    expect(sent).toBe(9);
    expect(bench.round([])).toBe(0);
    expect(bench.closed).toBe(false);
  });

  test('a report starts the count of quiet asks anew', () => {
    const bench = new Bench();
    for (let round = 1; round < ASK_QUIET_COUNT; round++) bench.round([]);
    bench.round(lone(1));
    for (let round = 1; round < ASK_QUIET_COUNT; round++) bench.round([]);
    expect(bench.closed).toBe(false);
  });

  test('an inflated report costs a block at most, as plain symbols', () => {
    const bench = new Bench();
    expect(bench.round(lone(0xffff))).toBe(bench.block.symbolCount);
  });

  test('who asks for everything again and again is cut off and named, and then covers nobody', () => {
    const bench = new Bench();
    // One block is saved up, one may be owed.
    for (let round = 0; round < 3; round++) bench.round(lone(0xffff));
    expect(bench.counts).toContain('repair-budget');
    bench.many.run(bench.now);
    expect(bench.lastAsk()?.muted).toEqual([nameOf(1).slice(0, 8)]);
    // An honest member is served meanwhile; the block is not kept open by the liar.
    const sent = bench.round([...lone(0xffff), { from: nameOf(2), deficit: 2 }]);
    expect(sent).toBe(2);
  });

  test('many invented names share one budget, and in the end nobody relies on a report', () => {
    const bench = new Bench();
    let sent = 0;
    for (let round = 0; round < 100 && bench.asked?.alone !== true; round++)
      // Two bear each other out, as two honest members would.
      sent += bench.round([
        { from: nameOf(1000 + round), deficit: 0xffff },
        { from: nameOf(2000 + round), deficit: 0xffff },
      ]);
    // One block was saved up, one is owed.
    expect(sent).toBe(2 * bench.block.symbolCount);
    expect(bench.asked).toMatchObject({ alone: true, muted: [] });
    expect(bench.round([{ from: nameOf(7), deficit: 5 }])).toBe(5);
  });

  test('a liar can keep a block open for so many rounds and no more', () => {
    const bench = new Bench(false);
    let rounds = 0;
    while (!bench.closed && rounds < 1000) {
      bench.round(lone(0xffff));
      rounds++;
    }
    expect(rounds).toBeLessThanOrEqual(ASK_ROUNDS_MAX + 1);
  });

  test('an answer to an ask that is over does not count', () => {
    const bench = new Bench();
    bench.round([]);
    const stale = (bench.asked?.ask ?? 0) - 1;
    bench.many.run(bench.now);
    const need: Need = { block: 4, kind: 'symbols', deficits: [7] };
    bench.many.handleReport(bench.now, {
      type: 'report',
      transfer,
      member: nameOf(1),
      ask: stale,
      needs: [need],
    });
    bench.now += ROUND_MS;
    bench.many.run(bench.now);
    expect(bench.send()).toBe(0);
  });
});
