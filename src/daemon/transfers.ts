/** Files on their way in both directions: what the core reports of them becomes the state that every client shows. */
import type { MemberId, RoomId, TransferId } from '../base/ids.ts';
import type { TransferInfo } from '../contract/api.ts';
import type { CryptoPort, PeerEvent, TransferFailure } from '../core/api.ts';
import { FEW_RECEIVERS_MAX } from '../core/limits.ts';
import { parseRecord } from '../core/wire/record.ts';
import type { EngineCommand, EngineEvent } from '../io/engine-messages.ts';
import type { Store } from '../store/store.ts';
import type { Events } from './events.ts';
import { SENT_JUST_NOW_MS, TRANSFER_MEMBERS_MAX } from './limits.ts';
import { answered, MemberAsks } from './member-asks.ts';
import type { Members } from './members.ts';
import { sameSource } from './sources.ts';
import type { Sources } from './sources.ts';
import type { TransferBook } from './transfer-book.ts';
import type { TransferDecisions } from './transfer-decisions.ts';
import type { TransferKeeper } from './transfer-keeper.ts';
import { hasEnded, mayHavePart, newTransfer, ownState, stateAfter } from './transfer-model.ts';
import type { MemberRow, OfferedEvent, Transfer } from './transfer-model.ts';

export type TransferEvent = Extract<
  PeerEvent,
  {
    type:
      | 'transfer-offered'
      | 'transfer-accepted'
      | 'transfer-paused'
      | 'transfer-asked'
      | 'transfer-progress'
      | 'transfer-waiting'
      | 'transfer-safety'
      | 'transfer-cost'
      | 'transfer-done'
      | 'transfer-failed';
  }
>;
type AskedAgain = Extract<PeerEvent, { type: 'transfer-asked-again' }>;
type StoreRecord = Extract<PeerEvent, { type: 'store-record' }>;
/** About one member of an own file. */
type MemberEvent = Exclude<
  TransferEvent,
  { type: 'transfer-offered' | 'transfer-waiting' | 'transfer-safety' | 'transfer-cost' }
>;

export interface TransfersContext {
  readonly store: Store;
  readonly events: Events;
  readonly members: Members;
  readonly sources: Sources;
  readonly crypto: CryptoPort;
  readonly book: TransferBook;
  readonly keeper: TransferKeeper;
  readonly decisions: TransferDecisions;
  readonly post: (command: EngineCommand) => void;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** States of a member that need no explanation. */
const NO_REASON: ReadonlySet<MemberRow['state']> = new Set(['running', 'waiting', 'paused', 'done']);
/** A TransferId is the beginning of the RecordId of its offer. */
const TRANSFER_ID_DIGITS = 32;

export class Transfers {
  readonly decisions: TransferDecisions;
  readonly asks: MemberAsks;
  readonly #context: TransfersContext;

  constructor(context: TransfersContext) {
    this.#context = context;
    this.asks = new MemberAsks(context);
    this.decisions = context.decisions;
  }

  list(room?: RoomId): readonly TransferInfo[] {
    const { book } = this.#context;
    return (room === undefined ? book.all() : book.ofRoom(room)).map((one) => book.info(one));
  }

  infoOf(id: string): TransferInfo | undefined {
    const { book } = this.#context;
    const found = book.find(id as TransferId);
    return found === undefined ? undefined : book.info(found);
  }

  get(id: string): Transfer {
    return this.#context.book.get(id);
  }

  /** Whose parts in the downloads folder must stay. */
  parts(downloads: string): readonly TransferId[] {
    const all = this.#context.book.all();
    return all.filter((one) => mayHavePart(one) && one.folder === downloads).map(({ id }) => id);
  }

  /** True while a file that was accepted comes in. */
  get receiving(): boolean {
    return this.#context.book.all().some((one) => !one.offer.own && one.state === 'running');
  }

  /**
   * A folder of this name was in the room before: whoever has a copy is sent only the rest. Among very many, who has none would wait
   * for its answers to be asked for, which is slower than sending it all.
   */
  hadFolder(room: RoomId, name: string): boolean {
    const { book, members } = this.#context;
    if (members.present(room).length > FEW_RECEIVERS_MAX) return false;
    return book.ofRoom(room).some(({ offer }) => offer.file.pack !== undefined && offer.file.name === name);
  }

