/**
 * The sender of one file (protocol.md §7).
 *
 * Theory of operation: blocks are read ahead, hashed, sealed, listed in signed pages, and opened in order inside a
 * window. An open block's symbols go out once; then a poll asks everyone who wants the file what is missing of it, the
 * union of the answers goes out, and so on until every active member has it on its disk. While one block waits for
 * answers the next ones are sent, so the link is never idle for them. A member that stops answering leaves the active
 * set and holds nobody up; when it is back, what it lacks is read again from the source, as for a member that came
 * late. A block is closed only when written, so a slow disk slows the sender and loses nothing.
 */
import type { Bytes } from '../../base/bytes.ts';
import { equalBytes } from '../../base/bytes.ts';
import type { MemberId } from '../../base/ids.ts';
import type { DiskFault, Transmit, TransferFailure } from '../api.ts';
import type { Context } from '../context.ts';
import {
  BLOCK_BYTES,
  PAGE_BLOCKS_SENT_MAX,
  POLL_BLOCKS_MAX,
  POLL_WAIT_MAX_MS,
  POLL_WAIT_MIN_MS,
  PROGRESS_INTERVAL_MS,
  READ_AHEAD_BLOCKS,
  REOPEN_BLOCKS_MAX,
  SEND_WINDOW_BLOCKS,
  STALLED_POLL_MS,
  START_WAIT_MS,
  STATUS_SPREAD_MEMBER_MS,
  TRANSFER_GIVE_UP_MS,
} from '../limits.ts';
import type { Roster } from '../membership/roster.ts';
import type { BulkRate } from '../reliability/rate.ts';
import { encodeData } from '../wire/data.ts';
import type { HaveFrame } from '../wire/have.ts';
import { encodePage, encodeRoot } from '../wire/page.ts';
import { encodePoll } from '../wire/poll.ts';
import type { BlockStatus, StatusFrame } from '../wire/poll.ts';
import { signFrame } from '../wire/signing.ts';
import { Bitset } from './bitset.ts';
import { blockBytes, rootOf } from './file.ts';
import type { FileOffer } from './file.ts';
import { SealJob } from './jobs.ts';
import type { JobQueue } from './jobs.ts';
import { OpenBlock } from './open-block.ts';
import { Receiver } from './receiver.ts';

interface Sealed {
  readonly hash: Bytes;
  readonly sealed: Bytes;
}

/** How long a page or root that was asked for again is not repeated, however many ask. */
const RESEND_HOLDOFF_MS = 15;

export class Outgoing {
  readonly offer: FileOffer;
  private readonly context: Context;
  private readonly roster: Roster;
  private readonly jobs: JobQueue;
  private readonly rate: BulkRate;
  private readonly receivers = new Map<MemberId, Receiver>();
  private readonly hashes: Bytes[] = [];
  private readonly signedPages = new Map<number, Bytes>();
  private signedRoot: Bytes | undefined;
  private readonly open = new Map<number, OpenBlock>();
  /** Sealed for the first time, waiting for their page and a place in the window. */
  private readonly ahead = new Map<number, Sealed>();
  private readonly reading = new Set<number>();
  private readonly reopen = new Set<number>();
  private nextRead = 0;
  private nextOpen = 0;
  private nextPageFirst = 0;
  private readonly startAt: number;
  private started = false;
  private ended = false;
  private readonly small: Bytes[] = [];
  private readonly resentAt = new Map<number, number>();
  private poll = 0;
  private pollAt = Infinity;
  private polledAt = -Infinity;
  private finalWait = POLL_WAIT_MIN_MS;

  constructor(
    now: number,
    offer: FileOffer,
    context: Context,
    roster: Roster,
    jobs: JobQueue,
    rate: BulkRate,
  ) {
    this.offer = offer;
    this.context = context;
    this.roster = roster;
    this.jobs = jobs;
    this.rate = rate;
    this.startAt = now + START_WAIT_MS;
    for (const member of roster.present()) this.receivers.set(member.id, new Receiver(member.id, now));
    if (offer.blockCount === 0) this.signRoot();
    // The first block is made ready while members decide.
    else this.read(0);
  }

  // ---- what members say

