/**
 * A stream of one file: its author's, or that of a member that has it (protocol.md §7, §7.11).
 *
 * Theory of operation: blocks are read ahead, hashed, sealed, listed in signed pages, and opened in order inside a
 * window. An open block's symbols go out once; then a poll asks everyone who wants the file what is missing of it, the
 * union of the answers goes out, and so on until every active member has it on its disk. While one block waits for
 * answers the next ones are sent, so the link is never idle for them. A member that stops answering leaves the active
 * set and holds nobody up; when it is back, what it lacks is read again from the source, as for a member that came
 * late. A block is closed only when written, so a slow disk slows the sender and loses nothing.
 */
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId } from '../../base/ids.ts';
import type { DiskFault, Transmit, TransferFailure } from '../api.ts';
import type { Context } from '../context.ts';
import { datagramLength } from '../datagram.ts';
import type { Datagram } from '../datagram.ts';
import {
  DATA_HEADER_BYTES,
  FEW_RECEIVERS_MAX,
  POLL_BLOCKS_MAX,
  SEND_WINDOW_BLOCKS,
  START_WAIT_MS,
  UNDECIDED_COUNT_MS,
} from '../limits.ts';
import { dataHeader } from '../wire/data.ts';
import type { ReportFrame } from '../wire/ask.ts';
import type { HaveFrame } from '../wire/have.ts';
import type { BlockStatus, StatusFrame } from '../wire/poll.ts';
import type { FileOffer } from './file.ts';
import { surelyLost } from './coding.ts';
import { ManyFeedback } from './feedback-many.ts';
import type { ManyHost } from './feedback-many.ts';
import { DECODE_CORE_SHARE_MANY_MAX, DECODE_CORE_SHARE_MAX } from '../fec/limits.ts';
import { makeBlock } from './make-block.ts';
import type { OpenBlock } from './open-block.ts';
import { Pace } from './pace.ts';
import { FewPolls } from './poll-schedule.ts';
import type { Receiver } from './receiver.ts';
import { Receivers } from './receivers.ts';
import { Reopening } from './reopening.ts';
import { Resealing } from './resealing.ts';
import { Served } from './served.ts';
import { SignedQueue } from './signed-queue.ts';
import type { SourcePort } from './source-port.ts';
import type { OutgoingParts, Stream } from './stream.ts';

/** An offer that nobody took gives its first block's memory back after this. */
const UNWANTED_MS = 5000;
/** From this pass on a block gives way to others. */
const LATE_PASS = 3;
/** Weight of the latest block in the smoothed loss, as 1/this. */
const LOSS_SMOOTHING = 4;

export class Outgoing implements ManyHost {
  readonly offer: FileOffer;
  readonly stream: Stream;
  readonly destination: Transmit['to'];
  readonly context: Context;
  readonly pace: Pace;
  readonly receivers: Receivers;
  readonly source: SourcePort;
  readonly open = new Map<number, OpenBlock>();
  private readonly reopening: Reopening;
  private readonly resealing: Resealing;
  private readonly served: Served;
  private readonly startAt: number;
  private started = false;
  private ended = false;
  /** Nothing leaves. */
  isPaused = false;
  readonly small: SignedQueue;
  private readonly polls: FewPolls;
  /** Of the latest call: jobs end between calls. */
  private now = 0;
  private isPolluted = false;
  /** Smoothed loss of the unluckiest member. */
  private loss = 0;
  private pollAt = Infinity;
  /** Where there are more receivers than can answer every poll; it then stays, for a POLL would be answered by all. */
  private many: ManyFeedback | undefined;

