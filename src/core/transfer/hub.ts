/**
 * All transfers of this peer: routes records, frames, disk answers and time to each, shares the rate among the
 * streams that it sends, and keeps their number bounded.
 */
import type { Bytes } from '../../base/bytes.ts';
import { UsageError } from '../../base/assert.ts';
import type { MemberId, RoomId, TransferId } from '../../base/ids.ts';
import type { DiskFault, FileView, RestoredTransfer, Transmit } from '../api.ts';
import type { Context } from '../context.ts';
import {
  DATAGRAM_BYTES_MIN,
  DATA_HEADER_BYTES,
  FILE_BYTES_MAX,
  FILE_NAME_BYTES_MAX,
  INCOMING_ACTIVE_MAX,
  INCOMING_MAX,
  OUTGOING_MAX,
  PACK_ENTRIES_MAX,
} from '../limits.ts';
import type { Member } from '../membership/roster.ts';
import type { VerifyBudget } from '../membership/verify-budget.ts';
import type { Room } from '../room/room.ts';
import { clipUtf8 } from '../wire/codec.ts';
import type { DataFrame } from '../wire/data.ts';
import type { ControlFrame } from '../wire/frame.ts';
import { parseRecord } from '../wire/record.ts';
import type { EndReason, LogRecord } from '../wire/record.ts';
import type { TickFrame } from '../wire/tick.ts';
import { Ceilings } from './ceilings.ts';
import { offeredEvent, offerOf, transferIdOf } from './file.ts';
import type { FileOffer } from './file.ts';
import { FrameRoutes } from './frame-routes.ts';
import { HeldStreams } from './held-streams.ts';
import { Incoming } from './incoming.ts';
import type { IncomingHost } from './incoming-state.ts';
import { JobQueue } from './jobs.ts';
import { Outgoing } from './outgoing.ts';
import { OwnFile } from './own-file.ts';
import { pagesOf } from './pages.ts';
import { Parked } from './parked.ts';
import { sizesOf } from './sizes.ts';
import { BlockSource } from './source.ts';
import type { SignedBefore } from './source.ts';
import { streamOf } from './stream.ts';
import { Streams } from './streams.ts';
import { Subscriptions } from './subscriptions.ts';
import { publicKeys } from './transfer-keys.ts';
import type { TransferKeys } from './transfer-keys.ts';

export class TransferHub {
  private readonly context: Context;
  private readonly room: (id: RoomId) => Room | undefined;
  /** Of a private room. */
  private readonly keys: (id: RoomId) => TransferKeys | undefined;
  private readonly own = new Map<TransferId, OwnFile>();
  private readonly incoming = new Map<TransferId, Incoming>();
  private readonly streams = new Streams();
  private readonly held: HeldStreams;
  private readonly routes: FrameRoutes;
  private readonly parked: Parked;
  private readonly jobs = new JobQueue();
  private readonly host: IncomingHost;
  private readonly ceilings = new Ceilings();
  private due = Infinity;

  constructor(
    context: Context,
    budget: VerifyBudget,
    room: (id: RoomId) => Room | undefined,
    keys: (id: RoomId) => TransferKeys | undefined = () => undefined,
  ) {
    const subscriptions = new Subscriptions();
    this.context = {
      ...context,
      emit: (event) => void (subscriptions.passes(event) && context.emit(event)),
    };
    this.room = room;
    this.keys = keys;
    const keysOf = (offer: FileOffer): TransferKeys => this.keysOf(offer);
    this.held = new HeldStreams(this.context, this.jobs, this.streams, keysOf);
    this.parked = new Parked(this.context);
    const { own, incoming, streams, parked } = this;
    const found = (now: number, at: Room, record: LogRecord): void => this.found(now, at, record);
    this.routes = new FrameRoutes(this.context, budget, { own, incoming, streams, parked, found });
    this.host = {
      openFeed: (feed) => this.routes.openFeed(feed),
      closeFeed: (feed) => this.routes.closeFeed(feed),
      hasSlot: () => this.activeCount() < INCOMING_ACTIVE_MAX,
      openStream: (now, file) => this.held.open(now, file),
      closeStream: (stream) => this.held.close(stream),
    };
  }

