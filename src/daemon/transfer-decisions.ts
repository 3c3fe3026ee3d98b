/**
 * What is decided about a transfer, by rule or by the user, and how one of an earlier run goes on. The core of this run may
 * not know it yet: then it is handed over first, and what was decided follows.
 */
import { existsSync } from 'node:fs';
import type { RoomId } from '../base/ids.ts';
import type { TransferInfo } from '../contract/api.ts';
import type { RestoredTransfer } from '../core/api.ts';
import { RETRIES_MAX } from '../core/limits.ts';
import type { EngineCommand, EngineEvent, RestoredFile } from '../io/engine-messages.ts';
import type { Store } from '../store/store.ts';
import type { Downloads } from './downloads.ts';
import type { Events } from './events.ts';
import { ApiFault } from './fault.ts';
import type { FileRuleBook } from './file-rules.ts';
import { freeBytes } from './free-space.ts';
import { ACCEPTED_FREE_BYTES_MIN, FREE_SPACE_BYTES_MIN } from './limits.ts';
import type { Rooms } from './rooms.ts';
import type { TransferBook } from './transfer-book.ts';
import type { TransferKeeper } from './transfer-keeper.ts';
import { FAILED_BY_MACHINE, isOnTheWay, ownState, remainingBytes, wasRefused } from './transfer-model.ts';
import type { Transfer } from './transfer-model.ts';

export interface DecisionsContext {
  readonly store: Store;
  readonly events: Events;
  readonly rooms: Rooms;
  readonly rules: FileRuleBook;
  readonly book: TransferBook;
  readonly keeper: TransferKeeper;
  readonly post: (command: EngineCommand) => void;
  readonly downloads: Downloads;
  /** False for a command that is gone before a file could arrive. */
  readonly receives: boolean;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly freeBytes?: (folder: string) => number;
}

type RestoreRefused = Extract<EngineEvent, { type: 'restore-refused' }>;

export class TransferDecisions {
  readonly #context: DecisionsContext;

  constructor(context: DecisionsContext) {
    this.#context = context;
  }

