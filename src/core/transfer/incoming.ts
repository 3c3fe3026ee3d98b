/**
 * The receiver of one file (protocol.md §7). Symbols fill blocks in memory; a full block is opened, checked against
 * the signed page, written, and only then reported as written. The file gets its name when every block is written and
 * the signed root fits. At most RECEIVE_BLOCKS_MAX blocks are in memory; what does not fit is asked for again later.
 */
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId } from '../../base/ids.ts';
import type { DiskFault, TransferFailure } from '../api.ts';
import type { Context } from '../context.ts';
import {
  BLOCK_BYTES,
  ASK_WINDOW_MAX_MS,
  PROGRESS_INTERVAL_MS,
  STATUS_BLOCKS_MAX,
  STATUS_SPREAD_MEMBER_MS,
  TRANSFER_GIVE_UP_MS,
} from '../limits.ts';
import type { Roster } from '../membership/roster.ts';
import type { DataFrame } from '../wire/data.ts';
import { namePrefix } from '../wire/ask.ts';
import type { AskFrame, ReportFrame, RollFrame } from '../wire/ask.ts';
import type { HaveState } from '../wire/have.ts';
import type { PageFrame, RootFrame } from '../wire/page.ts';
import { encodeStatus, POLL_UNHEARD_ROUND } from '../wire/poll.ts';
import type { PolledBlock, PollFrame } from '../wire/poll.ts';
import { verifyFrame } from '../wire/signing.ts';
import type { SignedKind } from '../wire/signing.ts';
import type { SymbolsFrame } from '../wire/symbols.ts';
import type { TickFrame } from '../wire/tick.ts';
import { Arrivals } from './arrivals.ts';
import type { Assembly } from './assembly.ts';
import { Bitset } from './bitset.ts';
import { BlockTable } from './block-table.ts';
import { Crowd } from './crowd.ts';
import { statusOfFile } from './block-status.ts';
import type { FileState } from './block-status.ts';
import { blockBytes, rootOf } from './file.ts';
import type { FileOffer } from './file.ts';
import { OpenJob } from './jobs.ts';
import type { JobQueue } from './jobs.ts';
import { Notices, signedHave } from './notices.ts';
import type { TransferEpoch, TransferKeys } from './transfer-keys.ts';

export type IncomingState =
  | 'offered'
  | 'queued'
  | 'receiving'
  | 'finishing'
  | 'complete'
  | 'declined'
  | 'failed';

/** How long a complete transfer still answers polls of a sender that missed the news. */
const LINGER_MS = 4000;

export class Incoming implements FileState {
  readonly offer: FileOffer;
  state: IncomingState = 'offered';
  private readonly context: Context;
  private readonly roster: Roster;
  private readonly jobs: JobQueue;
  private readonly keys: TransferKeys;
  private readonly table: BlockTable;
  readonly blocks: ReadonlyMap<number, Assembly>;
  private readonly arrivals = new Arrivals();
  written: Bitset;
  hashes: (Bytes | undefined)[] = [];
  private hashCount = 0;
  private root: RootFrame | undefined;
  private readonly pollsToAnswer: { poll: number; blocks: Map<number, PolledBlock>; multicast: boolean } = {
    poll: 0,
    blocks: new Map(),
    multicast: false,
  };
  private readonly crowd: Crowd;
  private readonly notices: Notices;
  private statusAt = Infinity;
  private heardAt: number;
  private lingerUntil = Infinity;
  private isCaught = false;
  private reportedAt = -Infinity;
  private failReason: TransferFailure = 'cancelled-by-receiver';

  constructor(
    now: number,
    offer: FileOffer,
    context: Context,
    roster: Roster,
    jobs: JobQueue,
    keys: TransferKeys,
  ) {
    this.offer = offer;
    this.context = context;
    this.roster = roster;
    this.jobs = jobs;
    this.heardAt = now;
    this.keys = keys;
    this.table = new BlockTable(context, offer, keys);
    this.blocks = this.table.all;
    this.crowd = new Crowd(context, offer, roster, this);
    this.notices = new Notices(context.random, this.crowd);
    this.written = new Bitset(0);
  }

  // ---- decisions

  start(now: number): void {
    this.state = 'receiving';
    this.heardAt = now;
    this.written = new Bitset(this.offer.blockCount);
    this.hashes = Array.from({ length: this.offer.blockCount });
    this.notices.start(now);
    this.emitSubscription('subscribe');
  }

  decline(now: number): void {
    this.state = 'declined';
    this.notify(now);
  }