  // ---- commands

  offer(now: number, room: Room, file: FileView, at: number, token: number, bytesPerMsMax: number): void {
    if (file.size > FILE_BYTES_MAX) throw new UsageError('file too large');
    const name = clipUtf8(file.name, FILE_NAME_BYTES_MAX);
    const symbolBytes = this.datagramBytes(room) - DATA_HEADER_BYTES;
    const secret = this.context.crypto.randomBytes(32);
    const pack = file.pack === undefined ? {} : { pack: file.pack };
    if ((file.pack?.entries ?? 0) > PACK_ENTRIES_MAX) throw new UsageError('too many entries');
    if (!room.write(now, { kind: 'offer', name, size: file.size, symbolBytes, secret, ...pack }, at, token))
      throw new UsageError('too many messages waiting');
    this.ceilings.put(secret, bytesPerMsMax);
  }

  accept(now: number, id: TransferId): void {
    const transfer = this.incomingOf(id);
    if (transfer.state !== 'offered') return;
    if (this.host.hasSlot()) transfer.start(now);
    else transfer.state = 'queued';
    this.due = now;
  }

  decline(now: number, id: TransferId, reason?: 'disk-full'): void {
    const transfer = this.incomingOf(id);
    if (reason !== undefined) transfer.fail(now, reason, true);
    else if (transfer.state === 'offered' || transfer.state === 'queued') transfer.decline(now);
    else transfer.fail(now, 'cancelled-by-receiver', true);
    this.settle(now);
  }

  cancel(now: number, id: TransferId): void {
    const own = this.own.get(id);
    if (own !== undefined) this.end(now, own, 'cancelled-by-sender');
    else this.incomingOf(id).fail(now, 'cancelled-by-receiver', true);
    this.settle(now);
  }

  /** Goes on with a file of an earlier process. */
  restore(now: number, room: Room, restored: RestoredTransfer): void {
    const record = parseRecord(this.context.crypto, restored.offer);
    const offer = record?.room === room.id ? offerOf(record) : undefined;
    if (offer === undefined) throw new UsageError('not an offer');
    if (this.own.has(offer.id) || this.incoming.has(offer.id)) return;
    if (restored.own !== (offer.author === this.context.self.id)) throw new UsageError('not its author');
    if (!this.makeRoom(now, restored.own)) throw new UsageError('too many transfers');
    this.parked.delete(offer.id);
    if (restored.own) {
      const before = { pages: pagesOf(restored.pages, offer.blockCount), root: restored.root };
      const own = this.addOwn(now, room, offer, before);
      if (restored.paused === true) own.pause(now);
      else own.holding.announce(now);
    } else this.addIncoming(now, room, offer).restore(now, restored, restored.paused === true);
    this.settle(now);
  }

  pause(now: number, id: TransferId): void {
    const own = this.own.get(id);
    if (own === undefined) this.incomingOf(id).pause(now);
    else own.pause(now);
    this.settle(now);
  }

  unpause(now: number, id: TransferId): void {
    const own = this.own.get(id);
    if (own === undefined) this.incomingOf(id).unpause();
    else own.unpause(now);
    this.settle(now);
  }

  retry(now: number, id: TransferId): void {
    this.incomingOf(id).retry();
    this.settle(now);
  }

  reoffer(now: number, id: TransferId): void {
    this.incomingOf(id).reoffer(now);
    this.settle(now);
  }

  askMember(now: number, id: TransferId, member: MemberId): void {
    const own = this.own.get(id);
    if (own === undefined) throw new UsageError('not an own transfer');
    own.ask(now, member);
    this.due = now;
  }