  /** Of an offer that just came: taken by rule, refused for want of space, or asked about. */
  decide(transfer: Transfer): void {
    const { store, receives } = this.#context;
    const known = store.outcomes.get(transfer.id);
    if (known !== undefined) {
      transfer.state = known.outcome;
      if (known.outcome === 'done') transfer.bytesDone = transfer.offer.file.size;
      if (known.path !== undefined && existsSync(known.path)) transfer.path = known.path;
      return;
    }
    transfer.state = 'asking';
    if (!receives || !this.#isTakenByRule(transfer)) return;
    const left = this.#spaceLeft(transfer);
    if (left >= FREE_SPACE_BYTES_MIN) this.#take(transfer);
    else if (left < ACCEPTED_FREE_BYTES_MIN) this.#refuse(transfer);
  }

  /** The offer came from the others' logs, for our own had lost it: what was decided about it stands. */
  onOfferedAgain(transfer: Transfer): void {
    const { receives, downloads } = this.#context;
    transfer.isLive = true;
    const isWanted = transfer.state === 'running' || transfer.state === 'waiting';
    if (isWanted && receives) this.#accept(transfer, transfer.folder ?? downloads.path);
  }

  accept(id: string): void {
    const { book } = this.#context;
    const transfer = book.get(id);
    if (transfer.offer.own) this.#impossible(transfer);
    if (transfer.state === 'failed') return void this.retry(id);
    if (transfer.state !== 'asking') this.#impossible(transfer);
    this.#requireSpace(transfer);
    this.#take(transfer);
    book.set(transfer, transfer.state);
    book.commit();
  }

  decline(id: string): void {
    const { book, post } = this.#context;
    const transfer = book.get(id);
    if (transfer.offer.own || transfer.state !== 'asking') this.#impossible(transfer);
    if (!transfer.isLive) this.#handOver(transfer, { kind: 'gone' });
    post({ type: 'decline', transfer: transfer.id });
    this.#over(transfer, 'declined');
  }

  /** By the sender: for all. By a receiver: for itself. A core that knows it answers with `transfer-failed`. */
  cancel(id: string): void {
    const { book, post, downloads } = this.#context;
    const transfer = book.get(id);
    const { own } = transfer.offer;
    if (transfer.state === 'cancelled') return;
    if (!own && transfer.state === 'asking') return this.decline(id);
    if (!own && !isOnTheWay(transfer) && transfer.state !== 'failed') this.#impossible(transfer);
    if (own && !transfer.isLive) this.#handOver(transfer, { kind: 'gone' });
    if (own || (transfer.isLive && transfer.state !== 'failed')) {
      post({ type: 'cancel', transfer: transfer.id });
      return;
    }
    // Nobody waits for our answer: what was written goes, and the offer is not taken again.
    post({ type: 'remove-part', transfer: transfer.id, folder: transfer.folder ?? downloads.path });
    transfer.reason = 'cancelled-by-receiver';
    this.#over(transfer, 'cancelled');
  }

  pause(id: string): TransferInfo {
    const { book, post } = this.#context;
    const transfer = book.get(id);
    if (transfer.state === 'paused') return book.info(transfer);
    const canPause = transfer.offer.own
      ? transfer.state === 'running' || transfer.state === 'waiting'
      : isOnTheWay(transfer);
    if (!canPause) this.#impossible(transfer);
    if (transfer.isLive) post({ type: 'pause', transfer: transfer.id });
    delete transfer.reason;
    book.set(transfer, 'paused');
    book.commit();
    return book.info(transfer);
  }

  /** Ends a pause, tries again what failed, takes what asks, and leaves alone what goes on already. */
  resume(id: string): TransferInfo {
    const { book, post, rooms } = this.#context;
    const transfer = book.get(id);
    const { state, roomId } = transfer;
    if (state === 'paused') {
      if (!transfer.offer.own) this.#requireSpace(transfer);
      book.set(transfer, transfer.offer.own ? ownState(transfer.rows.values()) : 'running');
      if (transfer.isLive) post({ type: 'unpause', transfer: transfer.id });
      else this.#goOn(transfer);
      book.commit();
    } else if (state === 'failed' || state === 'cancelled' || state === 'declined') return this.retry(id);
    else if (state === 'waiting' && !transfer.isLive && rooms.isActive(roomId)) this.#goOn(transfer);
    else if (state === 'asking') this.accept(id);
    return book.info(transfer);
  }

  /** What failed goes on where it was, so that only what is missing is sent; what we refused is taken after all. */
  retry(id: string): TransferInfo {
    const { book, post, downloads } = this.#context;
    const transfer = book.get(id);
    const { own } = transfer.offer;
    const wasRefusedHere = !own && wasRefused(transfer);
    if (transfer.state !== 'failed' && !wasRefusedHere) this.#impossible(transfer);
    if (!own) this.#requireSpace(transfer);
    if (own) {
      // Members that failed ask again by themselves; a source that could not be read is looked at again.
      if (!transfer.isLive || transfer.reason !== undefined) this.#goOn(transfer);
      book.set(transfer, 'running');
    } else {
      transfer.acceptedAt ??= this.#context.now();
      transfer.folder ??= downloads.path;
      const { id: live, offer, folder } = transfer;
      if (transfer.isLive) post({ type: 'retry', transfer: live, folder, file: offer.file });
      else this.#goOn(transfer);
      book.set(transfer, 'running');
    }
    book.commit();
    return book.info(transfer);
  }

  /**
   * Its sender asks for it once more: what a person refused is that person's to say, and no rule's; what failed is tried again within the
   * rules. Nothing where there is no space still, or it asked RETRIES_MAX times.
   */
  askedAgain(transfer: Transfer): void {
    const { receives, book } = this.#context;
    if (!receives || transfer.asks >= RETRIES_MAX) return;
    if (wasRefused(transfer)) return this.#askOnceMore(transfer);
    const { state, reason = '', acceptedAt } = transfer;
    if (state !== 'failed' || !FAILED_BY_MACHINE.has(reason)) return;
    const left = this.#spaceLeft(transfer);
    if (left < ACCEPTED_FREE_BYTES_MIN) return;
    const isTaken = this.#isTakenByRule(transfer) && left >= FREE_SPACE_BYTES_MIN;
    if (acceptedAt === undefined && !isTaken) return this.#askOnceMore(transfer);
    transfer.asks++;
    this.retry(transfer.id);
    book.commit();
  }

  /** The room is open: what was going on in it goes on, and what is here can be had by others. */
  restoreRoom(room: RoomId): void {
    const { book, receives } = this.#context;
    if (!receives) return;
    for (const transfer of book.ofRoom(room)) {
      if (transfer.isLive) continue;
      if (transfer.state === 'asking' && transfer.asks === 0) this.#decideAgain(transfer);
      if (transfer.isLive || !goesOn(transfer)) continue;
      this.#goOn(transfer);
      if (transfer.reason === 'room-quit') this.#reentered(transfer);
    }
  }

  onRestoreRefused({ transfer: id, fault, detail }: RestoreRefused): void {
    const { book, events } = this.#context;
    const transfer = book.find(id);
    if (transfer === undefined) return;
    transfer.isLive = false;
    // A file that arrived and was moved since is no fault: it is only not served any more.
    if (!transfer.offer.own && transfer.state === 'done') return;
    transfer.reason = fault;
    const path = transfer.path ?? transfer.folder ?? this.#context.downloads.path;
    events.problem(fault, { path, name: transfer.fileName, detail });
    events.emit({ type: 'transfer-failed', ...book.short(transfer), reason: fault });
    book.set(transfer, 'failed');
    book.commit();
  }

  // ---- inside

  #isTakenByRule({ id, offer }: Transfer): boolean {
    const { rules, book } = this.#context;
    const { room, from, file } = offer;
    const onTheWay = book.promisedBytes((one) => one.id !== id && one.offer.from === from);
    return rules.takes({ room, from, size: file.size }, onTheWay);
  }

