/**
 * One server of an incoming file, as its receiver sees it: how its symbols arrive, what it asks and is answered, and what
 * it has been told. What the symbols make is the file's (`incoming.ts`), whoever sent them.
 */
import type { Bytes } from '../../base/bytes.ts';
import type { TransferFailure } from '../api.ts';
import { controlBytesMax } from '../context.ts';
import type { Context } from '../context.ts';
import {
  ASK_WINDOW_MAX_MS,
  STATUS_BLOCKS_MAX,
  STATUS_SPREAD_MEMBER_MS,
  STREAM_SILENT_MS,
} from '../limits.ts';
import type { Roster } from '../membership/roster.ts';
import { namePrefix } from '../wire/ask.ts';
import type { AskFrame, ReportFrame, RollFrame } from '../wire/ask.ts';
import type { DataFrame } from '../wire/data.ts';
import type { HaveState } from '../wire/have.ts';
import { encodeStatus, POLL_UNHEARD_ROUND } from '../wire/poll.ts';
import type { PolledBlock, PollFrame } from '../wire/poll.ts';
import { verifyFrame } from '../wire/signing.ts';
import type { SymbolsFrame } from '../wire/symbols.ts';
import type { TickFrame } from '../wire/tick.ts';
import { Arrivals } from './arrivals.ts';
import { statusOfFile } from './block-status.ts';
import type { FileState } from './block-status.ts';
import { Crowd } from './crowd.ts';
import type { FileOffer } from './file.ts';
import { Notices, signedHave } from './notices.ts';
import type { Stream } from './stream.ts';
import type { TransferKeys } from './transfer-keys.ts';

/** The file that a feed fills. */
export interface FedFile extends FileState {
  readonly offer: FileOffer;
  /** It takes symbols. */
  readonly isTaking: boolean;
  /** It is not over, and has room for what may come. */
  isActive(): boolean;
  /** We have said whether we want it. */
  readonly hasDecided: boolean;
  /** What its servers are told, and why where it failed. */
  readonly told: HaveState;
  readonly failReason: TransferFailure;
  /** True where the symbol was new and of use. */
  takeSymbol(now: number, frame: DataFrame): boolean;
  takeSymbols(now: number, feed: Feed, frame: SymbolsFrame): void;
  /** A server speaks to those who want the file. */
  served(now: number): void;
  /** A server speaks, and we have all of it. */
  linger(now: number): void;
}

export class Feed {
  readonly stream: Stream;
  readonly file: FedFile;
  private readonly context: Context;
  private readonly roster: Roster;
  private readonly keys: TransferKeys;
  private readonly arrivals = new Arrivals();
  private readonly pollsToAnswer: { poll: number; blocks: Map<number, PolledBlock>; multicast: boolean } = {
    poll: 0,
    blocks: new Map(),
    multicast: false,
  };
  private readonly crowd: Crowd;
  private readonly notices: Notices;
  private statusAt = Infinity;
  private heardAt = -Infinity;
  /** When a symbol of use came from it last. */
  private usefulAt = -Infinity;

  constructor(stream: Stream, file: FedFile, context: Context, roster: Roster, keys: TransferKeys) {
    this.stream = stream;
    this.file = file;
    this.context = context;
    this.roster = roster;
    this.keys = keys;
    this.crowd = new Crowd(context, file.offer, stream, roster, file);
    this.notices = new Notices(context.random, this.crowd);
  }

  // ---- what it is told

  /** It is wanted from now on. */
  start(now: number): void {
    this.notices.start(now);
  }
  /** Something was decided. */
  decide(now: number): void {
    // Where the server asks by name, once is enough.
    this.notices.decide(now, this.crowd.isAsked);
  }
  /** The server was away or cut off, or is a new process: it may have missed what we told it. */
  serverBack(now: number, withinMs: number): void {
    if (this.file.hasDecided && this.file.told === 'wanted') this.start(now);
    else if (this.file.hasDecided && (withinMs === Infinity || this.notices.decidedWithin(now, withinMs)))
      this.decide(now);
  }
  /** The server asked us alone. */
  answer(now: number): void {
    if (this.file.hasDecided) this.notices.askedBy(now);
  }
  stop(): void {
    this.notices.stop();
    this.release();
  }
  /** Nothing is to be answered any more. */
  release(): void {
    this.crowd.release();
    this.statusAt = Infinity;
  }

  /** Its server is there and has been told: it will be heard. */
  expect(now: number): void {
    this.heardAt = now;
  }
  /** Something of it came not long ago. */
  isHeard(now: number): boolean {
    return now - this.heardAt < STREAM_SILENT_MS;
  }
  /** It ended. */
  lost(): void {
    this.heardAt = -Infinity;
  }

  // ---- frames