  blockRead(now: number, id: TransferId, block: number, bytes: Bytes | DiskFault): void {
    const own = this.own.get(id);
    const stream = own?.outgoing ?? this.held.of(id);
    const fault = stream?.blockRead(now, block, bytes);
    if (fault !== undefined) {
      if (own !== undefined)
        this.end(now, own, fault === 'file-changed' ? 'file-changed' : 'file-unreadable');
      else this.incoming.get(id)?.holding.failed(now, fault === 'file-changed');
    }
    this.due = now;
  }

  blockWritten(now: number, id: TransferId, block: number, fault: DiskFault | undefined): void {
    this.incoming.get(id)?.blockWritten(now, block, fault);
    this.settle(now);
  }

  blocksFound(
    now: number,
    id: TransferId,
    found: readonly number[],
    missing: readonly number[] | 'rest',
  ): void {
    this.incoming.get(id)?.blocksFound(now, found, missing);
    this.settle(now);
  }

  fileFinished(now: number, id: TransferId, fault: DiskFault | undefined): void {
    this.incoming.get(id)?.fileFinished(now, fault);
    this.settle(now);
  }

  // ---- the room's log and members

  fileRecord(now: number, room: Room, record: LogRecord): void {
    if (record.body.kind === 'end') return this.endRecord(now, record, transferIdOf(record.body.offer));
    const offer = offerOf(record);
    if (offer === undefined || this.own.has(offer.id) || this.incoming.has(offer.id)) return;
    const isOwn = record.author === this.context.self.id;
    // An own offer of an earlier process: where its source is still there, it is restored.
    if (isOwn && record.incarnation !== this.context.self.incarnation) return;
    // The process that made it is not there, or not yet: its HELLO may be on its way, and others may have the file.
    if (!isOwn && room.presence.roster.get(record.author)?.incarnation !== record.incarnation)
      this.parked.add(now, record);
    else this.found(now, room, record);
    this.due = now;
  }

  /** Somebody who is there has it. */
  private found(now: number, room: Room, record: LogRecord): void {
    const offer = offerOf(record);
    if (offer === undefined || this.incoming.has(offer.id)) return;
    const own = record.author === this.context.self.id;
    if (!this.makeRoom(now, own)) return this.context.count('transfers-full');
    this.context.emit(offeredEvent(record, offer, own));
    if (own) this.addOwn(now, room, offer, undefined);
    else this.addIncoming(now, room, offer);
    this.due = now;
  }

  memberGone(now: number, room: RoomId, member: Member, reason: 'quit' | 'expired' | 'removed'): void {
    // By us alone, and for us alone: as if it did not want the file.
    const isBlocked = this.room(room)?.presence.roster.removed.has(member.id) === true;
    const why = reason === 'removed' ? 'removed' : isBlocked ? 'declined' : 'member-left';
    for (const own of this.own.values()) if (own.offer.room === room) own.memberGone(now, member.id, why);
    for (const transfer of this.incoming.values()) {
      if (transfer.offer.room !== room) continue;
      const isAuthor = transfer.offer.author === member.id;
      if (isAuthor && reason === 'removed') transfer.end(now, 'removed');
      else if (isAuthor && isBlocked) transfer.fail(now, 'sender-left', true);
      // Whoever else has the file goes on with it.
      transfer.memberGone(now, member.id);
    }
    this.settle(now);
  }

  /** It came, or came back as a new process. */
  memberJoined(now: number, id: RoomId, member: Member): void {
    const room = this.room(id);
    if (room !== undefined) {
      const made = ({ room: at, author, incarnation }: LogRecord): boolean =>
        at === id && author === member.id && incarnation === member.incarnation;
      for (const record of this.parked.take(made)) this.found(now, room, record);
      this.parked.memberJoined(now, id);
    }
    for (const transfer of this.incoming.values())
      if (transfer.offer.room === id) transfer.memberJoined(now, member.id);
    this.settle(now);
  }