  /** Ends it without a file. `tell`: the sender does not know yet. */
  fail(now: number, reason: TransferFailure, tell: boolean): void {
    if (this.isOver()) return;
    const had = this.state;
    this.state = 'failed';
    this.failReason = reason;
    if (had === 'receiving' || had === 'finishing') {
      this.emitSubscription('unsubscribe');
      this.context.emit({ type: 'discard-file', transfer: this.offer.id });
    }
    this.context.emit({ type: 'transfer-failed', room: this.offer.room, transfer: this.offer.id, reason });
    this.release();
    if (tell) this.notify(now);
    else this.notices.stop();
  }

  isOver(): boolean {
    return this.state === 'complete' || this.state === 'failed' || this.state === 'declined';
  }
  /** It holds blocks, a file or a group. */
  isActive(): boolean {
    return this.state === 'receiving' || this.state === 'finishing';
  }
  blocksHeld(): number {
    return this.blocks.size;
  }

  // ---- frames

  handleData(now: number, frame: DataFrame): void {
    if (this.state !== 'receiving') return;
    this.arrivals.symbol();
    if (frame.block >= this.offer.blockCount || this.written.has(frame.block)) return;
    const block = this.table.at(now, frame.block, frame.epoch);
    if (block === undefined) return;
    block.touchedAt = now;
    const isNew =
      frame.type === 'data'
        ? block.addSource(frame.symbol, frame.payload, this.context.crypto.sha256)
        : block.addRepair(frame.symbol, frame.payload);
    if (!isNew) return;
    this.heardAt = now;
    this.advance(frame.block, block);
  }

  handleTick(now: number, arrivedAt: number, tick: TickFrame): void {
    if (this.state === 'receiving' && this.keys.of(tick.epoch) !== undefined)
      this.arrivals.tick(tick, arrivedAt, now - arrivedAt);
  }

  handlePage(now: number, page: PageFrame, datagram: Bytes): void {
    if (this.state !== 'receiving' || page.first + page.hashes.length > this.offer.blockCount) return;
    if (page.hashes.every((_, i) => this.hashes[page.first + i] !== undefined)) return;
    if (!this.isSigned('page', datagram)) return;
    this.heardAt = now;
    page.hashes.forEach((hash, i) => {
      if (this.hashes[page.first + i] === undefined) this.hashCount++;
      // The first page for a block stands: a sender that signs two is caught by the root.
      this.hashes[page.first + i] ??= hash;
    });
    for (const [index, block] of this.blocks) this.advance(index, block);
    this.maybeFinish(now);
  }

  handleRoot(now: number, root: RootFrame, datagram: Bytes): void {
    if (this.state !== 'receiving' || this.root !== undefined || root.blockCount !== this.offer.blockCount)
      return;
    if (!this.isSigned('root', datagram)) return;
    this.heardAt = now;
    this.root = root;
    this.maybeFinish(now);
  }

  handleSymbols(now: number, symbols: SymbolsFrame, datagram: Bytes): void {
    if (
      this.state !== 'receiving' ||
      symbols.block >= this.offer.blockCount ||
      this.written.has(symbols.block)
    )
      return;
    const known = this.blocks.get(symbols.block);
    if (known?.under?.epoch === symbols.epoch && known.isChecked()) return;
    if (this.keys.of(symbols.epoch) === undefined || !this.isSigned('symbols', datagram)) return;
    this.heardAt = now;
    const block = this.table.at(now, symbols.block, symbols.epoch);
    if (block === undefined) return;
    block.learnHashes(symbols.first, symbols.hashes, this.context.crypto.sha256);
    this.advance(symbols.block, block);
  }

  /** Signed by the offer's author; counted where not. */
  private isSigned(kind: SignedKind, datagram: Bytes): boolean {
    const { room, publicKey } = this.offer;
    const isGood = verifyFrame(this.context.crypto, kind, room, publicKey, datagram);
    if (!isGood) this.context.count('bad-signature');
    return isGood;
  }

  handlePoll(now: number, poll: PollFrame): void {
    if (this.state === 'complete') {
      this.lingerUntil = now + LINGER_MS;
      this.notices.polled(now, now + this.answerDelay());
      return;
    }
    if (this.state !== 'receiving' && this.state !== 'finishing') return;
    this.heardAt = now;
    this.notices.heard(now);
    const pending = this.pollsToAnswer;
    pending.poll = Math.max(pending.poll, poll.poll);
    pending.multicast ||= poll.round >= POLL_UNHEARD_ROUND;
    for (const polled of poll.blocks) {
      if (pending.blocks.size < STATUS_BLOCKS_MAX) pending.blocks.set(polled.block, polled);
    }
    if (this.statusAt === Infinity) this.statusAt = now + this.answerDelay();
  }