  constructor(now: number, parts: OutgoingParts) {
    const { offer, stream, context, keys, invited } = parts;
    this.offer = offer;
    this.stream = stream;
    this.destination = { kind: 'bulk', room: offer.room, slot: offer.slot };
    this.context = context;
    this.pace = new Pace(offer.symbolBytes + DATA_HEADER_BYTES, context.suspectPath);
    this.startAt = now + START_WAIT_MS;
    this.receivers = new Receivers(context, offer, stream.server === offer.author);
    this.served = new Served(this.receivers, this.pace);
    this.small = new SignedQueue(context, offer, stream);
    this.polls = new FewPolls(offer.room, stream.id, this.receivers, this.small);
    for (const { id, roundTripMs } of invited) this.receivers.admit(now, id, roundTripMs);
    const listener = {
      signed: (frame: Bytes) => void (this.started && this.small.push(frame)),
      reread: (block: number, sealed: Bytes) => this.reopened(this.now, block, sealed),
    };
    this.source = parts.source(listener, keys.current());
    this.reopening = new Reopening(this.open, this.source);
    this.resealing = new Resealing(keys, this.open, this.source);
  }

  // ---- what members say

  /** A HAVE whose signature is good; false for one that says nothing new. */
  handleHave(now: number, have: HaveFrame): boolean {
    if (this.ended) return false;
    const receiver = this.receivers.takeHave(now, have);
    if (receiver === undefined) return false;
    this.many?.progressed();
    if (receiver.state === 'wanted') this.polls.progressed();
    else this.forget(receiver.id);
    this.pump(now);
    return true;
  }

  handleStatus(now: number, status: StatusFrame): void {
    const receiver = this.receivers.get(status.member);
    if (this.ended || receiver?.state !== 'wanted') return;
    if (receiver.isStalled(now)) this.pollAt = now;
    receiver.heard(now);
    if (status.poll === this.polls.number) receiver.measured(now - this.polls.sentAt);
    if (status.arrivals !== undefined && this.many?.isSteeredBy(receiver) !== false)
      this.pace.report(now, receiver.id, status.arrivals, receiver.roundTripMs);
    this.many?.handleStatus(status);
    // Only where blocks wait for single receivers.
    if (this.many === undefined) receiver.needsUs = this.reopening.isNeededBy(status, this.offer.blockCount);
    if (receiver.wrote(now, Math.min(status.written, this.offer.blockCount))) this.polls.progressed();
    for (const block of status.pageless) this.small.page(now, this.source.pageOf(block));
    if (status.needsRoot) this.small.root(now, this.source.root);
    const served = this.many === undefined ? this.served.list(now) : [];
    const isServed = this.many !== undefined || served.includes(receiver);
    for (const entry of status.blocks) {
      const block = this.open.get(entry.block);
      if (block === undefined) continue;
      this.applyStatus(now, receiver, status.poll, block, entry, isServed);
      this.resolveBlock(now, block, served);
    }
    if (this.many === undefined && this.receivers.barIfGreedy(now, receiver)) this.forget(receiver.id);
    if (isServed) this.reopening.note(status);
    this.receivers.reportProgress(now, receiver);
    this.pump(now);
  }

  handleReport(now: number, report: ReportFrame): void {
    if (this.ended || this.many === undefined) return;
    this.many.handleReport(now, report);
    this.pump(now);
  }

  memberGone(now: number, id: MemberId, reason: 'declined' | 'member-left' | 'removed'): void {
    const receiver = this.receivers.get(id);
    if (receiver === undefined) return;
    this.receivers.fail(receiver, reason);
    this.forget(id);
    this.pump(now);
  }

  /** Members or epochs of a private room changed. */
  roomChanged(now: number, isMember: (id: MemberId) => boolean): void {
    if (this.ended) return;
    for (const gone of this.receivers.failOutsiders(isMember)) this.forget(gone.id);
    this.pump(now);
  }

  /** It has the file, as it says to everybody. */
  memberHas(now: number, id: MemberId): void {
    if (this.ended || !this.receivers.complete(now, id)) return;
    this.forget(id);
    this.pump(now);
  }

  /** What is ours to serve is another part now. What is open and not ours any more is somebody else's to finish. */
  planChanged(now: number): void {
    this.reopening.dropOthers(this.open);
    for (const receiver of this.receivers.wanting()) receiver.needsUs = true;
    this.pump(now);
  }