  handleHave(now: number, have: HaveFrame): void {
    if (this.ended) return;
    let receiver = this.receivers.get(have.member);
    if (receiver === undefined) {
      receiver = new Receiver(have.member, now);
      this.receivers.set(have.member, receiver);
    }
    if (!receiver.isNewer(have.incarnation, have.counter)) return;
    receiver.heard(now);
    const { id: transfer, room } = this.offer;
    const member = have.member;
    if (have.state === 'wanted' && receiver.state !== 'wanted') {
      receiver.state = 'wanted';
      receiver.progressAt = now;
      this.finalWait = POLL_WAIT_MIN_MS;
      this.context.emit({ type: 'transfer-accepted', room, transfer, member });
    } else if (have.state === 'complete' && receiver.state !== 'complete') {
      receiver.state = 'complete';
      this.context.emit({ type: 'transfer-done', room, transfer, member });
    } else if (have.state === 'declined' || have.state === 'failed') {
      this.fail(receiver, have.state === 'declined' ? 'declined' : have.reason);
    }
    this.pump(now);
  }

  handleStatus(now: number, status: StatusFrame): void {
    const receiver = this.receivers.get(status.member);
    if (this.ended || receiver?.state !== 'wanted') return;
    if (receiver.isStalled(now)) this.pollAt = now;
    receiver.heard(now);
    if (status.written > receiver.written) {
      receiver.written = Math.min(status.written, this.offer.blockCount);
      receiver.progressAt = now;
      this.finalWait = POLL_WAIT_MIN_MS;
    }
    for (const block of status.pageless) this.resendPage(now, block);
    if (status.needsRoot) this.resendRoot(now);
    for (const entry of status.blocks) this.applyStatus(now, receiver.id, status.poll, entry);
    this.noteMissingBlocks(status);
    this.reportProgress(now, receiver);
    this.pump(now);
  }

  memberGone(now: number, id: MemberId, removed: boolean): void {
    const receiver = this.receivers.get(id);
    if (receiver === undefined) return;
    if (receiver.state === 'present' || receiver.state === 'wanted')
      this.fail(receiver, removed ? 'declined' : 'member-left');
    this.pump(now);
  }

  /** Ends it for everyone; the caller has told them by a record. */
  end(reason: TransferFailure): void {
    if (this.ended) return;
    this.ended = true;
    const { id: transfer, room } = this.offer;
    for (const receiver of this.receivers.values())
      if (receiver.state === 'present' || receiver.state === 'wanted') this.fail(receiver, reason);
    this.context.emit({ type: 'transfer-failed', room, transfer, reason });
    this.context.emit({ type: 'release-source', transfer });
    this.open.clear();
    this.ahead.clear();
    this.small.length = 0;
    this.pollAt = Infinity;
  }

  // ---- the source

  /** True where the source failed, so that the transfer has to end with this reason. */
  blockRead(now: number, block: number, bytes: Bytes | DiskFault): DiskFault | undefined {
    if (this.ended || !this.reading.has(block)) return undefined;
    if (typeof bytes === 'string') return bytes;
    if (bytes.length !== blockBytes(this.offer, block)) return 'file-changed';
    this.jobs.add(
      new SealJob(this.context.crypto, this.offer, block, bytes, (hash, sealed) =>
        this.sealed(block, { hash, sealed }),
      ),
    );
    this.pump(now);
    return undefined;
  }

  /** Set by a re-read whose hash differs: the driver of the transfer asks for it after each job. */
  sourceChanged = false;

  private sealed(block: number, result: Sealed): void {
    this.reading.delete(block);
    const known = this.hashes[block];
    if (known === undefined) {
      this.ahead.set(block, result);
      this.signPages();
    } else if (!equalBytes(known, result.hash)) this.sourceChanged = true;
    else if (!this.open.has(block))
      this.open.set(block, new OpenBlock(block, result.sealed, this.offer.symbolBytes, false));
  }

  // ---- what goes out

  /** The next datagram to the bulk group, or undefined where there is nothing to send now. */
  nextDatagram(now: number): Bytes | undefined {
    if (this.ended || !this.started) return undefined;
    const small = this.small.shift();
    if (small !== undefined) return small;
    for (const block of this.open.values()) {
      const next = block.nextSymbol();
      if (next === undefined) continue;
      if (block.phase === 'ready') this.pollAt = Math.min(this.pollAt, now);
      return encodeData(this.offer.tag, block.index, next.symbol, next.payload);
    }
    return undefined;
  }

