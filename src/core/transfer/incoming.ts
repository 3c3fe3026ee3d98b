/**
 * One incoming file (protocol.md §7). Symbols fill blocks in memory, whoever sends them (`feeds.ts`); a full block is
 * opened, checked against the signed page, written, and only then reported as written. The file gets its name when every
 * block is written and the signed root fits. At most RECEIVE_BLOCKS_MAX blocks are in memory; what does not fit is asked
 * for again later. Where nobody serves it, it waits, without memory, for somebody who does; what is written stays.
 */
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, TransferId } from '../../base/ids.ts';
import type { DiskFault, TransferFailure, TransferWait } from '../api.ts';
import type { Context } from '../context.ts';
import { STALLED_AFTER_MS, WAITING_AFTER_MS } from '../limits.ts';
import type { Roster } from '../membership/roster.ts';
import type { DataFrame } from '../wire/data.ts';
import type { HaveState } from '../wire/have.ts';
import type { HoldFrame } from '../wire/hold.ts';
import type { PageFrame, RootFrame } from '../wire/page.ts';
import type { SymbolsFrame } from '../wire/symbols.ts';
import type { Assembly } from './assembly.ts';
import { Bitset } from './bitset.ts';
import { BlockOpening } from './block-opening.ts';
import type { OpenedFile } from './block-opening.ts';
import { BlockTable } from './block-table.ts';
import type { FedFile, Feed } from './feed.ts';
import { Feeds } from './feeds.ts';
import { FOR_GOOD, REOFFERABLE } from './incoming-state.ts';
import type { IncomingBefore, IncomingHost, IncomingState } from './incoming-state.ts';
import { FileIndex } from './file-index.ts';
import type { FileOffer } from './file.ts';
import type { HeldBlocks } from './held-source.ts';
import { Holding } from './holding.ts';
import { Hope } from './hope.ts';
import type { HeldFile } from './holding.ts';
import type { JobQueue } from './jobs.ts';
import { Progress } from './progress.ts';
import type { TransferKeys } from './transfer-keys.ts';

/** How long a complete transfer still answers polls of a sender that missed the news. */
const LINGER_MS = 4000;
const CHECK_MS = 1000;
export class Incoming implements FedFile, HeldFile, HeldBlocks, OpenedFile {
  readonly offer: FileOffer;
  readonly isAuthor = false;
  state: IncomingState = 'offered';
  private readonly context: Context;
  private readonly host: IncomingHost;
  private readonly opening: BlockOpening;
  private readonly table: BlockTable;
  private readonly roster: Roster;
  readonly blocks: ReadonlyMap<number, Assembly>;
  readonly feeds: Feeds;
  readonly holding: Holding;
  written: Bitset = new Bitset(0);
  readonly index: FileIndex;
  private readonly hope: Hope;
  private isWaiting = false;
  /** When something of use came last. */
  private newsAt: number;
  private wroteAt = -Infinity;
  private checkAt = Infinity;
  private lingerUntil = Infinity;
  private isCaught = false;
  /** It was over, and its author asked for it once more. */
  private isAsked = false;
  private isEnded = false;
  private readonly progress: Progress;
  failReason: TransferFailure = 'cancelled-by-receiver';

  constructor(
    now: number,
    offer: FileOffer,
    context: Context,
    roster: Roster,
    jobs: JobQueue,
    keys: TransferKeys,
    host: IncomingHost,
  ) {
    this.offer = offer;
    this.context = context;
    this.roster = roster;
    this.newsAt = now;
    this.host = host;
    this.index = new FileIndex(offer, context);
    this.table = new BlockTable(context, offer, keys);
    this.blocks = this.table.all;
    this.hope = new Hope(context, this);
    this.progress = new Progress(context, offer);
    this.opening = new BlockOpening(context, jobs, this.table, this);
    this.feeds = new Feeds(this, context, roster, keys, host);
    this.holding = new Holding(context, roster, this, {
      openStream: (at) => host.openStream(at, this),
      closeStream: (stream) => host.closeStream(stream),
    });
  }

  // ---- decisions

  /** Whoever calls has a slot for it. */
  start(now: number): void {
    this.state = 'receiving';
    this.isWaiting = false;
    this.newsAt = now;
    this.wroteAt = now;
    this.checkAt = now + CHECK_MS;
    if (this.written.size !== this.offer.blockCount) this.written = new Bitset(this.offer.blockCount);
    this.index.open();
    this.hope.begin(now);
    this.emitSubscription('subscribe');
    this.feeds.start(now);
    this.holding.begin(now);
    this.maybeFinish(now);
  }