  /** Nothing leaves until it is taken back. */
  pause(): void {
    this.isPaused = true;
    this.pollAt = Infinity;
  }
  unpause(now: number): void {
    this.isPaused = false;
    // Nobody could answer meanwhile.
    for (const receiver of this.receivers.wanting()) receiver.spare(now);
    this.pump(now);
  }
  /** Ends it for everyone; the caller has told them by a record. Whoever has the file keeps it. */
  end(reason: TransferFailure): void {
    if (this.ended) return;
    const { id: transfer, room } = this.offer;
    const hadWaiting = this.receivers.failWaiting(reason);
    // Leaving the room after everyone has got the file is no failure of it.
    if (hadWaiting || reason !== 'room-quit')
      this.context.emit({ type: 'transfer-failed', room, transfer, reason });
    this.context.emit({ type: 'release-source', transfer });
    this.stop();
  }

  /** A stream of somebody else's file that is not needed any more. */
  stop(): void {
    this.ended = true;
    this.open.clear();
    this.source.release();
    this.small.clear();
    this.pollAt = Infinity;
  }

  // ---- the source

  /** What the disk gave for a block; the reason where that ends the transfer. */
  blockRead(now: number, block: number, bytes: Bytes | DiskFault): DiskFault | undefined {
    const fault = this.ended ? undefined : this.source.blockRead(block, bytes);
    this.pump(now);
    return fault;
  }

  /** A block that was read again is not what it was: to be asked after each job. */
  get sourceChanged(): boolean {
    return this.source.changed;
  }

  // ---- what goes out

  /** The next datagram to the bulk group within the rate, or undefined where there is nothing to send now. */
  nextDatagram(now: number): Datagram | undefined {
    if (!this.isRunning || this.pace.readyAt(now) > now) return undefined;
    const small = this.small.shift();
    const next = small === undefined ? this.nextOfBlocks(now) : { bytes: small };
    if (next !== undefined) this.pace.took(now, datagramLength(next));
    return next;
  }

  private nextOfBlocks(now: number): Datagram | undefined {
    // What somebody asks for again and again does not hold up what others have not had twice.
    let late: OpenBlock | undefined;
    for (const block of this.open.values()) {
      if (!block.isSending()) continue;
      const next = block.pass < LATE_PASS ? this.symbolOf(now, block) : undefined;
      if (next !== undefined) return next;
      if (block.pass >= LATE_PASS) late ??= block;
    }
    return late === undefined ? undefined : this.symbolOf(now, late);
  }

  private symbolOf(now: number, block: OpenBlock): Datagram | undefined {
    const tick = this.pace.tickBefore(now, this.stream.tag, block.epoch);
    if (tick !== undefined) return { bytes: tick };
    const next = block.nextSymbol();
    if (!block.isSending()) this.schedulePoll(now);
    if (next === undefined) return undefined;
    this.pace.symbolSent();
    const bytes = dataHeader(next.type, this.stream.tag, block.index, next.symbol, block.epoch);
    return { bytes, payload: next.payload };
  }

  /** When `nextDatagram` has something that the rate allows. */
  readyAt(now: number): number {
    return this.hasDatagram() ? this.pace.readyAt(now) : Infinity;
  }

  private get isRunning(): boolean {
    return this.started && !this.ended && !this.isPaused;
  }

  private hasDatagram(): boolean {
    if (!this.isRunning) return false;
    if (!this.small.isEmpty()) return true;
    for (const block of this.open.values()) if (block.isSending()) return true;
    return false;
  }

  nextTimeout(): number {
    if (this.ended || this.isPaused) return Infinity;
    if (this.started) return this.pollAt;
    if (this.receivers.wants()) return this.startAt;
    return this.source.blocksHeld() > 0 ? this.startAt + UNWANTED_MS : Infinity;
  }