  /**
   * The same file, unchanged, is on its way in that room already, or was until just now: it goes on. Whoever starts `send` again
   * because it was interrupted wants no second copy; whoever does so later wants one.
   */
  resumeSource(room: RoomId, paths: readonly string[]): TransferInfo | undefined {
    const { book, members, now } = this.#context;
    const wanted = JSON.stringify(paths);
    const same = book.ofRoom(room).findLast((one) => {
      const { offer, state, path = '', paths: packed, stamp, isLive, changedAt } = one;
      if (!offer.own || state === 'cancelled' || state === 'declined') return false;
      // A folder may have changed since, and another copy of it costs the wire only what did.
      if (state === 'done' && (packed !== undefined || now() - changedAt > SENT_JUST_NOW_MS)) return false;
      if (JSON.stringify(packed ?? [path]) !== wanted) return false;
      // A pack was looked at when it was restored.
      return packed === undefined ? sameSource(path, stamp) : isLive;
    });
    if (same === undefined) return undefined;
    for (const { id } of members.present(room)) this.#row(same, id);
    this.#followRows(same);
    return this.decisions.resume(same.id);
  }

  /** Before the record is durable, so that there is no moment at which others may have an offer whose source is not known. */
  onOwnRecord({ token, id, room, bytes }: StoreRecord): void {
    const { sources, crypto, book, now } = this.#context;
    const transfer = id.slice(0, TRANSFER_ID_DIGITS) as TransferId;
    sources.onStoreRecord(token, id);
    const record = sources.of(transfer) === undefined ? undefined : parseRecord(crypto, bytes);
    if (record?.body.kind !== 'offer') return;
    const { author, name, at, depth, sequence, body } = record;
    const pack = body.pack === undefined ? {} : { pack: body.pack };
    const offer: OfferedEvent = {
      type: 'transfer-offered',
      room,
      transfer,
      message: id,
      record: bytes,
      file: { name: body.name, size: body.size, ...pack },
      from: author,
      name,
      at,
      own: true,
      depth,
      sequence,
    };
    const added = newTransfer(offer, now());
    this.#begin(added);
    book.add(added);
    book.changed(added);
    book.commit();
  }

  onOffered(event: OfferedEvent): void {
    const { book, events, sources, decisions, now } = this.#context;
    const known = book.find(event.transfer);
    if (known !== undefined && !event.own) return decisions.onOfferedAgain(known);
    const transfer = known ?? newTransfer(event, now());
    if (known === undefined) {
      book.add(transfer);
      if (event.own) this.#begin(transfer);
    }
    if (!event.own) decisions.decide(transfer);
    events.emit({ type: 'transfer-offered', ...book.short(transfer) });
    book.changed(transfer, true);
    if (!event.own) book.commit();
    else sources.onOffered(transfer.id, book.info(transfer));
  }

  onSaved({ transfer: id, path, mediaType, stamp }: Extract<EngineEvent, { type: 'file-saved' }>): void {
    const { book, keeper, post } = this.#context;
    const transfer = book.find(id);
    if (transfer === undefined) return;
    transfer.path = path;
    transfer.stamp = stamp;
    transfer.bytesDone = transfer.offer.file.size;
    if (mediaType !== undefined) transfer.mediaType = mediaType;
    keeper.forgetBlocks(id);
    // It has its name: a kill from here on must not fetch it again.
    this.#end(transfer, 'done');
    post({ type: 'file-kept', transfer: id });
  }

  onBlocksDurable({ transfer: id, blocks }: Extract<EngineEvent, { type: 'blocks-durable' }>): void {
    const { book, keeper } = this.#context;
    const transfer = book.find(id);
    if (transfer !== undefined) keeper.addBlocks(transfer, blocks);
  }

  onPartChecked({ transfer: id, written }: Extract<EngineEvent, { type: 'part-checked' }>): void {
    const { book, keeper } = this.#context;
    const transfer = book.find(id);
    if (transfer !== undefined) keeper.setWritten(transfer, written);
  }