  // ---- among very many (protocol.md §7.8)

  handleAsk(now: number, ask: AskFrame): void {
    if (this.follows(now, ask.members))
      this.statusAt = Math.min(this.statusAt, this.crowd.handleAsk(now, ask));
  }

  handleReport(report: ReportFrame): void {
    this.crowd.handleReport(report);
  }

  /** The sender asks by name: who is complete says so, any other what it has. */
  handleRoll(now: number, roll: RollFrame): void {
    const follows = this.follows(now, roll.members);
    if (!roll.names.includes(namePrefix(this.context.self.id))) return;
    const at = now + this.context.random.next() * Math.min(roll.windowMs, ASK_WINDOW_MAX_MS);
    if (follows && !roll.introduce) this.statusAt = Math.min(this.statusAt, at);
    else if (this.state !== 'offered' && this.state !== 'queued') this.notices.askedBy(at);
  }

  /** The sender is there, and asks for what it needs to know. */
  private follows(now: number, members: number): boolean {
    this.crowd.learn(members);
    if (this.state === 'complete') this.lingerUntil = now + LINGER_MS;
    if (!this.isActive()) return false;
    this.heardAt = now;
    this.notices.overheard(now);
    return true;
  }

  // ---- the disk

  blockWritten(now: number, index: number, fault: DiskFault | undefined): void {
    const block = this.blocks.get(index);
    if (this.state !== 'receiving' || block?.phase !== 'writing') return;
    if (block.plaintext !== undefined) this.context.buffers.give(block.plaintext);
    if (fault !== undefined) return this.fail(now, fault, true);
    this.table.all.delete(index);
    this.written.add(index);
    this.reportProgress(now);
    this.maybeFinish(now);
  }

  fileFinished(now: number, fault: DiskFault | undefined): void {
    if (this.state !== 'finishing') return;
    if (fault !== undefined) return this.fail(now, fault, true);
    this.state = 'complete';
    this.context.emit({ type: 'transfer-done', room: this.offer.room, transfer: this.offer.id });
    this.lingerUntil = now + LINGER_MS;
    this.notify(now);
    this.release();
  }

  /** The sender was away or cut off: it may have missed what we told it. */
  senderBack(now: number): void {
    if (this.isOver() && this.notices.decidedWithin(now, TRANSFER_GIVE_UP_MS)) this.notify(now);
  }

  /** Members or epochs of a private room changed. */
  roomChanged(now: number, isMember: (id: MemberId) => boolean): void {
    if (!isMember(this.offer.author)) return this.fail(now, 'removed', false);
    this.table.dropForgotten();
  }

  // ---- time

  nextTimeout(): number {
    const giveUp = this.state === 'receiving' ? this.heardAt + TRANSFER_GIVE_UP_MS : Infinity;
    return Math.min(
      this.statusAt,
      this.notices.at,
      this.crowd.nextTimeout(),
      giveUp,
      this.state === 'complete' ? this.lingerUntil : Infinity,
    );
  }

  handleTimeout(now: number): void {
    if (this.statusAt <= now) this.sendStatus(now);
    if (this.crowd.nextTimeout() <= now) this.crowd.handleTimeout(now);
    if (this.notices.at <= now) this.tellSender(now);
    if (this.state === 'complete' && this.lingerUntil <= now) {
      this.lingerUntil = Infinity;
      this.emitSubscription('unsubscribe');
    }
    if (this.state === 'receiving' && now - this.heardAt >= TRANSFER_GIVE_UP_MS) {
      const senderThere = this.roster.get(this.offer.author)?.incarnation === this.offer.incarnation;
      this.fail(now, senderThere ? 'stalled' : 'sender-left', senderThere);
    }
  }

  /** Leaves the bulk group at once, for the end of the room. */
  close(): void {
    if (this.isActive() || (this.state === 'complete' && this.lingerUntil !== Infinity))
      this.emitSubscription('unsubscribe');
    if (this.isActive()) this.context.emit({ type: 'discard-file', transfer: this.offer.id });
    this.release();
  }

  // ---- inside

  codeOf(block: number): ReturnType<BlockTable['codeOf']> {
    return this.table.codeOf(block);
  }