  handleTimeout(now: number): void {
    if (this.ended || this.isPaused) return;
    this.pump(now);
    if (!this.started && !this.receivers.wants() && now >= this.startAt + UNWANTED_MS) this.rest();
    if (this.started && this.pollAt <= now) this.pollNow(now);
  }

  /** Continues after a job; also called by every event. */
  pump(now: number): void {
    this.now = now;
    if (this.ended || this.isPaused) return;
    if (this.resealing.isDue) this.reseal(now);
    this.maybeStart(now);
    if (!this.started) return;
    if (!this.receivers.wants()) {
      this.rest();
      return;
    }
    this.chooseFeedback(now);
    this.openBlocks(now);
    this.source.readAhead();
    this.reopening.read();
    if (this.many === undefined) {
      this.served.watch(now, this.open);
      const served = this.served.list(now);
      for (const block of this.open.values()) this.resolveBlock(now, block, served);
    }
    this.schedulePoll(now);
  }

  private forget(member: MemberId): void {
    this.pace.forget(member);
    this.served.forget(member);
  }

  isEnded(): boolean {
    return this.ended;
  }
  /** Blocks of memory held, for the bounds check. */
  blocksHeld(): number {
    return this.open.size + this.source.blocksHeld();
  }

  // ---- for the feedback of many

  startRepair(block: OpenBlock): void {
    block.startRepair((symbols) => surelyLost(symbols, this.loss));
  }
  close(now: number, block: OpenBlock): void {
    this.closed(block);
    this.openBlocks(now);
  }
  private closed(block: OpenBlock): void {
    this.open.delete(block.index);
    this.context.buffers.give(block.sealed);
  }
  /** Learns from the loss in a block's first pass. */
  reportLoss(block: OpenBlock): void {
    if (block.reportedLoss) return;
    block.reportedLoss = true;
    this.loss += (block.worstLoss - this.loss) / LOSS_SMOOTHING;
  }

  // ---- inside: start and rest

  private maybeStart(now: number): void {
    if (this.started || !this.receivers.wants()) return;
    if (this.receivers.hasUndecided() && now < this.startAt) return;
    this.started = true;
    this.polls.sentAt = now;
    this.small.push(...this.source.signedFrames());
  }

  /** Who has not decided counts at first, so that a thousand members are not polled before they have said what they want. */
  private chooseFeedback(now: number): void {
    const mayTake = this.receivers.takers(now < this.startAt + UNDECIDED_COUNT_MS);
    if (mayTake > FEW_RECEIVERS_MAX) this.many ??= new ManyFeedback(now, this);
  }

  /** Nobody wants anything now: memory is given back; a member that comes later starts from the source. */
  private rest(): void {
    this.open.clear();
    this.resealing.clear();
    this.reopening.clear();
    this.source.release();
    this.pollAt = Infinity;
    this.many?.rest();
  }

  // ---- inside: reading and opening

  private openBlocks(now: number): void {
    while (this.open.size + this.resealing.size < SEND_WINDOW_BLOCKS && this.many?.mayOpen !== false) {
      const next = this.source.takeNext();
      if (next === undefined) return;
      this.open.set(next.block, this.openBlock(now, next.block, next.sealed, true));
    }
  }

  private reopened(now: number, block: number, sealed: Bytes): void {
    const { fresh } = this.resealing.take(block);
    if (this.open.has(block)) return;
    // Who lacks it may be new, and lack its page as well.
    if (!fresh) this.small.page(now, this.source.pageOf(block));
    this.open.set(block, this.openBlock(now, block, sealed, fresh));
  }

  /** The epoch to send under is another one: who has written a block needs no more of it, all else goes out again. */
  private reseal(now: number): void {
    const served = this.many === undefined ? this.served.list(now) : [];
    for (const block of this.open.values())
      if (served.length > 0 && served.every(({ id }) => block.doneBy.has(id))) this.closed(block);
    this.resealing.renew();
  }