  hasDatagram(): boolean {
    if (this.ended || !this.started) return false;
    if (this.small.length > 0) return true;
    for (const block of this.open.values()) if (block.phase === 'sending') return true;
    return false;
  }

  destination(): Transmit['to'] {
    return { kind: 'bulk', room: this.offer.room, slot: this.offer.slot };
  }

  nextTimeout(): number {
    if (this.ended) return Infinity;
    return this.started ? this.pollAt : this.wants() ? this.startAt : Infinity;
  }

  handleTimeout(now: number): void {
    if (this.ended) return;
    this.pump(now);
    if (this.started && this.pollAt <= now) this.pollNow(now);
  }

  /** Continues after a job; also called by every event. */
  pump(now: number): void {
    if (this.ended) return;
    this.maybeStart(now);
    if (!this.started) return;
    if (!this.wants()) {
      this.rest();
      return;
    }
    this.openBlocks();
    this.readAhead();
    this.resolve(now);
    this.schedulePoll(now);
  }

  isIdle(): boolean {
    return !this.wants();
  }
  isEnded(): boolean {
    return this.ended;
  }
  /** Blocks of memory held, for the bounds check. */
  blocksHeld(): number {
    return this.open.size + this.ahead.size + this.reading.size;
  }

  // ---- inside: start and rest

  private wants(): boolean {
    for (const receiver of this.receivers.values()) if (receiver.state === 'wanted') return true;
    return false;
  }

  private maybeStart(now: number): void {
    if (this.started || !this.wants()) return;
    let undecided = false;
    for (const receiver of this.receivers.values()) if (receiver.state === 'present') undecided = true;
    if (undecided && now < this.startAt) return;
    this.started = true;
    this.polledAt = now;
    for (const page of this.signedPages.values()) this.small.push(page);
    if (this.signedRoot !== undefined) this.small.push(this.signedRoot);
  }

  /** Nobody wants anything now: memory is given back; a member that comes later starts from the source. */
  private rest(): void {
    this.open.clear();
    this.reopen.clear();
    this.pollAt = Infinity;
  }

  // ---- inside: reading and opening

  private read(block: number): void {
    this.reading.add(block);
    if (block === this.nextRead) this.nextRead++;
    this.context.emit({
      type: 'read-block',
      transfer: this.offer.id,
      block,
      offset: block * BLOCK_BYTES,
      length: blockBytes(this.offer, block),
    });
  }

  private readAhead(): void {
    while (
      this.nextRead < this.offer.blockCount &&
      this.ahead.size + this.readingAhead() < READ_AHEAD_BLOCKS
    ) {
      this.read(this.nextRead);
    }
    const room = this.nextOpen < this.offer.blockCount ? REOPEN_BLOCKS_MAX : SEND_WINDOW_BLOCKS;
    for (const block of this.reopen) {
      if (this.reopenedCount() >= room) break;
      this.reopen.delete(block);
      if (!this.open.has(block) && !this.reading.has(block)) this.read(block);
    }
  }

  private readingAhead(): number {
    let count = 0;
    for (const block of this.reading) if (this.hashes[block] === undefined) count++;
    return count;
  }

  private reopenedCount(): number {
    let count = this.reading.size - this.readingAhead();
    for (const block of this.open.values()) if (!block.fresh) count++;
    return count;
  }

  private openBlocks(): void {
    while (this.open.size < SEND_WINDOW_BLOCKS) {
      const next = this.ahead.get(this.nextOpen);
      if (next === undefined || this.hashes[this.nextOpen] === undefined) return;
      this.ahead.delete(this.nextOpen);
      this.open.set(this.nextOpen, new OpenBlock(this.nextOpen, next.sealed, this.offer.symbolBytes, true));
      this.nextOpen++;
    }
  }