  /** Goes on where an earlier process was. */
  restore(now: number, before: IncomingBefore, isPaused: boolean): void {
    const { blockCount } = this.offer;
    this.written = new Bitset(blockCount, before.state === 'complete');
    this.written.union(before.written);
    this.index.restore(before.pages, before.root);
    if (before.state === 'complete') {
      this.state = 'complete';
      this.holding.begin(now);
      return;
    }
    this.state = before.state === 'offered' ? 'declined' : isPaused ? 'paused' : 'queued';
    if (before.state === 'offered') this.reoffer(now);
  }

  decline(now: number): void {
    this.state = 'declined';
    this.feeds.decide(now);
  }

  pause(now: number): void {
    if (this.state === 'queued') this.state = 'paused';
    if (this.state !== 'receiving') return;
    this.state = 'paused';
    this.emitSubscription('unsubscribe');
    this.table.dropFilling();
    this.checkAt = Infinity;
    this.feeds.decide(now);
    this.holding.changed(now);
  }
  unpause(): void {
    if (this.state === 'paused') this.state = 'queued';
  }
  /** What failed goes on with what was written; what was declined is taken after all. */
  retry(): void {
    if (REOFFERABLE.has(this.state) && !this.isEnded) this.state = 'queued';
  }

  /** Its author asks for it once more, and is told how it stands. True where it is over, and whoever runs us decides. */
  askedAgain(now: number): boolean {
    if (this.state === 'offered') this.isAsked = true;
    this.feeds.answerAuthor(now);
    return REOFFERABLE.has(this.state) && !this.isEnded;
  }
  /** Whoever is there is asked once more. */
  reoffer(now: number): void {
    if (!REOFFERABLE.has(this.state) || this.isEnded) return;
    this.state = 'offered';
    this.isAsked = true;
    this.feeds.decide(now);
  }

  /** Ends it without a file. `tell`: the sender does not know yet. */
  fail(now: number, reason: TransferFailure, tell: boolean): void {
    if (this.isOver()) return;
    const had = this.state;
    this.state = 'failed';
    this.failReason = reason;
    if (had === 'receiving' || had === 'finishing') this.emitSubscription('unsubscribe');
    const isForGood = FOR_GOOD.has(reason);
    if (had !== 'offered' && (had !== 'queued' || this.written.count > 0))
      this.context.emit({ type: isForGood ? 'discard-file' : 'suspend-file', transfer: this.offer.id });
    if (isForGood) this.forgetWritten();
    this.context.emit({ type: 'transfer-failed', room: this.offer.room, transfer: this.offer.id, reason });
    this.release();
    if (tell) this.feeds.decide(now);
    else this.feeds.stop();
    this.holding.changed(now);
  }

  /** Its author has ended it: nobody gets it from us any more. */
  end(now: number, reason: TransferFailure): void {
    this.isEnded = true;
    this.fail(now, reason, false);
    this.holding.stop();
  }

  isOver(): boolean {
    return this.state === 'complete' || this.state === 'failed' || this.state === 'declined';
  }
  /** It holds blocks, a file or a group. */
  isActive(): boolean {
    return (this.state === 'receiving' && !this.isWaiting) || this.state === 'finishing';
  }
  get isReceiving(): boolean {
    return this.state === 'receiving';
  }
  get isTaking(): boolean {
    return this.state === 'receiving' && !this.isWaiting;
  }
  get hasDecided(): boolean {
    return this.state === 'offered' ? this.isAsked : this.state !== 'queued';
  }
  get told(): HaveState {
    if (this.state === 'paused') return 'paused';
    if (this.state === 'offered') return 'asked';
    return this.isOver() ? (this.state as HaveState) : 'wanted';
  }
  blocksHeld(): number {
    return this.blocks.size;
  }

  // ---- among holders (protocol.md §7.11)

  get isComplete(): boolean {
    return this.state === 'complete';
  }
  get mayServe(): boolean {
    // Where our way out is narrower than those were that its symbols were made for, they leave in pieces (way-out.ts).
    if (this.isEnded) return false;
    return this.state === 'receiving' || this.state === 'finishing' || this.state === 'complete';
  }
  isMine(block: number): boolean {
    return this.written.has(block) && this.holding.isMine(block);
  }
  get windowBlocks(): number {
    return this.holding.holders.windowBlocks;
  }
  wants(now: number): boolean {
    if (this.state !== 'receiving') return false;
    return !this.feeds.isServedByAuthor(now) || now - this.wroteAt >= STALLED_AFTER_MS;
  }
  heard(now: number, hold: HoldFrame): void {
    const isWanted = this.state === 'receiving' || this.state === 'finishing';
    if (hold.member === this.offer.author) {
      if (hold.serving) this.feeds.authorServes(now, hold.incarnation);
    } else if (!hold.serving) this.feeds.close(hold.member);
    else if (isWanted) this.feeds.open(now, hold.member);
  }