  /** Decodes a block that has enough symbols, opens one that is whole. */
  private advance(index: number, block: Assembly): void {
    if (block.isDecodable()) {
      this.jobs.add(block.decode(() => this.decoded(index, block)));
      return;
    }
    const hash = this.hashes[index];
    if (hash === undefined || block.phase !== 'filling' || !block.isWhole()) return;
    block.phase = 'opening';
    const done = (plaintext: Bytes | undefined): void => this.opened(index, block, plaintext);
    const secret = (block.under as TransferEpoch).secret(this.offer.id);
    this.jobs.add(new OpenJob(this.context, secret, index, hash, block.sealed, done));
  }

  private decoded(index: number, block: Assembly): void {
    if (this.blocks.get(index) === block) this.advance(index, block);
  }

  private opened(index: number, block: Assembly, plaintext: Bytes | undefined): void {
    if (this.state !== 'receiving' || this.blocks.get(index) !== block) return;
    if (plaintext === undefined || plaintext.length !== blockBytes(this.offer, index)) {
      this.context.count('block-corrupt');
      // Every symbol had the hash that the sender signed, and still it is not the block of the page: the sender lies.
      if (block.isChecked()) this.isCaught = true;
      block.pollute();
      return;
    }
    block.phase = 'writing';
    // Nothing but this job worked on it, and nothing looks at it any more.
    this.context.buffers.give(block.sealed);
    block.plaintext = plaintext;
    const offset = index * BLOCK_BYTES;
    this.context.emit({
      type: 'write-block',
      transfer: this.offer.id,
      block: index,
      offset,
      bytes: plaintext,
    });
  }

  /** True where the sender signed things that do not fit together. */
  isHopeless(): boolean {
    return this.state === 'receiving' && this.isCaught;
  }

  private maybeFinish(now: number): void {
    if (this.state !== 'receiving' || this.root === undefined) return;
    if (this.written.count < this.offer.blockCount || this.hashCount < this.offer.blockCount) return;
    if (rootOf(this.context.crypto, this.hashes as Bytes[]) !== this.root.root)
      return this.fail(now, 'corrupt', true);
    this.state = 'finishing';
    this.context.emit({ type: 'finish-file', transfer: this.offer.id });
  }

  private sendStatus(now: number): void {
    this.statusAt = Infinity;
    const { pollsToAnswer: asked } = this;
    this.crowd.addHeld(asked.blocks);
    const frame = encodeStatus(this.offer.room, {
      transfer: this.offer.id,
      member: this.context.self.id,
      poll: asked.poll,
      arrivals: this.arrivals.read(),
      ...statusOfFile(now, this, asked.blocks, this.context.self.datagramBytesMax - this.keys.sealBytes),
    });
    this.toSender(frame, asked.multicast);
    asked.blocks.clear();
    asked.multicast = false;
  }

  isHere(block: number): boolean {
    return this.crowd.isHere(block);
  }
  get hasRoot(): boolean {
    return this.root !== undefined;
  }

  /** Says what we decided; repeats it while it can matter. */
  private tellSender(now: number): void {
    const state: HaveState = this.isOver() ? (this.state as HaveState) : 'wanted';
    const frame = signedHave(this.context, this.offer, state, this.failReason);
    this.toSender(frame, this.notices.tell(now, state === 'wanted'));
  }

  private notify(now: number): void {
    // Where the sender asks by name, once is enough.
    this.notices.decide(now, this.crowd.isAsked);
  }

  private toSender(frame: Bytes, byMulticast: boolean): void {
    const sender = this.roster.get(this.offer.author);
    if (sender !== undefined) this.context.send({ kind: 'unicast', address: sender.address }, frame);
    if (byMulticast || sender === undefined)
      this.context.send({ kind: 'control', room: this.offer.room }, frame);
  }

  private answerDelay = (): number =>
    this.context.random.next() * STATUS_SPREAD_MEMBER_MS * (this.roster.size + 1);

  private reportProgress(now: number): void {
    if (now - this.reportedAt < PROGRESS_INTERVAL_MS) return;
    this.reportedAt = now;
    const { room, id: transfer, size } = this.offer;
    const bytesDone = Math.min(size, this.written.count * BLOCK_BYTES);
    this.context.emit({ type: 'transfer-progress', room, transfer, bytesDone });
  }

  private emitSubscription(type: 'subscribe' | 'unsubscribe'): void {
    this.context.emit({ type, to: { kind: 'bulk', room: this.offer.room, slot: this.offer.slot } });
  }

  private release(): void {
    this.table.all.clear();
    this.crowd.release();
    this.statusAt = Infinity;
    if (this.state !== 'complete') return;
    this.hashes = [];
  }
}