  /** Signs the next page once all of its blocks are hashed: 1, 2, 4, then 8 blocks. */
  private signPages(): void {
    for (;;) {
      const first = this.nextPageFirst;
      const left = this.offer.blockCount - first;
      const count = Math.min(left, PAGE_BLOCKS_SENT_MAX, first + 1);
      if (count <= 0) break;
      const blocks = Array.from({ length: count }, (_, i) => this.ahead.get(first + i));
      if (blocks.includes(undefined)) break;
      const hashes = blocks.map((block) => (block as Sealed).hash);
      hashes.forEach((hash, i) => (this.hashes[first + i] = hash));
      this.nextPageFirst = first + count;
      const frame = encodePage(this.offer.room, { transfer: this.offer.id, first, hashes });
      const signed = signFrame(this.context.crypto, 'page', this.offer.room, frame);
      this.signedPages.set(first, signed);
      if (this.started) this.small.push(signed);
    }
    if (this.nextPageFirst === this.offer.blockCount) this.signRoot();
  }

  private signRoot(): void {
    if (this.signedRoot !== undefined) return;
    const { room, id: transfer, blockCount } = this.offer;
    const frame = encodeRoot(room, { transfer, blockCount, root: rootOf(this.context.crypto, this.hashes) });
    this.signedRoot = signFrame(this.context.crypto, 'root', room, frame);
    if (this.started) this.small.push(this.signedRoot);
  }

  // ---- inside: polls and answers

  private active(now: number): Receiver[] {
    return [...this.receivers.values()].filter((receiver) => receiver.isActive(now));
  }

  private pollNow(now: number): void {
    this.giveUpLost(now);
    if (!this.wants()) return this.rest();
    for (const block of this.open.values()) {
      if (block.phase !== 'polled' || block.answerBy > now) continue;
      for (const id of block.awaiting) this.receivers.get(id)?.missedPoll(this.poll);
      // Whoever did not answer is asked again after the repair of what the others reported.
      if (block.missing.count > 0) block.startRepair();
    }
    const due = [...this.open.values()].filter(
      (block) => block.phase === 'ready' || (block.phase === 'polled' && block.answerBy <= now),
    );
    const isFinal = this.isFinal();
    if (due.length > 0 || isFinal) this.sendPoll(now, due.slice(0, POLL_BLOCKS_MAX), isFinal);
    this.schedulePoll(now);
  }

  private sendPoll(now: number, blocks: readonly OpenBlock[], isFinal: boolean): void {
    if (isFinal)
      for (const receiver of this.receivers.values())
        if (receiver.state === 'wanted') receiver.missedPoll(this.poll);
    this.poll++;
    const active = this.active(now);
    const unanswered = Math.max(0, ...active.map((receiver) => receiver.unanswered));
    const wait =
      active.length === 0 ? STALLED_POLL_MS : this.answerWaitMs(active) * (1 + 0.5 * Math.min(unanswered, 4));
    const ids = active.map((receiver) => receiver.id);
    for (const block of blocks) block.polled(this.poll, ids, now + wait);
    this.finalWait = isFinal
      ? Math.min(
          active.length === 0 ? STALLED_POLL_MS : POLL_WAIT_MAX_MS,
          Math.max(wait, 1.5 * this.finalWait),
        )
      : wait;
    this.polledAt = now;
    const round = Math.min(255, unanswered);
    const frame = {
      transfer: this.offer.id,
      poll: this.poll,
      round,
      blocks: blocks.map((block) => block.index),
    };
    this.small.unshift(encodePoll(this.offer.room, frame));
  }

  /** Everything was sent and closed, and somebody still has not said that it has the whole file. */
  private isFinal(): boolean {
    return this.open.size === 0 && this.nextOpen === this.offer.blockCount && this.reading.size === 0;
  }

  private schedulePoll(now: number): void {
    let at = this.isFinal() ? this.polledAt + this.finalWait : Infinity;
    for (const block of this.open.values()) {
      if (block.phase === 'ready') at = now;
      else if (block.phase === 'polled') at = Math.min(at, block.answerBy);
    }
    this.pollAt = at;
  }

  private giveUpLost(now: number): void {
    for (const receiver of this.receivers.values()) {
      if (receiver.state !== 'wanted' || now - receiver.progressAt < TRANSFER_GIVE_UP_MS) continue;
      if (now - receiver.heardAt > TRANSFER_GIVE_UP_MS / 2) this.fail(receiver, 'stalled');
    }
  }