  private openBlock(now: number, index: number, sealed: Bytes, fresh: boolean): OpenBlock {
    const block = makeBlock(this.context, this.offer, index, sealed, {
      isFresh: fresh,
      epoch: this.source.epoch,
      loss: this.loss,
      bytesPerMs: this.many?.freshBytesPerMs ?? this.pace.bytesPerMs,
      decodeCoreShare: this.many === undefined ? DECODE_CORE_SHARE_MAX : DECODE_CORE_SHARE_MANY_MAX,
    });
    if (this.isPolluted) {
      block.pollute();
      this.small.symbols(now, block);
    }
    this.many?.opened(now, sealed.length);
    return block;
  }

  // ---- inside: polls and answers

  private pollNow(now: number): void {
    for (const lost of this.receivers.giveUpLost(now)) this.forget(lost.id);
    if (!this.receivers.wants()) return this.rest();
    if (this.many !== undefined) {
      this.many.run(now);
      return this.schedulePoll(now);
    }
    for (const block of this.open.values()) {
      if (block.phase !== 'polled' || block.answerBy > now) continue;
      for (const id of block.awaiting) this.receivers.get(id)?.missedPoll(this.polls.number);
      // Whoever did not answer is asked again after the repair of what the others reported.
      if (block.hasMissing()) this.startRepair(block);
    }
    const due = [...this.open.values()].filter(
      (block) => block.phase === 'ready' || (block.phase === 'polled' && block.answerBy <= now),
    );
    const isFinal = this.isFinal();
    const asksForReports = [...this.open.values()].some((block) => block.isSending());
    if (due.length > 0 || isFinal || asksForReports)
      this.polls.send(now, this.served.list(now), due.slice(0, POLL_BLOCKS_MAX), isFinal);
    this.schedulePoll(now);
  }

  /** Everything was sent and closed, and somebody still has not said that it has the whole file. */
  isFinal(): boolean {
    return this.open.size === 0 && this.source.isExhausted() && this.source.rereading === 0;
  }

  private schedulePoll(now: number): void {
    if (this.many !== undefined) {
      this.pollAt = this.many.dueAt(now);
      return;
    }
    const reportMs = this.pace.reportIntervalMs(this.receivers.wanting().length);
    this.pollAt = this.polls.dueAt(now, this.open.values(), this.isFinal(), reportMs);
  }

  /** A member cannot tell good symbols from false ones: from here on every block's symbols are signed for. */
  private notePollution(now: number, block: OpenBlock, member: MemberId): void {
    block.awaiting.delete(member);
    this.isPolluted = true;
    block.pollute();
    this.small.symbols(now, block);
  }

  private applyStatus(
    now: number,
    receiver: Receiver,
    poll: number,
    block: OpenBlock,
    entry: BlockStatus,
    isServed: boolean,
  ): void {
    if (entry.state === 'written') {
      if (block.pass === 0 && isServed) block.noteLoss(receiver.id, entry);
      block.wrote(receiver.id);
    } else if (block.phase === 'polled' && poll >= block.poll) {
      if (entry.state === 'held') block.awaiting.delete(receiver.id);
      if (entry.state === 'polluted') this.notePollution(now, block, receiver.id);
      if (isServed) receiver.asked(block.noteLoss(receiver.id, entry));
    }
  }

  private resolveBlock(now: number, block: OpenBlock, served: readonly Receiver[]): void {
    if (block.phase === 'sending' || this.many !== undefined) return;
    if (served.length > 0 && served.every((receiver) => block.doneBy.has(receiver.id))) {
      this.reportLoss(block);
      return this.close(now, block);
    }
    if (block.phase !== 'polled') return;
    for (const id of block.awaiting)
      if (!served.some((receiver) => receiver.id === id)) block.awaiting.delete(id);
    if (block.awaiting.size > 0) return;
    this.reportLoss(block);
    if (block.hasMissing()) this.startRepair(block);
  }
}