  /** Members or epochs of a private room changed. */
  roomChanged(now: number, room: RoomId, isMember: (id: MemberId) => boolean): void {
    this.parked.take((record) => record.room === room && !isMember(record.author));
    for (const stream of this.streams.values())
      if (stream.offer.room === room) stream.roomChanged(now, isMember);
    for (const transfer of this.incoming.values())
      if (transfer.offer.room === room) transfer.roomChanged(now, isMember);
    this.settle(now);
  }

  /** `isForNow`: the process ends, and its files go on in the next one. */
  roomQuit(now: number, room: RoomId, isForNow = false): void {
    this.parked.take((record) => record.room === room);
    for (const [id, own] of this.own) {
      if (own.offer.room !== room) continue;
      if (isForNow) own.suspend();
      else own.outgoing.end('room-quit');
      this.streams.delete(own.outgoing);
      this.own.delete(id);
    }
    for (const transfer of this.incoming.values()) {
      if (transfer.offer.room !== room) continue;
      if (!isForNow) transfer.fail(now, 'room-quit', false);
      this.forget(transfer);
    }
  }

  // ---- frames

  handleData(now: number, frame: DataFrame): void {
    const feed = this.routes.feedOf(frame.transferTag);
    if (feed === undefined) return;
    feed.handleData(now, frame);
    if (this.jobs.busy) this.due = Math.min(this.due, now);
  }

  handleTick(now: number, arrivedAt: number, tick: TickFrame): void {
    this.routes.feedOf(tick.transferTag)?.handleTick(now, arrivedAt, tick);
  }

  handleFrame(now: number, room: Room, frame: ControlFrame, datagram: Bytes): void {
    this.routes.handleFrame(now, room, frame, datagram);
    this.due = now;
  }

  // ---- time and output

  nextTimeout(): number {
    return this.jobs.busy ? -Infinity : this.due;
  }

  handleTimeout(now: number): void {
    if (this.jobs.busy) {
      this.jobs.step();
      for (const stream of this.streams.values()) {
        if (stream.sourceChanged) this.sourceChanged(now, stream);
        else stream.pump(now);
      }
    }
    for (const own of this.own.values()) if (own.nextTimeout() <= now) own.handleTimeout(now);
    this.held.handleTimeout(now);
    if (this.parked.nextTimeout() <= now) this.parked.handleTimeout(now);
    for (const transfer of this.incoming.values()) {
      if (transfer.nextTimeout() <= now) transfer.handleTimeout(now);
      if (transfer.isHopeless()) transfer.fail(now, 'corrupt', true);
    }
    this.settle(now);
  }

  /** The next bulk datagram, within the rate; streams take turns. */
  poll(now: number): Transmit | undefined {
    const next = this.streams.poll(now);
    if (next === undefined) return undefined;
    this.due = Math.min(this.due, next.from.nextTimeout());
    return next.transmit;
  }

  /** When `poll` has something that the rate allows. */
  pollReadyAt(now: number): number {
    return this.streams.readyAt(now);
  }

  sizes(): Readonly<Record<string, number>> {
    return sizesOf(this.routes.transfers);
  }

  // ---- inside

  private settle(now: number): void {
    let free = INCOMING_ACTIVE_MAX - this.activeCount();
    for (const transfer of this.incoming.values()) {
      if (free <= 0) break;
      if (transfer.state !== 'queued') continue;
      transfer.start(now);
      free--;
    }
    this.due = Math.min(this.parked.nextTimeout(), this.held.nextTimeout());
    const isIdle = free === INCOMING_ACTIVE_MAX && !this.jobs.busy && this.streams.blocksHeld() === 0;
    for (const own of this.own.values()) this.due = Math.min(this.due, own.nextTimeout());
    if (isIdle) this.context.buffers.release();
    for (const transfer of this.incoming.values()) this.due = Math.min(this.due, transfer.nextTimeout());
  }

