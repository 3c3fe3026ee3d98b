/**
 * Files on their way in both directions. What the core reports becomes the state that every client shows; small
 * files are accepted by themselves, the rest is asked.
 */
import { existsSync } from 'node:fs';
import type { MemberId, RoomId, TransferId } from '../base/ids.ts';
import type { DaemonEvent, TransferInfo } from '../contract/api.ts';
import type { FileView, PeerEvent } from '../core/api.ts';
import type { EngineCommand, EngineEvent } from '../io/engine-messages.ts';
import { safeName } from '../io/files/safe-name.ts';
import type { Store } from '../store/store.ts';
import type { Events } from './events.ts';
import { ApiFault } from './fault.ts';
import { freeBytes } from './free-space.ts';
import {
  AUTO_ACCEPT_BYTES_MAX,
  FREE_SPACE_BYTES_MIN,
  TRANSFER_MEMBERS_MAX,
  TRANSFER_STATE_MS_MIN,
  TRANSFERS_MAX,
} from './limits.ts';
import type { Members } from './members.ts';
import type { Rooms } from './rooms.ts';
import type { Sources } from './sources.ts';
import { bytesNeeded, hasEnded, ownState, stateAfter, transferInfo } from './transfer-model.ts';
import type { MemberRow, OfferedEvent, Transfer } from './transfer-model.ts';

export type TransferEvent = Extract<
  PeerEvent,
  {
    type:
      | 'transfer-offered'
      | 'transfer-accepted'
      | 'transfer-progress'
      | 'transfer-done'
      | 'transfer-failed';
  }
>;
type MemberShort = NonNullable<Extract<DaemonEvent, { type: 'transfer-done' }>['member']>;

export interface TransfersContext {
  readonly store: Store;
  readonly events: Events;
  readonly rooms: Rooms;
  readonly members: Members;
  readonly sources: Sources;
  readonly post: (command: EngineCommand) => void;
  readonly downloads: string;
  /** False for a command that is gone before a file could arrive. */
  readonly receives: boolean;
}

export class Transfers {
  readonly #context: TransfersContext;
  readonly #transfers = new Map<TransferId, Transfer>();
  readonly #due = new Map<TransferId, NodeJS.Timeout>();

  constructor(context: TransfersContext) {
    this.#context = context;
  }

