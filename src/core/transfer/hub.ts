/**
 * All transfers of this peer: routes records, frames, disk answers and time to each, shares the rate among the
 * senders, and keeps their number bounded.
 */
import { toHex, type Bytes } from '../../base/bytes.ts';
import { UsageError } from '../../base/assert.ts';
import type { MemberId, RoomId, TransferId } from '../../base/ids.ts';
import type { DiskFault, FileView, RestoredTransfer, Transmit } from '../api.ts';
import type { Context } from '../context.ts';
import {
  BULK_SLOTS,
  DATA_HEADER_BYTES,
  FILE_BYTES_MAX,
  FILE_NAME_BYTES_MAX,
  INCOMING_ACTIVE_MAX,
  INCOMING_MAX,
  OUTGOING_MAX,
  PACK_ENTRIES_MAX,
  PARKED_MAX,
} from '../limits.ts';
import type { Member } from '../membership/roster.ts';
import type { VerifyBudget } from '../membership/verify-budget.ts';
import type { Room } from '../room/room.ts';
import { clipUtf8 } from '../wire/codec.ts';
import type { DataFrame } from '../wire/data.ts';
import type { ControlFrame } from '../wire/frame.ts';
import type { HaveFrame } from '../wire/have.ts';
import { parseRecord } from '../wire/record.ts';
import type { EndReason, LogRecord } from '../wire/record.ts';
import type { TickFrame } from '../wire/tick.ts';
import { offerOf, transferIdOf } from './file.ts';
import { Incoming } from './incoming.ts';
import { JobQueue } from './jobs.ts';
import { Outgoing } from './outgoing.ts';
import { publicKeys } from './transfer-keys.ts';
import type { TransferKeys } from './transfer-keys.ts';

export class TransferHub {
  private readonly context: Context;
  private readonly budget: VerifyBudget;
  private readonly room: (id: RoomId) => Room | undefined;
  /** Of a private room. */
  private readonly keys: (id: RoomId) => TransferKeys | undefined;
  private readonly outgoing = new Map<TransferId, Outgoing>();
  private readonly incoming = new Map<TransferId, Incoming>();
  private readonly byTag = new Map<number, Incoming>();
  /** Offers of processes that are not there. */
  private readonly parked = new Map<TransferId, LogRecord>();
  private readonly jobs = new JobQueue();
  /** Members of each bulk group: several transfers may share one. */
  private readonly subscriptions = new Map<string, number>();
  /** Of own offers whose record is not written yet, by secret: how fast they may go at most, bytes a millisecond. */
  private readonly ceilings = new Map<string, number>();
  private turn = 0;
  private due = Infinity;

  constructor(
    context: Context,
    budget: VerifyBudget,
    room: (id: RoomId) => Room | undefined,
    keys: (id: RoomId) => TransferKeys | undefined = () => undefined,
  ) {
    // Transfers share bulk groups; only the first subscription and the last unsubscription reach the network.
    this.context = { ...context, emit: (event) => this.filterSubscriptions(event, context) };
    this.budget = budget;
    this.room = room;
    this.keys = keys;
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
    if (bytesPerMsMax === Infinity) return;
    const [oldest] = this.ceilings.keys();
    // The room was quit before the record was stored.
    if (this.ceilings.size >= OUTGOING_MAX && oldest !== undefined) this.ceilings.delete(oldest);
    this.ceilings.set(toHex(secret), bytesPerMsMax);
  }

  accept(now: number, id: TransferId): void {
    const transfer = this.incomingOf(id);
    if (transfer.state !== 'offered') return;
    if (this.activeCount() >= INCOMING_ACTIVE_MAX) transfer.state = 'queued';
    else transfer.start(now);
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
    const own = this.outgoing.get(id);
    if (own !== undefined) this.end(now, own, 'cancelled-by-sender');
    else this.incomingOf(id).fail(now, 'cancelled-by-receiver', true);
    this.settle(now);
  }

  /** Goes on with a file of an earlier process. */
  restore(now: number, room: Room, restored: RestoredTransfer): void {
    const record = parseRecord(this.context.crypto, restored.offer);
    if (record?.body.kind !== 'offer' || record.room !== room.id) throw new UsageError('not an offer');
    // Nothing of it goes on yet: the record itself, should it come again, is offered anew.
    this.due = now;
  }

  pause(now: number, id: TransferId): void {
    if (!this.outgoing.has(id)) this.incomingOf(id);
    this.due = now;
  }