  onPage(event: Extract<PeerEvent, { type: 'store-page' }>): void {
    const { book, keeper } = this.#context;
    if (book.find(event.transfer) !== undefined) keeper.addPage(event);
  }

  onEvent(event: Exclude<TransferEvent, OfferedEvent>): void {
    const transfer = this.#context.book.find(event.transfer);
    if (transfer === undefined) return;
    if (!('member' in event) || event.member === undefined) return this.#onWhole(transfer, event);
    // The failure of somebody without a row is that of one who quit before it wanted anything.
    const isNews = event.type !== 'transfer-failed' || transfer.rows.has(event.member);
    return isNews ? this.#onMember(transfer, event, this.#row(transfer, event.member)) : undefined;
  }

  /** The sender of a file asks for it once more; of what this run of the core does not know, we say whether it is its sender. */
  onAskedAgain({ room, transfer: id, from, isKnown }: AskedAgain): void {
    const transfer = this.#context.book.find(id);
    if (transfer === undefined || transfer.roomId !== room) return;
    if (transfer.offer.own || transfer.offer.from !== from) return;
    // The core may have made room for others.
    transfer.isLive &&= isKnown;
    this.decisions.askedAgain(transfer);
  }

  /** Who quits before it has taken the file is no receiver any more; who is lost did not get it. */
  onMemberLeft(room: RoomId, member: MemberId, reason: 'quit' | 'expired' | 'removed'): void {
    if (reason !== 'quit') return;
    const { book } = this.#context;
    for (const transfer of book.ofRoom(room)) {
      const row = transfer.offer.own ? transfer.rows.get(member) : undefined;
      if (row === undefined || row.wanted || row.state === 'declined') continue;
      transfer.rows.delete(member);
      this.#followRows(transfer);
      book.changed(transfer, true);
    }
  }

  onRoomJoined(room: RoomId): void {
    this.decisions.restoreRoom(room);
  }

  /** The core has forgotten them. */
  onRoomQuit(room: RoomId): void {
    for (const transfer of this.#context.book.ofRoom(room)) transfer.isLive = false;
  }

  /** Nothing of the room is kept any more. */
  forget(room: RoomId): void {
    const { book } = this.#context;
    for (const transfer of book.ofRoom(room)) book.drop(transfer);
  }

  close(): void {
    this.#context.book.close();
  }

  #begin(transfer: Transfer): void {
    const source = this.#context.sources.of(transfer.id);
    if (source === undefined) {
      // An own offer that came back from the log, and of which this profile knows nothing: its source is gone.
      transfer.state = 'failed';
      transfer.reason = 'sender-left';
      return;
    }
    transfer.path = source.path;
    if (source.paths !== undefined) transfer.paths = source.paths;
    if (source.stamp !== undefined) transfer.stamp = source.stamp;
    if (source.mediaType !== undefined) transfer.mediaType = source.mediaType;
    if (source.spool !== undefined) transfer.spool = source.spool;
    for (const member of this.#context.members.present(transfer.roomId)) this.#row(transfer, member.id);
  }

  #onWhole(transfer: Transfer, event: Exclude<TransferEvent, OfferedEvent>): void {
    const { events, book } = this.#context;
    const short = book.short(transfer);
    switch (event.type) {
      case 'transfer-progress':
        transfer.bytesDone = event.bytesDone;
        events.emit({ type: event.type, ...short, bytesDone: event.bytesDone });
        if (transfer.state === 'waiting') book.set(transfer, 'running');
        return book.changed(transfer);
      case 'transfer-waiting':
        if (transfer.state !== 'running') return undefined;
        transfer.state = 'waiting';
        transfer.reason = event.reason;
        events.emit({ type: event.type, ...short, reason: event.reason });
        return book.changed(transfer, true);
      case 'transfer-safety':
        transfer.blocksAtRisk = event.blocksAtRisk;
        return book.changed(transfer);
      case 'transfer-cost':
        transfer.wireBytes = event.wireBytes;
        return book.changed(transfer);
      case 'transfer-done': {
        transfer.bytesDone = transfer.offer.file.size;
        const { path } = transfer;
        events.emit({ type: event.type, ...short, ...(path === undefined ? {} : { path }) });
        return this.#end(transfer, 'done');
      }
      case 'transfer-failed':
        transfer.reason = event.reason;
        events.emit({ type: event.type, ...short, reason: event.reason });
        this.#failRows(transfer, event.reason);
        return this.#end(transfer, this.#isDelivered(transfer) ? 'done' : stateAfter(event.reason));
      case 'transfer-accepted':
      case 'transfer-asked':
      case 'transfer-paused':
        return undefined;
    }
  }