  // ---- frames

  takeSymbol(now: number, frame: DataFrame): boolean {
    if (frame.block >= this.offer.blockCount || this.written.has(frame.block)) return false;
    const block = this.table.at(now, frame.block, frame.epoch);
    if (block === undefined) return false;
    block.touchedAt = now;
    const isNew =
      frame.type === 'data'
        ? block.addSource(frame.symbol, frame.payload, this.context.crypto.sha256)
        : block.addRepair(frame.symbol, frame.payload);
    if (!isNew) return false;
    this.newsAt = now;
    this.opening.advance(frame.block, block);
    return true;
  }

  handlePage(now: number, page: PageFrame, datagram: Bytes): void {
    if (this.state !== 'receiving' || !this.index.takePage(page, datagram)) return;
    this.newsAt = now;
    this.hope.touch(now);
    for (const [index, block] of this.blocks) this.opening.advance(index, block);
    this.maybeFinish(now);
  }

  handleRoot(now: number, root: RootFrame, datagram: Bytes): void {
    if (this.state !== 'receiving' || !this.index.takeRoot(root, datagram)) return;
    this.newsAt = now;
    this.maybeFinish(now);
  }

  takeSymbols(now: number, feed: Feed, symbols: SymbolsFrame): void {
    const block = this.table.at(now, symbols.block, symbols.epoch);
    if (block === undefined || !this.feeds.mayVouch(now, feed, block)) return;
    this.newsAt = now;
    block.vouchedBy = feed.stream.id;
    block.learnHashes(symbols.first, symbols.hashes, this.context.crypto.sha256);
    this.opening.advance(symbols.block, block);
  }

  /** A server speaks. */
  served(now: number): void {
    if (this.state !== 'receiving' || !this.isWaiting || !this.host.hasSlot()) return;
    this.isWaiting = false;
    this.newsAt = now;
    this.checkAt = now + CHECK_MS;
  }
  /** A server speaks, and we have all of it. */
  linger(now: number): void {
    if (this.lingerUntil < Infinity) this.lingerUntil = now + LINGER_MS;
  }

  // ---- the disk

  blockWritten(now: number, index: number, fault: DiskFault | undefined): void {
    const block = this.blocks.get(index);
    if (this.state !== 'receiving' && this.state !== 'paused') return;
    if (block?.phase !== 'writing') return;
    if (block.plaintext !== undefined) this.context.buffers.give(block.plaintext);
    if (fault !== undefined) return this.fail(now, fault, true);
    this.table.all.delete(index);
    this.written.add(index);
    this.progressed(now);
  }

  /** In an earlier copy of the folder. */
  blocksFound(now: number, found: readonly number[], missing: readonly number[] | 'rest'): void {
    if (this.state !== 'receiving' && this.state !== 'paused') return;
    this.hope.take(found, (index) => this.table.drop(index));
    this.hope.decided(now, found, missing);
    this.progressed(now);
  }

  private progressed(now: number): void {
    this.wroteAt = now;
    this.newsAt = now;
    this.holding.wrote();
    this.progress.report(now, this.written.count);
    this.maybeFinish(now);
  }

  fileFinished(now: number, fault: DiskFault | undefined): void {
    if (this.state !== 'finishing') return;
    if (fault !== undefined) return this.fail(now, fault, true);
    this.state = 'complete';
    this.context.emit({ type: 'transfer-done', room: this.offer.room, transfer: this.offer.id });
    this.lingerUntil = now + LINGER_MS;
    this.feeds.decide(now);
    this.release();
    this.holding.changed(now);
  }

  // ---- members

  memberJoined(now: number, id: MemberId): void {
    if (id === this.offer.author) this.feeds.authorBack(now);
    else this.feeds.close(id);
    // What an earlier process of it said may not hold any more.
    this.holding.memberGone(now, id);
    this.holding.memberJoined(now);
  }
  memberGone(now: number, id: MemberId): void {
    if (id === this.offer.author) this.feeds.authorLost();
    else this.feeds.close(id);
    this.holding.memberGone(now, id);
  }