  unpause(now: number, id: TransferId): void {
    this.pause(now, id);
  }

  retry(now: number, id: TransferId): void {
    this.incomingOf(id);
    this.due = now;
  }

  blockRead(now: number, id: TransferId, block: number, bytes: Bytes | DiskFault): void {
    const own = this.outgoing.get(id);
    const fault = own?.blockRead(now, block, bytes);
    if (own !== undefined && fault !== undefined)
      this.end(now, own, fault === 'file-changed' ? 'file-changed' : 'file-unreadable');
    this.due = now;
  }

  blockWritten(now: number, id: TransferId, block: number, fault: DiskFault | undefined): void {
    this.incoming.get(id)?.blockWritten(now, block, fault);
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
    if (offer === undefined || this.outgoing.has(offer.id) || this.incoming.has(offer.id)) return;
    const own = record.author === this.context.self.id;
    // An own offer of an earlier process: its source is not open here.
    if (own && record.incarnation !== this.context.self.incarnation) return;
    // What an earlier process of its author offered is over; what a new one did may arrive before its first HELLO.
    if (!own && room.presence.roster.get(record.author)?.incarnation !== record.incarnation)
      return this.park(record);
    if (!this.makeRoom(now, own)) return this.context.count('transfers-full');
    const { id: message, name, author: from, at, depth, sequence } = record;
    const file: FileView = {
      name: offer.name,
      size: offer.size,
      ...(offer.pack === undefined ? {} : { pack: offer.pack }),
    };
    this.context.emit({
      type: 'transfer-offered',
      room: room.id,
      transfer: offer.id,
      message,
      record: record.bytes,
      file,
      from,
      name,
      at,
      own,
      depth,
      sequence,
    });
    const { roster } = room.presence;
    const keys = this.keys(room.id) ?? publicKeys(offer.secret);
    if (own) {
      const secret = toHex(offer.secret);
      const outgoing = new Outgoing(now, offer, this.context, roster, this.jobs, keys);
      outgoing.pace.limit(this.ceilings.get(secret) ?? Infinity);
      this.ceilings.delete(secret);
      this.outgoing.set(offer.id, outgoing);
    } else {
      const transfer = new Incoming(now, offer, this.context, roster, this.jobs, keys);
      this.incoming.set(offer.id, transfer);
      this.byTag.set(offer.tag, transfer);
    }
    this.due = now;
  }

  memberGone(now: number, room: RoomId, member: Member, reason: 'quit' | 'expired' | 'removed'): void {
    // By us alone, and for us alone: as if it did not want the file.
    const isBlocked = this.room(room)?.presence.roster.removed.has(member.id) === true;
    const why = reason === 'removed' ? 'removed' : isBlocked ? 'declined' : 'member-left';
    for (const own of this.outgoing.values())
      if (own.offer.room === room) own.memberGone(now, member.id, why);
    for (const transfer of this.incoming.values()) {
      if (transfer.offer.room !== room || transfer.offer.author !== member.id) continue;
      // A sender that fell silent may only be cut off; its own time-out decides. One that quit or was removed is gone.
      if (reason === 'removed') transfer.fail(now, 'removed', false);
      else if (reason !== 'expired') transfer.fail(now, 'sender-left', isBlocked);
    }
    this.settle(now);
  }

  /** It came, or came back as a new process: what its earlier process offered is over. */
  memberJoined(now: number, id: RoomId, member: Member): void {
    const room = this.room(id);
    for (const [transfer, record] of this.parked) {
      if (room === undefined || record.room !== id || record.author !== member.id) continue;
      if (record.incarnation !== member.incarnation) continue;
      this.parked.delete(transfer);
      this.fileRecord(now, room, record);
    }
    for (const transfer of this.incoming.values()) {
      const { offer } = transfer;
      if (offer.room !== id || offer.author !== member.id) continue;
      if (offer.incarnation === member.incarnation) transfer.senderBack(now);
      else transfer.fail(now, 'sender-left', false);
    }
    this.settle(now);
  }

  /** Members or epochs of a private room changed. */
  roomChanged(now: number, room: RoomId, isMember: (id: MemberId) => boolean): void {
    for (const [id, record] of this.parked)
      if (record.room === room && !isMember(record.author)) this.parked.delete(id);
    for (const own of this.outgoing.values()) if (own.offer.room === room) own.roomChanged(now, isMember);
    for (const transfer of this.incoming.values())
      if (transfer.offer.room === room) transfer.roomChanged(now, isMember);
    this.settle(now);
  }

