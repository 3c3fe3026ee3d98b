/** The servers that one incoming file comes from: its author, and whoever else serves it (protocol.md §7.11). */
import type { MemberId, TransferId } from '../../base/ids.ts';
import type { Context } from '../context.ts';
import { FEEDS_MAX, TRANSFER_GIVE_UP_MS } from '../limits.ts';
import type { Roster } from '../membership/roster.ts';
import type { Assembly } from './assembly.ts';
import { Feed } from './feed.ts';
import type { FedFile } from './feed.ts';
import { streamOf } from './stream.ts';
import type { TransferKeys } from './transfer-keys.ts';

/** Routes the frames of a stream to its feed. */
export interface FeedsHost {
  /** False where another stream has the same tag. */
  openFeed(feed: Feed): boolean;
  closeFeed(feed: Feed): void;
}

export class Feeds {
  private readonly file: FedFile;
  private readonly context: Context;
  private readonly roster: Roster;
  private readonly keys: TransferKeys;
  private readonly host: FeedsHost;
  private readonly author: Feed;
  /** The author's process that said last that it serves the file. */
  private servedBy: string | undefined;
  /** Of others than the author. */
  private readonly held = new Map<MemberId, Feed>();
  /** Who was caught sending what is not the file. */
  private readonly banned = new Set<MemberId>();

  constructor(file: FedFile, context: Context, roster: Roster, keys: TransferKeys, host: FeedsHost) {
    this.file = file;
    this.context = context;
    this.roster = roster;
    this.keys = keys;
    this.host = host;
    this.author = new Feed(
      streamOf(context.crypto, file.offer, file.offer.author),
      file,
      context,
      roster,
      keys,
    );
  }

  // ---- the author

  /** Its frames are listened to from the offer on; false where another transfer has its tag. */
  openAuthor(): void {
    this.host.openFeed(this.author);
  }

  start(now: number): void {
    if (this.isAuthorThere) this.author.expect(now);
    this.author.start(now);
    for (const feed of this.held.values()) feed.start(now);
  }

  /** It came back as it was, or as a new process. */
  authorBack(now: number): void {
    if (this.file.isActive()) this.author.expect(now);
    this.author.serverBack(now, TRANSFER_GIVE_UP_MS);
  }
  /** It says that it serves the file: perhaps a new process, which knows of nobody who has it. */
  authorServes(now: number, incarnation: string): void {
    const isNew = this.servedBy !== incarnation;
    this.servedBy = incarnation;
    if (isNew) this.author.serverBack(now, Infinity);
    else if (!this.author.isHeard(now)) this.author.serverBack(now, 0);
  }
  authorLost(): void {
    this.author.lost();
  }
  /** It asked how we stand. */
  answerAuthor(now: number): void {
    this.author.answer(now);
  }
  isServedByAuthor(now: number): boolean {
    return this.isAuthorThere && this.author.isHeard(now);
  }
  private get isAuthorThere(): boolean {
    return this.roster.get(this.file.offer.author) !== undefined;
  }

  // ---- others

  open(now: number, server: MemberId): void {
    if (this.held.has(server) || this.banned.has(server)) return;
    for (const [other, feed] of this.held)
      if (this.held.size >= FEEDS_MAX && !feed.isHeard(now)) this.close(other);
    if (this.held.size >= FEEDS_MAX) return this.context.count('feeds-full');
    const stream = streamOf(this.context.crypto, this.file.offer, server);
    const feed = new Feed(stream, this.file, this.context, this.roster, this.keys);
    if (!this.host.openFeed(feed)) return this.context.count('stream-tag-taken');
    this.held.set(server, feed);
    feed.start(now);
  }

  close(server: MemberId): void {
    const feed = this.held.get(server);
    if (feed === undefined) return;
    feed.stop();
    this.held.delete(server);
    this.host.closeFeed(feed);
  }
  /** Nobody but the author is listened to any more. */
  closeHeld(): void {
    for (const server of this.held.keys()) this.close(server);
  }
  closeAll(): void {
    this.closeHeld();
    this.host.closeFeed(this.author);
  }

  /** The server of a stream lies. */
  ban(stream: TransferId | undefined): void {
    for (const [server, feed] of this.held) {
      if (feed.stream.id !== stream) continue;
      this.close(server);
      if (this.banned.size < FEEDS_MAX) this.banned.add(server);
    }
  }

  /** Whether what a server signs about the symbols of a block counts, and not what another one said before. */
  mayVouch(now: number, feed: Feed, block: Assembly): boolean {
    if (block.vouchedBy === undefined || block.vouchedBy === feed.stream.id) return true;
    // A job may be at work on it.
    if (block.phase !== 'filling') return false;
    const before = [this.author, ...this.held.values()].find(({ stream }) => stream.id === block.vouchedBy);
    if (feed !== this.author && before?.isHeard(now) === true) return false;
    block.pollute();
    block.forgetHashes();
    return true;
  }

  /** Whose stream it is. */
  serverOf(stream: TransferId | undefined): MemberId | undefined {
    for (const [server, feed] of this.held) if (feed.stream.id === stream) return server;
    return undefined;
  }

  isServed(now: number): boolean {
    if (this.isServedByAuthor(now)) return true;
    for (const feed of this.held.values()) if (feed.isHeard(now)) return true;
    return false;
  }

  // ---- all

  /** Something was decided: all of them are told. */
  decide(now: number): void {
    this.author.decide(now);
    for (const feed of this.held.values()) feed.decide(now);
  }
  stop(): void {
    this.author.stop();
    for (const feed of this.held.values()) feed.stop();
  }
  release(): void {
    this.author.release();
    for (const feed of this.held.values()) feed.release();
  }

  nextTimeout(): number {
    let at = this.author.nextTimeout();
    for (const feed of this.held.values()) at = Math.min(at, feed.nextTimeout());
    return at;
  }
  handleTimeout(now: number): void {
    if (this.author.nextTimeout() <= now) this.author.handleTimeout(now);
    for (const feed of this.held.values()) if (feed.nextTimeout() <= now) feed.handleTimeout(now);
  }
}