  /** Two round trips, the members' spread, and room for their work. */
  private answerWaitMs(active: readonly Receiver[]): number {
    const spread = STATUS_SPREAD_MEMBER_MS * this.receivers.size;
    return Math.min(POLL_WAIT_MAX_MS, POLL_WAIT_MIN_MS + spread + 2 * this.roundTripMs(active));
  }

  private roundTripMs(active: readonly Receiver[]): number {
    return Math.max(1, ...active.map((receiver) => this.roster.get(receiver.id)?.roundTripMs ?? 1));
  }

  private applyStatus(now: number, member: MemberId, poll: number, entry: BlockStatus): void {
    const block = this.open.get(entry.block);
    if (block === undefined) return;
    if (entry.state === 'written') {
      block.doneBy.add(member);
      block.awaiting.delete(member);
    } else if (block.phase === 'polled' && poll >= block.poll) {
      if (entry.state === 'held') block.awaiting.delete(member);
      else block.reportMissing(member, entry.bitmap);
    }
    this.resolveBlock(now, block);
  }

  private resolve(now: number): void {
    for (const block of this.open.values()) this.resolveBlock(now, block);
  }

  private resolveBlock(now: number, block: OpenBlock): void {
    if (block.phase === 'sending') return;
    const active = this.active(now);
    if (active.length > 0 && active.every((receiver) => block.doneBy.has(receiver.id))) {
      this.reportLoss(now, block, active);
      this.open.delete(block.index);
      this.openBlocks();
      return;
    }
    if (block.phase !== 'polled') return;
    for (const id of block.awaiting)
      if (this.receivers.get(id)?.isActive(now) !== true) block.awaiting.delete(id);
    if (block.awaiting.size > 0) return;
    this.reportLoss(now, block, active);
    if (block.missing.count > 0) block.startRepair();
  }

  private reportLoss(now: number, block: OpenBlock, active: readonly Receiver[]): void {
    if (block.reportedLoss) return;
    block.reportedLoss = true;
    this.rate.report(now, block.worstLoss, this.roundTripMs(active));
  }

  /** Blocks that a member lacks and that are closed by now are opened again for it. */
  private noteMissingBlocks(status: StatusFrame): void {
    const missing = new Bitset(status.missingBlocks.length * 8);
    missing.union(status.missingBlocks);
    for (let i = missing.next(0); i >= 0 && this.reopen.size < SEND_WINDOW_BLOCKS; i = missing.next(i + 1)) {
      const block = status.firstMissing + i;
      if (block >= this.nextOpen) break;
      if (!this.open.has(block) && !this.reading.has(block)) this.reopen.add(block);
    }
  }

  private resendPage(now: number, block: number): void {
    for (const [first, page] of this.signedPages) {
      const next = Math.min(first + Math.min(PAGE_BLOCKS_SENT_MAX, first + 1), this.offer.blockCount);
      if (block >= first && block < next) this.resend(now, first, page);
    }
  }

  private resendRoot(now: number): void {
    if (this.signedRoot !== undefined) this.resend(now, -1, this.signedRoot);
  }

  private resend(now: number, key: number, frame: Bytes): void {
    if (now - (this.resentAt.get(key) ?? -Infinity) < RESEND_HOLDOFF_MS) return;
    this.resentAt.set(key, now);
    this.small.push(frame);
  }

  // ---- inside: reports

  private fail(receiver: Receiver, reason: TransferFailure): void {
    if (receiver.state === 'failed' || receiver.state === 'complete' || receiver.state === 'declined') return;
    receiver.state = reason === 'declined' ? 'declined' : 'failed';
    receiver.reason = reason;
    const { id: transfer, room } = this.offer;
    this.context.emit({ type: 'transfer-failed', room, transfer, member: receiver.id, reason });
  }

  private reportProgress(now: number, receiver: Receiver): void {
    if (receiver.written === receiver.reportedWritten || now - receiver.reportedAt < PROGRESS_INTERVAL_MS)
      return;
    receiver.reportedAt = now;
    receiver.reportedWritten = receiver.written;
    const { id: transfer, room, size } = this.offer;
    const bytesDone = Math.min(size, receiver.written * BLOCK_BYTES);
    this.context.emit({ type: 'transfer-progress', room, transfer, member: receiver.id, bytesDone });
  }
}