  list(room?: RoomId): readonly TransferInfo[] {
    const all = [...this.#transfers.values()];
    return all.filter((one) => room === undefined || one.roomId === room).map((one) => this.info(one));
  }

  info(transfer: Transfer): TransferInfo {
    return transferInfo(transfer, this.#context.rooms.label(transfer.roomId));
  }

  get(id: string): Transfer {
    const transfer = this.#transfers.get(id as TransferId);
    if (transfer === undefined) throw new ApiFault('transfer-unknown');
    return transfer;
  }

  accept(id: string): void {
    const transfer = this.#incoming(id, ['asking', 'failed']);
    this.#context.post({ type: 'accept', transfer: transfer.id });
    this.#setState(transfer, 'running');
  }

  decline(id: string): void {
    const transfer = this.#incoming(id, ['asking']);
    this.#context.post({ type: 'decline', transfer: transfer.id });
    this.#end(transfer, 'declined');
  }

  /** By the sender: for all. By a receiver: for itself. The core answers with `transfer-failed`. */
  cancel(id: string): void {
    const transfer = this.get(id);
    if (!transfer.offer.own && transfer.state !== 'running') this.#impossible(transfer);
    if (transfer.offer.own && transfer.state === 'cancelled') return;
    this.#context.post({ type: 'cancel', transfer: transfer.id });
  }

  onOffered(event: OfferedEvent): void {
    if (this.#transfers.has(event.transfer)) return;
    this.#makeRoom();
    const transfer: Transfer = {
      offer: event,
      roomId: event.room,
      id: event.transfer,
      fileName: event.own ? event.file.name : safeName(event.file.name),
      state: 'running',
      bytesDone: 0,
      rows: new Map(),
    };
    this.#transfers.set(event.transfer, transfer);
    if (event.own) this.#begin(transfer);
    else this.#decide(transfer);
    const { events, sources } = this.#context;
    events.emit({ type: 'transfer-offered', ...this.#short(transfer) });
    this.#changed(transfer, true);
    if (event.own) sources.onOffered(transfer.id, this.info(transfer));
  }

  onSaved(event: Extract<EngineEvent, { type: 'file-saved' }>): void {
    const transfer = this.#transfers.get(event.transfer);
    if (transfer === undefined) return;
    transfer.path = event.path;
    if (event.mediaType !== undefined) transfer.mediaType = event.mediaType;
  }

  onEvent(event: Exclude<TransferEvent, OfferedEvent>): void {
    const transfer = this.#transfers.get(event.transfer);
    if (transfer === undefined) return;
    if (event.member === undefined) return this.#onWhole(transfer, event);
    // The failure of somebody without a row is that of one who quit before it wanted anything.
    const isNews = event.type !== 'transfer-failed' || transfer.rows.has(event.member);
    return isNews ? this.#onMember(transfer, event, this.#row(transfer, event.member)) : undefined;
  }

  /** Who quits before it has taken the file is no receiver any more; who is lost did not get it. */
  onMemberLeft(room: RoomId, member: MemberId, reason: 'quit' | 'expired' | 'removed'): void {
    if (reason !== 'quit') return;
    for (const transfer of this.#transfers.values()) {
      const row = transfer.roomId === room && transfer.offer.own ? transfer.rows.get(member) : undefined;
      if (row === undefined || row.wanted || row.state === 'declined') continue;
      transfer.rows.delete(member);
      if (transfer.state !== 'cancelled') transfer.state = ownState(transfer.rows.values());
      this.#changed(transfer, true);
    }
  }

  /** Own files of the room can be had by nobody any more. */
  onRoomQuit(room: RoomId): void {
    for (const { id, roomId, offer } of this.#transfers.values()) {
      if (roomId === room && offer.own) this.#context.sources.release(id);
    }
  }

  /** True while a file that was accepted is still on its way. */
  get receiving(): boolean {
    return [...this.#transfers.values()].some((one) => !one.offer.own && one.state === 'running');
  }

  close(): void {
    for (const timer of this.#due.values()) clearTimeout(timer);
    this.#due.clear();
  }

  #begin(transfer: Transfer): void {
    const source = this.#context.sources.of(transfer.id);
    if (source === undefined) {
      // An own offer of an earlier run, come back from the log: its source is gone.
      transfer.state = 'failed';
      transfer.reason = 'sender-left';
      return;
    }
    transfer.path = source.path;
    if (source.mediaType !== undefined) transfer.mediaType = source.mediaType;
    if (source.spool !== undefined) transfer.spool = source.spool;
    for (const member of this.#context.members.present(transfer.roomId)) this.#row(transfer, member.id);
  }

  #decide(transfer: Transfer): void {
    const { store, receives, post } = this.#context;
    const known = store.outcomes.get(transfer.id);
    if (known !== undefined) {
      transfer.state = known.outcome;
      if (known.outcome === 'done') transfer.bytesDone = transfer.offer.file.size;
      if (known.path !== undefined && existsSync(known.path)) transfer.path = known.path;
      return;
    }
    transfer.state = 'asking';
    if (!receives || !this.#fitsByItself(transfer.offer.file)) return;
    transfer.state = 'running';
    post({ type: 'accept', transfer: transfer.id });
  }

  #fitsByItself(file: FileView): boolean {
    if (file.size > AUTO_ACCEPT_BYTES_MAX) return false;
    // What was accepted and is not written yet is as good as used.
    let promised = 0;
    for (const { offer, state, bytesDone } of this.#transfers.values()) {
      if (!offer.own && state === 'running') promised += Math.max(0, bytesNeeded(offer.file) - bytesDone);
    }
    return freeBytes(this.#context.downloads) - promised - bytesNeeded(file) >= FREE_SPACE_BYTES_MIN;
  }

  #onWhole(transfer: Transfer, event: Exclude<TransferEvent, OfferedEvent>): void {
    const { events } = this.#context;
    const short = this.#short(transfer);
    switch (event.type) {
      case 'transfer-progress':
        transfer.bytesDone = event.bytesDone;
        events.emit({ type: event.type, ...short, bytesDone: event.bytesDone });
        if (!transfer.offer.own && transfer.state === 'failed') transfer.state = 'running';
        this.#changed(transfer);
        return;
      case 'transfer-done': {
        transfer.bytesDone = transfer.offer.file.size;
        const { path } = transfer;
        events.emit({ type: event.type, ...short, ...(path === undefined ? {} : { path }) });
        this.#end(transfer, 'done');
        return;
      }
      case 'transfer-failed':
        transfer.reason = event.reason;
        events.emit({ type: event.type, ...short, reason: event.reason });
        this.#failRows(transfer, event.reason);
        this.#end(transfer, this.#isDelivered(transfer) ? 'done' : stateAfter(event.reason));
        return;
      case 'transfer-accepted':
        return;
    }
  }

  #onMember(
    transfer: Transfer,
    event: Exclude<TransferEvent, OfferedEvent>,
    row: MemberRow | undefined,
  ): void {
    if (row === undefined) return;
    const { events } = this.#context;
    const short = { ...this.#short(transfer), member: this.#member(transfer.roomId, row) };
    switch (event.type) {
      case 'transfer-accepted':
        row.state = 'running';
        row.wanted = true;
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
    if (row.state === 'running' || row.state === 'done') delete row.reason;
    if (transfer.state === 'cancelled') return this.#changed(transfer, true);
    transfer.state = ownState(transfer.rows.values());
    const done = [...transfer.rows.values()].map((one) => one.bytesDone);
    transfer.bytesDone = Math.min(...done);
    this.#changed(transfer, event.type !== 'transfer-progress');
  }

  /** Ended after everyone who wanted it had it: nothing failed. */
  #isDelivered({ offer, rows }: Transfer): boolean {
    return offer.own && rows.size > 0 && ownState(rows.values()) === 'done';
  }

  #failRows(transfer: Transfer, reason: NonNullable<MemberRow['reason']>): void {
    for (const row of transfer.rows.values()) {
      if (hasEnded(row.state)) continue;
      row.state = stateAfter(reason);
      row.reason = reason;
    }
  }

  #end(transfer: Transfer, state: Transfer['state']): void {
    const { store, sources } = this.#context;
    if (transfer.offer.own) {
      if (transfer.spool !== undefined) delete transfer.path;
      sources.release(transfer.id);
    } else if (state === 'done' || state === 'declined' || state === 'cancelled') {
      const path = transfer.path === undefined ? {} : { path: transfer.path };
      // Losing this costs a second copy of the file after a restart, no more.
      store.attempt(() => store.outcomes.set(transfer.id, { outcome: state, ...path }));
    }
    this.#setState(transfer, state);
  }

  #setState(transfer: Transfer, state: Transfer['state']): void {
    transfer.state = state;
    if (state === 'running' || state === 'done') delete transfer.reason;
    this.#changed(transfer, true);
  }

  /** Sends the whole state: at once where something was decided, else at most five times a second. */
  #changed(transfer: Transfer, now = false): void {
    const { id } = transfer;
    const send = (): void => {
      clearTimeout(this.#due.get(id));
      this.#due.delete(id);
      this.#context.events.emit({ type: 'transfer-state', transfer: this.info(transfer) });
    };
    if (now) send();
    else if (!this.#due.has(id)) this.#due.set(id, setTimeout(send, TRANSFER_STATE_MS_MIN));
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

  #member(room: RoomId, row: MemberRow): MemberShort {
    const address = this.#context.members.view(room, row.id)?.address ?? '';
    return { id: row.id, name: row.name, address };
  }

  #short(transfer: Transfer) {
    const { room, transfer: id, file, folder, from, own } = this.info(transfer);
    return { room, transfer: id, file, ...(folder === undefined ? {} : { folder }), from, own };
  }

  #incoming(id: string, states: readonly Transfer['state'][]): Transfer {
    const transfer = this.get(id);
    if (transfer.offer.own || !states.includes(transfer.state)) this.#impossible(transfer);
    return transfer;
  }

  #impossible(transfer: Transfer): never {
    throw new ApiFault('transfer-not-possible', { state: transfer.state });
  }

  #makeRoom(): void {
    if (this.#transfers.size < TRANSFERS_MAX) return;
    for (const [id, transfer] of this.#transfers) {
      if (!hasEnded(transfer.state) && transfer.state !== 'asking') continue;
      this.#transfers.delete(id);
      return;
    }
    for (const id of this.#transfers.keys()) {
      this.#transfers.delete(id);
      return;
    }
  }
}
