/**
 * Keeps transfers on the disk as they go on, so that a kill at any moment costs no more than a second of them. Decisions are
 * written at once, the rest together; what a full disk refuses is tried again.
 */
import type { Bytes } from '../base/bytes.ts';
import type { TransferId } from '../base/ids.ts';
import type { PeerEvent, RestoredTransfer } from '../core/api.ts';
import { BLOCK_BYTES } from '../core/limits.ts';
import type { Store } from '../store/store.ts';
import type { Events } from './events.ts';
import { KEEP_MS, UNKEPT_PAGES_MAX } from './limits.ts';
import { fromKept, toKept } from './transfer-model.ts';
import type { Transfer } from './transfer-model.ts';

type StorePage = Extract<PeerEvent, { type: 'store-page' }>;

export class TransferKeeper {
  readonly #store: Store;
  readonly #events: Events;
  readonly #dirty = new Map<TransferId, Transfer>();
  readonly #pages: StorePage[] = [];
  /** Of what is received in this run. */
  readonly #written = new Map<TransferId, Bytes>();
  readonly #newBlocks = new Set<TransferId>();
  #due: NodeJS.Timeout | undefined;
  #isClosed = false;
  /** The disk does not take it. */
  #isRefused = false;

  constructor(store: Store, events: Events) {
    this.#store = store;
    this.#events = events;
  }

  /** What is worth keeping of earlier runs, in the order in which it came. */
  load(at: number, isThere: (path: string) => boolean): readonly Transfer[] {
    this.#store.attempt(() => this.#store.transfers.prune(at, isThere));
    return this.#store.transfers.list().map(fromKept);
  }

  /** It changed. `now`: it must not be forgotten by whatever happens next. False where the disk did not take it yet. */
  save(transfer: Transfer, now: boolean): boolean {
    this.#dirty.set(transfer.id, transfer);
    if (now) return this.flush();
    this.#schedule();
    return true;
  }

  addPage(event: StorePage): void {
    // A disk that takes nothing for long: the blocks of a page that is lost are fetched again.
    if (this.#pages.length >= UNKEPT_PAGES_MAX) this.#pages.shift();
    this.#pages.push(event);
    this.#schedule();
  }

  addBlocks({ id, offer }: Transfer, blocks: readonly number[]): void {
    const written = this.#bitmap(id, offer.file.size);
    for (const block of blocks) {
      const byte = written[block >> 3];
      if (byte !== undefined) written[block >> 3] = byte | (1 << (block & 7));
    }
    this.#newBlocks.add(id);
    this.#schedule();
  }

  setWritten({ id }: Transfer, written: Bytes): void {
    this.#written.set(id, written);
    this.#newBlocks.add(id);
    this.#schedule();
  }

  /** What the core needs to go on with it. */
  restored(transfer: Transfer): RestoredTransfer {
    this.flush();
    const { offer, state } = transfer;
    const { pages, root, written } = this.#store.transfers.blocks(transfer.id);
    return {
      offer: offer.record,
      own: offer.own,
      state: offer.own || state === 'done' ? 'complete' : 'receiving',
      pages,
      ...(root === undefined ? {} : { root }),
      written: state === 'done' ? new Uint8Array(0) : (this.#written.get(transfer.id) ?? written),
      paused: state === 'paused',
    };
  }

  /** Nothing is kept of it any more. */
  drop(transfer: TransferId): void {
    this.#dirty.delete(transfer);
    this.#written.delete(transfer);
    this.#newBlocks.delete(transfer);
    this.#store.attempt(() => this.#store.transfers.together(() => this.#store.transfers.drop(transfer)));
  }

  /** It is whole, or over: which of its blocks are there needs no memory any more. */
  forgetBlocks(transfer: TransferId): void {
    this.#written.delete(transfer);
    this.#newBlocks.delete(transfer);
  }

  /** Everything in one transaction; false where the disk did not take it. */
  flush(): boolean {
    clearTimeout(this.#due);
    this.#due = undefined;
    if (this.#dirty.size === 0 && this.#pages.length === 0 && this.#newBlocks.size === 0) return true;
    const { transfers } = this.#store;
    const stored = this.#store.attempt(() =>
      transfers.together(() => {
        for (const transfer of this.#dirty.values()) transfers.save(toKept(transfer));
        for (const { transfer, kind, first, frame } of this.#pages)
          transfers.addPage(transfer, kind === 'root' ? 'root' : first, frame);
        for (const id of this.#newBlocks)
          transfers.setWritten(id, this.#written.get(id) ?? new Uint8Array(0));
      }),
    );
    if (!stored.ok) {
      // Told once; what goes on goes on, and is written down when the disk takes it.
      if (!this.#isRefused) this.#events.problem(stored.error.code, { ...stored.error });
      this.#isRefused = true;
      this.#schedule();
      return false;
    }
    this.#isRefused = false;
    this.#dirty.clear();
    this.#pages.length = 0;
    this.#newBlocks.clear();
    return true;
  }

  close(): void {
    this.#isClosed = true;
    this.flush();
  }

  #schedule(): void {
    if (!this.#isClosed) this.#due ??= setTimeout(() => this.flush(), KEEP_MS);
  }

  #bitmap(id: TransferId, size: number): Bytes {
    const known = this.#written.get(id);
    if (known !== undefined) return known;
    const written = new Uint8Array(Math.ceil(Math.ceil(size / BLOCK_BYTES) / 8));
    written.set(this.#store.transfers.blocks(id).written.subarray(0, written.length));
    this.#written.set(id, written);
    return written;
  }
}