  handleData(now: number, frame: DataFrame): void {
    if (!this.file.isTaking) return;
    this.arrivals.symbol();
    if (!this.file.takeSymbol(now, frame)) return;
    this.heardAt = now;
    this.usefulAt = now;
  }

  handleTick(now: number, arrivedAt: number, tick: TickFrame): void {
    if (!this.file.isTaking || this.keys.of(tick.epoch) === undefined) return;
    this.arrivals.tick(tick, arrivedAt, now - arrivedAt);
  }

  handleSymbols(now: number, symbols: SymbolsFrame, datagram: Bytes): void {
    if (!this.file.isTaking || symbols.block >= this.file.offer.blockCount) return;
    if (this.file.written.has(symbols.block) || this.keys.of(symbols.epoch) === undefined) return;
    const known = this.file.blocks.get(symbols.block);
    if (known?.under?.epoch === symbols.epoch && known.isChecked()) return;
    if (!this.isSigned(datagram)) return;
    this.heardAt = now;
    this.file.takeSymbols(now, this, symbols);
  }

  handlePoll(now: number, poll: PollFrame): void {
    if (this.isDone(now)) return this.notices.polled(now, now + this.answerDelay());
    this.heard(now);
    if (!this.file.isActive()) return;
    this.notices.heard(now, this.usefulAt);
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

  /** The server asks by name: who is complete says so, any other what it has. */
  handleRoll(now: number, roll: RollFrame): void {
    const follows = this.follows(now, roll.members);
    if (!roll.names.includes(namePrefix(this.context.self.id))) return;
    const at = now + this.context.random.next() * Math.min(roll.windowMs, ASK_WINDOW_MAX_MS);
    if (follows && !roll.introduce) this.statusAt = Math.min(this.statusAt, at);
    else if (this.file.hasDecided) this.notices.askedBy(at);
  }

  /** The server is there, and asks for what it needs to know. */
  private follows(now: number, members: number): boolean {
    this.crowd.learn(members);
    if (this.isDone(now)) return false;
    this.heard(now);
    if (!this.file.isActive()) return false;
    this.notices.overheard(now, this.usefulAt);
    return true;
  }

  private heard(now: number): void {
    this.heardAt = now;
    this.file.served(now);
  }

  /** We have all of it, and stay a while to say so. */
  private isDone(now: number): boolean {
    if (this.file.told !== 'complete') return false;
    this.file.linger(now);
    return true;
  }

  // ---- time

  nextTimeout(): number {
    return Math.min(this.statusAt, this.notices.at, this.crowd.nextTimeout());
  }

  handleTimeout(now: number): void {
    if (this.statusAt <= now) this.sendStatus(now);
    if (this.crowd.nextTimeout() <= now) this.crowd.handleTimeout(now);
    if (this.notices.at <= now) this.tellServer(now);
  }

  // ---- inside

  private sendStatus(now: number): void {
    this.statusAt = Infinity;
    if (!this.file.isActive()) return;
    const { pollsToAnswer: asked, file } = this;
    this.crowd.addHeld(asked.blocks);
    const datagramBytesMax = controlBytesMax(this.context.self) - this.keys.sealBytes;
    const frame = encodeStatus(file.offer.room, {
      transfer: this.stream.id,
      member: this.context.self.id,
      poll: asked.poll,
      arrivals: this.arrivals.read(),
      ...statusOfFile(now, file, asked.blocks, datagramBytesMax),
    });
    this.toServer(frame, asked.multicast);
    asked.blocks.clear();
    asked.multicast = false;
  }

  /** Says what we decided; repeats it while it can matter. */
  private tellServer(now: number): void {
    const { told, failReason, offer } = this.file;
    const byMulticast = this.notices.tell(now, told === 'wanted');
    // Who is not there cannot hear it: it is told when it comes.
    if (this.roster.get(this.stream.server) === undefined && told === 'wanted') return;
    this.toServer(signedHave(this.context, offer, this.stream.id, told, failReason), byMulticast);
  }

  private toServer(frame: Bytes, byMulticast: boolean): void {
    const server = this.roster.get(this.stream.server);
    if (server !== undefined) this.context.send({ kind: 'unicast', address: server.address }, frame);
    if (byMulticast || server === undefined)
      this.context.send({ kind: 'control', room: this.file.offer.room }, frame);
  }

  /** Signed by the server; counted where not. */
  private isSigned(datagram: Bytes): boolean {
    const { offer } = this.file;
    const { server } = this.stream;
    const publicKey = server === offer.author ? offer.publicKey : this.roster.get(server)?.publicKey;
    const { crypto } = this.context;
    if (publicKey !== undefined && verifyFrame(crypto, 'symbols', offer.room, publicKey, datagram))
      return true;
    this.context.count('bad-signature');
    return false;
  }

  private answerDelay(): number {
    return this.context.random.next() * STATUS_SPREAD_MEMBER_MS * (this.roster.size + 1);
  }
}