  /** Members or epochs of a private room changed. */
  roomChanged(now: number, isMember: (id: MemberId) => boolean): void {
    if (!isMember(this.offer.author)) return this.end(now, 'removed');
    this.table.dropForgotten();
  }

  // ---- time

  nextTimeout(): number {
    const linger = this.state === 'complete' ? this.lingerUntil : Infinity;
    const { until } = this.hope;
    return Math.min(this.feeds.nextTimeout(), this.holding.nextTimeout(), this.checkAt, linger, until);
  }

  handleTimeout(now: number): void {
    this.feeds.handleTimeout(now);
    if (this.holding.nextTimeout() <= now) this.holding.handleTimeout(now);
    if (this.checkAt <= now) this.check(now);
    if (this.hope.until <= now) this.hope.end();
    if (this.state === 'complete' && this.lingerUntil <= now) {
      this.lingerUntil = Infinity;
      this.emitSubscription('unsubscribe');
      this.feeds.closeHeld();
    }
  }

  /** Leaves the bulk group at once, for the end of the room. What is written is kept for the next time. */
  close(): void {
    const { state } = this;
    const isLingering = state === 'complete' && this.lingerUntil < Infinity;
    if (state === 'receiving' || state === 'finishing' || isLingering) this.emitSubscription('unsubscribe');
    if (state === 'receiving' || state === 'paused' || state === 'finishing')
      this.context.emit({ type: 'suspend-file', transfer: this.offer.id });
    this.release();
    this.feeds.stop();
    this.feeds.closeAll();
    this.holding.stop();
  }

  // ---- inside

  isHere(block: number): boolean {
    return (
      this.written.has(block) ||
      this.hope.has(block) ||
      (this.blocks.get(block)?.phase ?? 'filling') !== 'filling'
    );
  }
  get hasRoot(): boolean {
    return this.index.root !== undefined;
  }
  get hashes(): readonly (Bytes | undefined)[] {
    return this.index.hashes;
  }
  codeOf(block: number): ReturnType<BlockTable['codeOf']> {
    return this.table.codeOf(block);
  }

  hashOf(block: number): Bytes | undefined {
    return this.index.hashes[block];
  }
  caught(stream: TransferId | undefined): void {
    if (stream === this.offer.id) this.isCaught = true;
    else {
      this.feeds.ban(stream);
      this.context.count('holder-dropped');
    }
  }

  /** True where the sender signed things that do not fit together. */
  isHopeless(): boolean {
    return this.state === 'receiving' && this.isCaught;
  }

  private maybeFinish(now: number): void {
    if (this.state !== 'receiving' || this.written.count < this.offer.blockCount) return;
    if (!this.index.isWhole()) return;
    if (!this.index.fits()) return this.fail(now, 'corrupt', true);
    this.state = 'finishing';
    this.isWaiting = false;
    this.checkAt = Infinity;
    this.context.emit({ type: 'finish-file', transfer: this.offer.id });
  }

  /** Where nothing comes in any more, others may have the memory. */
  private check(now: number): void {
    this.checkAt = now + CHECK_MS;
    this.table.dropVouched((stream, block) => {
      const server = this.feeds.serverOf(stream);
      return server !== undefined && server === this.holding.holders.serverOf(block);
    });
    const isServed = this.feeds.isServed(now);
    if (now - this.newsAt < (isServed ? STALLED_AFTER_MS : WAITING_AFTER_MS)) return;
    // Only the disk is waited for.
    for (const { phase } of this.blocks.values()) if (phase === 'writing') return;
    this.checkAt = Infinity;
    this.isWaiting = true;
    this.table.dropFilling();
    const isHeldBack = this.holding.holders.isHeldBack(now);
    const reason: TransferWait = isServed ? 'stalled' : isHeldBack ? 'sender-paused' : 'sender-gone';
    const { room, id: transfer } = this.offer;
    this.context.emit({ type: 'transfer-waiting', room, transfer, reason });
  }

  private emitSubscription(type: 'subscribe' | 'unsubscribe'): void {
    this.context.emit({ type, to: { kind: 'bulk', room: this.offer.room, slot: this.offer.slot } });
  }

  private forgetWritten(): void {
    this.written = new Bitset(0);
    this.index.clear();
  }

  private release(): void {
    this.hope.end();
    this.table.all.clear();
    this.feeds.release();
    this.checkAt = Infinity;
    if (this.state === 'complete') this.index.close();
  }
}