  /** It was offered while a command ran that takes nothing, and is not offered to us again. */
  #decideAgain(transfer: Transfer): void {
    if (!this.#isTakenByRule(transfer) || this.#spaceLeft(transfer) < FREE_SPACE_BYTES_MIN) return;
    this.#take(transfer);
    this.#context.book.set(transfer, 'running');
  }

  /** It failed by our leaving the room, and goes on with our return. */
  #reentered(transfer: Transfer): void {
    for (const row of transfer.rows.values()) {
      if (row.reason !== 'room-quit') continue;
      row.state = 'waiting';
      delete row.reason;
    }
    delete transfer.reason;
    this.#context.book.set(transfer, 'waiting');
  }

  /** Accepted: the core is told, or gets to know it first. */
  #take(transfer: Transfer): void {
    const { downloads, now } = this.#context;
    transfer.acceptedAt = now();
    transfer.folder = downloads.path;
    transfer.state = 'running';
    if (transfer.isLive) this.#accept(transfer, downloads.path);
    else this.#goOn(transfer);
  }

  #accept({ id, offer }: Transfer, folder: string): void {
    this.#context.post({ type: 'accept', transfer: id, folder, file: offer.file });
  }

  /** A person, whatever the rules say. Of what had come nothing is left. */
  #askOnceMore(transfer: Transfer): void {
    const { book, events, keeper, post } = this.#context;
    transfer.asks++;
    transfer.bytesDone = 0;
    delete transfer.reason;
    keeper.forgetBlocks(transfer.id);
    if (transfer.isLive) post({ type: 'reoffer', transfer: transfer.id });
    else this.#handOver(transfer, { kind: 'gone' }, { state: 'offered' });
    book.set(transfer, 'asking');
    book.commit();
    events.emit({ type: 'transfer-asked-again', ...book.short(transfer) });
  }

  #goOn(transfer: Transfer): void {
    const { rooms, downloads } = this.#context;
    if (!rooms.isActive(transfer.roomId)) return;
    const { path, paths = [], stamp } = transfer;
    const { own, file } = transfer.offer;
    if (own || transfer.state === 'done') {
      if (path === undefined || stamp === undefined) return;
      if (file.pack === undefined) this.#handOver(transfer, { kind: 'whole', path, stamp });
      else if (own) this.#handOver(transfer, { kind: 'sources', paths, name: file.name, stamp });
      else this.#handOver(transfer, { kind: 'folder', path, stamp });
      return;
    }
    transfer.folder ??= downloads.path;
    this.#handOver(transfer, { kind: 'part', folder: transfer.folder, ...file });
  }

  #handOver(transfer: Transfer, file: RestoredFile, as: Partial<RestoredTransfer> = {}): void {
    const { post, keeper } = this.#context;
    transfer.isLive = true;
    const restored = { ...keeper.restored(transfer), ...as };
    post({ type: 'restore-transfer', room: transfer.roomId, transfer: transfer.id, restored, file });
  }

  /** Bytes that would be left, with all that was accepted. */
  #spaceLeft(transfer: Transfer): number {
    const { book, downloads } = this.#context;
    const free = (this.#context.freeBytes ?? freeBytes)(transfer.folder ?? downloads.path);
    const promised = book.promisedBytes((one) => one !== transfer && one.state !== 'paused');
    return free - promised - remainingBytes(transfer);
  }

  #requireSpace(transfer: Transfer): void {
    if (this.#spaceLeft(transfer) >= ACCEPTED_FREE_BYTES_MIN) return;
    if (transfer.state === 'asking' && transfer.isLive) this.#refuse(transfer);
    const { downloads } = this.#context;
    const path = transfer.folder ?? downloads.path;
    throw new ApiFault('disk-full', { name: transfer.fileName, path });
  }

  /** The sender is told, and `retry` takes it once there is space. */
  #refuse(transfer: Transfer): void {
    const { post, events, downloads, book } = this.#context;
    post({ type: 'decline', transfer: transfer.id, reason: 'disk-full' });
    events.problem('disk-full', { name: transfer.fileName, path: downloads.path });
    transfer.reason = 'disk-full';
    book.set(transfer, 'failed');
  }

  #over(transfer: Transfer, state: 'declined' | 'cancelled'): void {
    const { store, book } = this.#context;
    store.attempt(() => store.outcomes.set(transfer.id, { outcome: state }));
    book.set(transfer, state);
    book.commit();
  }

  #impossible(transfer: Transfer): never {
    throw new ApiFault('transfer-not-possible', { state: transfer.state });
  }
}

/** Without a word of the user. */
function goesOn({ offer, state, reason }: Transfer): boolean {
  if (state === 'asking' || state === 'cancelled') return false;
  // Whom it was offered to declined it: the offer stands, and somebody may come, or be asked once more.
  if (state === 'declined') return offer.own;
  return state !== 'failed' || reason === 'room-quit' || (offer.own && reason === undefined);
}