  roomQuit(now: number, room: RoomId): void {
    for (const [id, record] of this.parked) if (record.room === room) this.parked.delete(id);
    for (const [id, own] of this.outgoing) {
      if (own.offer.room !== room) continue;
      own.end('room-quit');
      this.outgoing.delete(id);
    }
    for (const transfer of this.incoming.values()) {
      if (transfer.offer.room !== room) continue;
      transfer.fail(now, 'room-quit', false);
      transfer.close();
      this.forget(transfer);
    }
  }

  // ---- frames

  handleData(now: number, frame: DataFrame): void {
    const transfer = this.byTag.get(frame.transferTag);
    if (transfer === undefined) return;
    transfer.handleData(now, frame);
    if (this.jobs.busy) this.due = Math.min(this.due, now);
  }

  handleTick(now: number, arrivedAt: number, tick: TickFrame): void {
    this.byTag.get(tick.transferTag)?.handleTick(now, arrivedAt, tick);
  }

  handleFrame(now: number, room: Room, frame: ControlFrame, datagram: Bytes): void {
    if (frame.type === 'have') this.handleHave(now, room, frame, datagram);
    else if (frame.type === 'status') {
      const own = this.outgoing.get(frame.transfer);
      if (own?.offer.room === room.id) own.handleStatus(now, frame);
    } else if (frame.type === 'report') {
      const own = this.outgoing.get(frame.transfer);
      if (own?.offer.room === room.id) own.handleReport(now, frame);
      const transfer = this.incoming.get(frame.transfer);
      if (transfer?.offer.room === room.id) transfer.handleReport(frame);
    } else if (
      frame.type === 'ask' ||
      frame.type === 'roll' ||
      frame.type === 'page' ||
      frame.type === 'root' ||
      frame.type === 'poll' ||
      frame.type === 'symbols'
    ) {
      const transfer = this.incoming.get(frame.transfer);
      if (transfer?.offer.room !== room.id) return;
      if (frame.type === 'ask') transfer.handleAsk(now, frame);
      else if (frame.type === 'roll') transfer.handleRoll(now, frame);
      else if (frame.type === 'page') transfer.handlePage(now, frame, datagram);
      else if (frame.type === 'root') transfer.handleRoot(now, frame, datagram);
      else if (frame.type === 'symbols') transfer.handleSymbols(now, frame, datagram);
      else transfer.handlePoll(now, frame);
    }
    this.due = now;
  }

  private handleHave(now: number, room: Room, have: HaveFrame, datagram: Bytes): void {
    const own = this.outgoing.get(have.transfer);
    const member = room.presence.roster.get(have.member);
    if (own?.offer.room !== room.id || member === undefined || room.presence.roster.removed.has(have.member))
      return;
    if (member.incarnation !== have.incarnation) return this.context.count('have-stale');
    const claim = { kind: 'have', room: room.id, publicKey: member.publicKey, datagram } as const;
    if (!this.budget.verifies(this.context, now, true, claim)) return;
    if (own.handleHave(now, have)) room.presence.heard(now, member);
  }

  // ---- time and output

  nextTimeout(): number {
    return this.jobs.busy ? -Infinity : this.due;
  }

  handleTimeout(now: number): void {
    if (this.jobs.busy) {
      this.jobs.step();
      for (const own of this.outgoing.values()) {
        if (own.sourceChanged) this.end(now, own, 'file-changed');
        else own.pump(now);
      }
    }
    for (const own of this.outgoing.values()) if (own.nextTimeout() <= now) own.handleTimeout(now);
    for (const transfer of this.incoming.values()) {
      if (transfer.nextTimeout() <= now) transfer.handleTimeout(now);
      if (transfer.isHopeless()) transfer.fail(now, 'corrupt', true);
    }
    this.settle(now);
  }

  /** The next bulk datagram, within the rate; senders take turns. */
  poll(now: number): Transmit | undefined {
    const count = this.outgoing.size;
    if (count === 0) return undefined;
    const turn = this.turn % count;
    // From the one whose turn it is to the end, then from the beginning: in two rounds, so that no packet costs a list.
    for (const isFirstRound of [true, false]) {
      let index = -1;
      for (const own of this.outgoing.values()) {
        index++;
        if (index >= turn !== isFirstRound) continue;
        const next = own.nextDatagram(now);
        if (next === undefined) continue;
        this.turn = (index + 1) % count;
        this.due = Math.min(this.due, own.nextTimeout());
        const { bytes, payload } = next;
        return payload === undefined
          ? { to: own.destination, bytes }
          : { to: own.destination, bytes, payload };
      }
    }
    return undefined;
  }