  #onMember(transfer: Transfer, event: MemberEvent, row: MemberRow | undefined): void {
    if (row === undefined) return;
    const { events, book } = this.#context;
    const short = { ...book.short(transfer), member: book.member(transfer.roomId, row) };
    switch (event.type) {
      case 'transfer-accepted':
        row.state = 'running';
        row.wanted = true;
        answered(row);
        events.emit({ type: event.type, ...short });
        break;
      case 'transfer-asked':
        row.state = 'waiting';
        row.wanted = false;
        row.bytesDone = 0;
        answered(row);
        events.emit({ type: 'transfer-asked-again', ...short });
        break;
      case 'transfer-paused':
        row.state = 'paused';
        events.emit({ type: event.type, ...short });
        break;
      case 'transfer-progress':
        row.state = 'running';
        row.bytesDone = event.bytesDone;
        events.emit({ type: event.type, ...short, bytesDone: event.bytesDone });
        break;
      case 'transfer-done':
        row.state = 'done';
        row.wanted = true;
        row.bytesDone = transfer.offer.file.size;
        events.emit({ type: event.type, ...short });
        break;
      case 'transfer-failed':
        row.state = stateAfter(event.reason);
        row.reason = event.reason;
        events.emit({ type: event.type, ...short, reason: event.reason });
        break;
    }
    if (NO_REASON.has(row.state)) delete row.reason;
    if (row.state === 'done') delete row.isAsked;
    this.#followRows(transfer);
    book.changed(transfer, event.type !== 'transfer-progress');
  }

  /** Of an own file: how far all are together. What was decided about the whole stays. */
  #followRows(transfer: Transfer): void {
    const rows = [...transfer.rows.values()];
    if (rows.length > 0) transfer.bytesDone = Math.min(...rows.map((one) => one.bytesDone));
    if (transfer.state === 'cancelled' || transfer.state === 'paused') return;
    const state = ownState(rows);
    if (transfer.state !== state) transfer.changedAt = this.#context.now();
    transfer.state = state;
    if (state !== 'failed') delete transfer.reason;
  }

  /** Ended after everyone who wanted it had it: nothing failed. */
  #isDelivered({ offer, rows }: Transfer): boolean {
    return offer.own && rows.size > 0 && ownState(rows.values()) === 'done';
  }

  #failRows(transfer: Transfer, reason: TransferFailure): void {
    for (const row of transfer.rows.values()) {
      if (hasEnded(row.state)) continue;
      row.state = stateAfter(reason);
      row.reason = reason;
    }
  }

  #end(transfer: Transfer, state: Transfer['state']): void {
    const { store, sources, book } = this.#context;
    if (transfer.offer.own) {
      // Out of the room the offer still stands: it goes on with the next join.
      if (transfer.reason !== 'room-quit') {
        sources.release(transfer.id, transfer.spool);
        if (transfer.spool !== undefined) delete transfer.path;
        delete transfer.spool;
        delete transfer.blocksAtRisk;
      }
    } else if (state === 'done' || state === 'declined' || state === 'cancelled') {
      const path = transfer.path === undefined ? {} : { path: transfer.path };
      // Losing this costs a second copy of the file after a restart, no more.
      store.attempt(() => store.outcomes.set(transfer.id, { outcome: state, ...path }));
    }
    book.set(transfer, state);
    book.commit();
  }

  #row(transfer: Transfer, member: MemberId): MemberRow | undefined {
    const known = transfer.rows.get(member);
    if (known !== undefined) return known;
    if (transfer.rows.size >= TRANSFER_MEMBERS_MAX) return undefined;
    const name = this.#context.members.view(transfer.roomId, member)?.name ?? member.slice(0, 8);
    const row: MemberRow = { id: member, name, state: 'waiting', bytesDone: 0, wanted: false };
    transfer.rows.set(member, row);
    return row;
  }
}