  private activeCount(): number {
    let count = 0;
    for (const transfer of this.incoming.values()) if (transfer.isActive()) count++;
    return count;
  }

  private addOwn(now: number, room: Room, offer: FileOffer, before: SignedBefore | undefined): OwnFile {
    const { context, jobs } = this;
    const { roster } = room.presence;
    const outgoing = new Outgoing(now, {
      offer,
      stream: streamOf(context.crypto, offer, offer.author),
      context,
      keys: this.keysOf(offer),
      invited: roster.present(),
      source: (listener, under) => new BlockSource(offer, context, jobs, listener, under, before),
    });
    outgoing.pace.limit(this.ceilings.take(offer.secret));
    const own = new OwnFile(outgoing, context, roster);
    this.own.set(offer.id, own);
    this.streams.add(outgoing);
    return own;
  }

  private addIncoming(now: number, room: Room, offer: FileOffer): Incoming {
    const { roster } = room.presence;
    const keys = this.keysOf(offer);
    const transfer = new Incoming(now, offer, this.context, roster, this.jobs, keys, this.host);
    this.incoming.set(offer.id, transfer);
    transfer.feeds.openAuthor();
    return transfer;
  }

  private keysOf(offer: FileOffer): TransferKeys {
    return this.keys(offer.room) ?? publicKeys(offer.secret);
  }

  private end(now: number, own: OwnFile, reason: EndReason): void {
    if (own.outgoing.isEnded()) return;
    const { offer } = own;
    own.outgoing.end(reason);
    own.holding.stop();
    this.streams.delete(own.outgoing);
    this.own.delete(offer.id);
    this.room(offer.room)?.write(now, { kind: 'end', offer: offer.record, reason }, 0, 0);
  }

  /** A block that was read again is not what it was. */
  private sourceChanged(now: number, stream: Outgoing): void {
    const own = this.own.get(stream.stream.id);
    if (own !== undefined) this.end(now, own, 'file-changed');
    else this.incoming.get(stream.offer.id)?.holding.failed(now, true);
  }

  private endRecord(now: number, record: LogRecord, id: TransferId): void {
    if (record.body.kind !== 'end') return;
    if (this.parked.get(id)?.author === record.author) this.parked.delete(id);
    const transfer = this.incoming.get(id);
    // Only the author of an offer can end it.
    if (transfer === undefined || transfer.offer.author !== record.author) return;
    transfer.end(now, record.body.reason);
    this.settle(now);
  }

  /** False where the table is full of transfers that still matter. */
  private makeRoom(now: number, own: boolean): boolean {
    if (own) {
      if (this.own.size < OUTGOING_MAX) return true;
      const idle = [...this.own.values()].find(({ outgoing }) => !outgoing.receivers.wants());
      if (idle === undefined) return false;
      this.end(now, idle, 'cancelled-by-sender');
      return true;
    }
    if (this.incoming.size < INCOMING_MAX) return true;
    const over = [...this.incoming.values()].find(
      (transfer) => transfer.isOver() && transfer.nextTimeout() === Infinity,
    );
    if (over === undefined) return false;
    this.forget(over);
    return true;
  }

  private forget(transfer: Incoming): void {
    transfer.close();
    this.incoming.delete(transfer.offer.id);
  }

  private incomingOf(id: TransferId): Incoming {
    const transfer = this.incoming.get(id);
    if (transfer === undefined) throw new UsageError(`unknown transfer ${id}`);
    return transfer;
  }

  /** The least of what the members' paths take, our own included. */
  private datagramBytes(room: Room): number {
    let least = room.presence.leastBytes();
    for (const member of room.presence.roster.all()) least = Math.min(least, member.datagramBytesMax);
    return Math.max(DATAGRAM_BYTES_MIN, least);
  }
}
