/** Which transfer, and which stream of it, a frame is for; and whether what is signed in it counts. */
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, TransferId } from '../../base/ids.ts';
import type { Context } from '../context.ts';
import type { Member } from '../membership/roster.ts';
import type { VerifyBudget } from '../membership/verify-budget.ts';
import type { Room } from '../room/room.ts';
import type { ControlFrame } from '../wire/frame.ts';
import type { HaveFrame } from '../wire/have.ts';
import type { HoldFrame } from '../wire/hold.ts';
import type { LogRecord } from '../wire/record.ts';
import type { RetryFrame } from '../wire/retry.ts';
import type { Feed } from './feed.ts';
import { offerOf } from './file.ts';
import type { FileOffer } from './file.ts';
import type { Incoming } from './incoming.ts';
import type { OwnFile } from './own-file.ts';
import type { Parked } from './parked.ts';
import { RetriesHeard } from './retries-heard.ts';
import type { Streams } from './streams.ts';

export interface Transfers {
  readonly own: ReadonlyMap<TransferId, OwnFile>;
  readonly incoming: ReadonlyMap<TransferId, Incoming>;
  readonly streams: Streams;
  readonly parked: Parked;
  /** An offer that was parked can be had. */
  found(now: number, room: Room, record: LogRecord): void;
}

interface Stated {
  readonly member: MemberId;
  readonly incarnation: string;
}

export class FrameRoutes {
  private readonly context: Context;
  private readonly budget: VerifyBudget;
  readonly transfers: Transfers;
  private readonly feeds = new Map<TransferId, Feed>();
  private readonly byTag = new Map<number, Feed>();
  private readonly retries = new RetriesHeard();

  constructor(context: Context, budget: VerifyBudget, transfers: Transfers) {
    this.context = context;
    this.budget = budget;
    this.transfers = transfers;
  }

  /** False where another stream has its tag. */
  openFeed(feed: Feed): boolean {
    const { id, tag } = feed.stream;
    if (this.byTag.has(tag)) return false;
    this.byTag.set(tag, feed);
    this.feeds.set(id, feed);
    return true;
  }
  closeFeed(feed: Feed): void {
    const { id, tag } = feed.stream;
    if (this.byTag.get(tag) === feed) this.byTag.delete(tag);
    if (this.feeds.get(id) === feed) this.feeds.delete(id);
  }
  /** Where DATA, REPAIR and TICK with a tag go. */
  feedOf(tag: number): Feed | undefined {
    return this.byTag.get(tag);
  }

  handleFrame(now: number, room: Room, frame: ControlFrame, datagram: Bytes): void {
    switch (frame.type) {
      case 'have':
        return this.handleHave(now, room, frame, datagram);
      case 'hold':
        return this.handleHold(now, room, frame, datagram);
      case 'retry':
        return this.handleRetry(now, room, frame, datagram);
      case 'status':
      case 'report': {
        const stream = this.transfers.streams.get(frame.transfer);
        if (stream?.offer.room === room.id) {
          if (frame.type === 'status') stream.handleStatus(now, frame);
          else stream.handleReport(now, frame);
        }
        if (frame.type === 'report') this.feedIn(room, frame.transfer)?.handleReport(frame);
        return undefined;
      }
      case 'page':
      case 'root': {
        const transfer = this.transfers.incoming.get(frame.transfer);
        if (transfer?.offer.room !== room.id) return undefined;
        return frame.type === 'page'
          ? transfer.handlePage(now, frame, datagram)
          : transfer.handleRoot(now, frame, datagram);
      }
      case 'ask':
        return this.feedIn(room, frame.transfer)?.handleAsk(now, frame);
      case 'roll':
        return this.feedIn(room, frame.transfer)?.handleRoll(now, frame);
      case 'poll':
        return this.feedIn(room, frame.transfer)?.handlePoll(now, frame);
      case 'symbols':
        return this.feedIn(room, frame.transfer)?.handleSymbols(now, frame, datagram);
      default:
        return undefined;
    }
  }

  private feedIn(room: Room, stream: TransferId): Feed | undefined {
    const feed = this.feeds.get(stream);
    return feed?.file.offer.room === room.id ? feed : undefined;
  }

  private handleHave(now: number, room: Room, have: HaveFrame, datagram: Bytes): void {
    const stream = this.transfers.streams.get(have.transfer);
    if (stream?.offer.room !== room.id) return;
    const member = this.speaker(now, room, have, datagram, 'have');
    if (member === undefined || !stream.handleHave(now, have)) return;
    room.presence.heard(now, member);
    this.transfers.own.get(have.transfer)?.told(now, have);
  }

  private handleHold(now: number, room: Room, hold: HoldFrame, datagram: Bytes): void {
    const { own, incoming, parked } = this.transfers;
    const known = own.get(hold.transfer) ?? incoming.get(hold.transfer);
    const record = parked.get(hold.transfer);
    const offer = known?.offer ?? (record === undefined ? undefined : offerOf(record));
    if (offer?.room !== room.id) return;
    if (!fits(offer, hold)) return this.context.count('hold-malformed');
    const member = this.speaker(now, room, hold, datagram, 'hold');
    if (member === undefined) return;
    room.presence.heard(now, member);
    if (known !== undefined) return known.holding.handleHold(now, hold);
    if (record === undefined || (!hold.complete && hold.ranges.length === 0)) return;
    parked.delete(hold.transfer);
    this.transfers.found(now, room, record);
    incoming.get(hold.transfer)?.holding.handleHold(now, hold);
  }

  /** The author of a file asks for it once more. Of one of an earlier process we may know nothing here. */
  private handleRetry(now: number, room: Room, retry: RetryFrame, datagram: Bytes): void {
    const { transfer } = retry;
    if (retry.asked !== this.context.self.id) return;
    const known = this.transfers.incoming.get(transfer);
    const isAuthors = known === undefined || known.offer.author === retry.member;
    if (!isAuthors || (known?.offer.room ?? room.id) !== room.id)
      return this.context.count('retry-not-author');
    // A recording of it is older than the last HELLO.
    if (retry.counter <= (room.presence.roster.get(retry.member)?.counter ?? Infinity))
      return this.context.count('retry-stale');
    const member = this.speaker(now, room, retry, datagram, 'retry');
    if (member === undefined) return;
    room.presence.heard(now, member);
    if (known?.askedAgain(now) === false) return;
    if (!this.retries.take(now, retry)) return this.context.count('retry-early');
    const isKnown = known !== undefined;
    this.context.emit({ type: 'transfer-asked-again', room: room.id, transfer, from: member.id, isKnown });
  }

  /** Who signed a statement; undefined where it does not count. */
  private speaker(
    now: number,
    room: Room,
    stated: Stated,
    datagram: Bytes,
    kind: 'have' | 'hold' | 'retry',
  ): Member | undefined {
    const member = room.presence.roster.get(stated.member);
    if (member === undefined || room.presence.roster.removed.has(stated.member)) return undefined;
    if (member.incarnation !== stated.incarnation) {
      this.context.count(`${kind}-stale`);
      return undefined;
    }
    const claim = { kind, room: room.id, publicKey: member.publicKey, datagram };
    return this.budget.verifies(this.context, now, true, claim) ? member : undefined;
  }
}

/** It names blocks that the file has. */
function fits(offer: FileOffer, hold: HoldFrame): boolean {
  const last = hold.ranges.at(-1);
  return last === undefined || last.first + last.count <= offer.blockCount;
}