  /** When `poll` has something that the rate allows. */
  pollReadyAt(now: number): number {
    let at = Infinity;
    for (const own of this.outgoing.values()) at = Math.min(at, own.readyAt(now));
    return at;
  }

  /** Sizes of what is kept, for the simulator's bounds check and for logs. */
  sizes(): Readonly<Record<string, number>> {
    let blocks = 0;
    for (const own of this.outgoing.values()) blocks = Math.max(blocks, own.blocksHeld());
    for (const transfer of this.incoming.values()) blocks = Math.max(blocks, transfer.blocksHeld());
    return { outgoing: this.outgoing.size, incoming: this.incoming.size, transferBlocks: blocks };
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
    this.due = Infinity;
    let isIdle = free === INCOMING_ACTIVE_MAX && !this.jobs.busy;
    for (const own of this.outgoing.values()) {
      this.due = Math.min(this.due, own.nextTimeout());
      isIdle &&= own.blocksHeld() === 0;
    }
    if (isIdle) this.context.buffers.release();
    for (const transfer of this.incoming.values()) this.due = Math.min(this.due, transfer.nextTimeout());
  }

  private activeCount(): number {
    let count = 0;
    for (const transfer of this.incoming.values()) if (transfer.isActive()) count++;
    return count;
  }

  private end(now: number, own: Outgoing, reason: EndReason): void {
    if (own.isEnded()) return;
    const { offer } = own;
    own.end(reason);
    this.outgoing.delete(offer.id);
    this.room(offer.room)?.write(now, { kind: 'end', offer: offer.record, reason }, 0, 0);
  }

  /** Keeps an offer whose sender is not there (as the process that made it), the newest PARKED_MAX of them. */
  private park(record: LogRecord): void {
    if (this.parked.size >= PARKED_MAX) this.parked.delete(this.parked.keys().next().value as TransferId);
    this.parked.set(transferIdOf(record.id), record);
    this.context.emit({ type: 'offer-parked', room: record.room, message: record.id });
  }

  private endRecord(now: number, record: LogRecord, id: TransferId): void {
    if (record.body.kind !== 'end') return;
    if (this.parked.get(id)?.author === record.author) this.parked.delete(id);
    const transfer = this.incoming.get(id);
    // Only the author of an offer can end it.
    if (transfer === undefined || transfer.offer.author !== record.author) return;
    transfer.fail(now, record.body.reason, false);
    this.settle(now);
  }

  /** False where the table is full of transfers that still matter. */
  private makeRoom(now: number, own: boolean): boolean {
    if (own) {
      if (this.outgoing.size < OUTGOING_MAX) return true;
      const idle = [...this.outgoing.values()].find((transfer) => !transfer.receivers.wants());
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
    this.incoming.delete(transfer.offer.id);
    if (this.byTag.get(transfer.offer.tag) === transfer) this.byTag.delete(transfer.offer.tag);
  }

  private incomingOf(id: TransferId): Incoming {
    const transfer = this.incoming.get(id);
    if (transfer === undefined) throw new UsageError(`unknown transfer ${id}`);
    return transfer;
  }

  /** The least of what the members' paths take, our own included. */
  private datagramBytes(room: Room): number {
    let least = this.context.self.datagramBytesMax;
    for (const member of room.presence.roster.all()) least = Math.min(least, member.datagramBytesMax);
    return least;
  }

  private filterSubscriptions(event: Parameters<Context['emit']>[0], outer: Context): void {
    if ((event.type === 'subscribe' || event.type === 'unsubscribe') && event.to.kind === 'bulk') {
      const key = `${event.to.room}:${event.to.slot % BULK_SLOTS}`;
      const before = this.subscriptions.get(key) ?? 0;
      const after = Math.max(0, before + (event.type === 'subscribe' ? 1 : -1));
      if (after === 0) this.subscriptions.delete(key);
      else this.subscriptions.set(key, after);
      if ((before === 0) === (after === 0)) return;
    }
    outer.emit(event);
  }
}
