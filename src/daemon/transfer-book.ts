/** All transfers that this profile knows: their list is bounded, every change is told to clients and kept on the disk. */
import type { RoomId, TransferId } from '../base/ids.ts';
import type { DaemonEvent, TransferInfo, TransferState } from '../contract/api.ts';
import type { Events } from './events.ts';
import { ApiFault } from './fault.ts';
import { TRANSFER_STATE_MS_MIN, TRANSFERS_MAX } from './limits.ts';
import type { Members } from './members.ts';
import type { Rooms } from './rooms.ts';
import type { TransferKeeper } from './transfer-keeper.ts';
import { hasEnded, isOnTheWay, remainingBytes, transferInfo } from './transfer-model.ts';
import type { MemberRow, Transfer } from './transfer-model.ts';

export type MemberShort = NonNullable<Extract<DaemonEvent, { type: 'transfer-done' }>['member']>;

export interface TransferBookContext {
  readonly events: Events;
  readonly rooms: Rooms;
  readonly members: Members;
  readonly keeper: TransferKeeper;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** What goes with a transfer that is not kept any more. */
  readonly onDropped: (transfer: Transfer) => void;
}

export class TransferBook {
  readonly #context: TransferBookContext;
  readonly #transfers = new Map<TransferId, Transfer>();
  readonly #due = new Map<TransferId, NodeJS.Timeout>();

  constructor(context: TransferBookContext, kept: readonly Transfer[]) {
    this.#context = context;
    for (const transfer of kept) this.#transfers.set(transfer.id, transfer);
  }

  all(): readonly Transfer[] {
    return [...this.#transfers.values()];
  }

  ofRoom(room: RoomId): readonly Transfer[] {
    return this.all().filter((one) => one.roomId === room);
  }

  find(id: TransferId): Transfer | undefined {
    return this.#transfers.get(id);
  }

  /** By the whole id; ApiFault where there is none. */
  get(id: string): Transfer {
    const transfer = this.#transfers.get(id as TransferId);
    if (transfer === undefined) throw new ApiFault('transfer-unknown');
    return transfer;
  }

  info(transfer: Transfer): TransferInfo {
    return transferInfo(transfer, this.#context.rooms.label(transfer.roomId));
  }

  /** What events about it begin with. */
  short(transfer: Transfer) {
    const { room, transfer: id, file, folder, from, own } = this.info(transfer);
    return { room, transfer: id, file, ...(folder === undefined ? {} : { folder }), from, own };
  }

  member(room: RoomId, row: MemberRow): MemberShort {
    const address = this.#context.members.view(room, row.id)?.address ?? '';
    return { id: row.id, name: row.name, address };
  }

  add(transfer: Transfer): void {
    if (this.#transfers.size >= TRANSFERS_MAX) this.#dropOne();
    this.#transfers.set(transfer.id, transfer);
  }

  drop(transfer: Transfer): void {
    clearTimeout(this.#due.get(transfer.id));
    this.#due.delete(transfer.id);
    this.#transfers.delete(transfer.id);
    this.#context.keeper.drop(transfer.id);
    this.#context.onDropped(transfer);
  }

  /** What the accepted files of others still need, of a room's member where one is given. */
  promisedBytes(counts: (transfer: Transfer) => boolean): number {
    let bytes = 0;
    for (const transfer of this.#transfers.values())
      if (isOnTheWay(transfer) && counts(transfer)) bytes += remainingBytes(transfer);
    return bytes;
  }

  set(transfer: Transfer, state: TransferState): void {
    if (transfer.state !== state) transfer.changedAt = this.#context.now();
    transfer.state = state;
    if (state === 'running' || state === 'done') delete transfer.reason;
    this.changed(transfer, true);
  }

  /** Tells clients the whole state: at once where something was decided, else at most five times a second. */
  changed(transfer: Transfer, now = false): void {
    const { id } = transfer;
    const { events, keeper } = this.#context;
    keeper.save(transfer, false);
    const send = (): void => {
      clearTimeout(this.#due.get(id));
      this.#due.delete(id);
      events.emit({ type: 'transfer-state', transfer: this.info(transfer) });
    };
    if (now) send();
    else if (!this.#due.has(id)) this.#due.set(id, setTimeout(send, TRANSFER_STATE_MS_MIN));
  }

  /** Everything decided so far is on the disk when it returns, where the disk takes it. */
  commit(): void {
    this.#context.keeper.flush();
  }

  close(): void {
    for (const timer of this.#due.values()) clearTimeout(timer);
    this.#due.clear();
    this.#context.keeper.close();
  }

  /** The oldest that ended; where none did, the oldest of all. */
  #dropOne(): void {
    const all = this.all();
    const oldest = all.find(({ state }) => hasEnded(state) || state === 'asking') ?? all[0];
    if (oldest !== undefined) this.drop(oldest);
  }
}
