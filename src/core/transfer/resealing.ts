/**
 * The sender's blocks when the epoch to send under changes (protocol.md §7.9): what is open and not written everywhere is
 * taken back, read again, sealed under the new secret and sent from the beginning. Invariant: every block in the window
 * is sealed under the epoch that is current, or is written by everybody who waits for it.
 *
 * The buffers of blocks that are taken back are not used again: a datagram that shows a part of one may still wait for
 * the socket.
 */
import type { OpenBlock } from './open-block.ts';
import type { SourcePort } from './source-port.ts';
import type { TransferEpoch, TransferKeys } from './transfer-keys.ts';

export class Resealing {
  private readonly keys: TransferKeys;
  private readonly open: Map<number, OpenBlock>;
  private readonly source: SourcePort;
  /** Taken back: whether each is sent from the beginning, or was open again only for members that lag. */
  private readonly taken = new Map<number, { readonly fresh: boolean }>();
  private current: TransferEpoch | undefined;

  constructor(keys: TransferKeys, open: Map<number, OpenBlock>, source: SourcePort) {
    this.keys = keys;
    this.open = open;
    this.source = source;
    this.current = keys.current();
  }

  /** There is another epoch to send under than before, or none. */
  get isDue(): boolean {
    return this.keys.current() !== this.current;
  }

  /** Takes back what is open; whoever calls has closed what is done. */
  renew(): void {
    this.current = this.keys.current();
    for (const { index, fresh } of this.open.values()) this.taken.set(index, { fresh });
    this.open.clear();
    this.source.reseal(this.current, this.taken.keys());
  }

  /** A block was read again: how it goes out. */
  take(block: number): { readonly fresh: boolean } {
    const taken = this.taken.get(block);
    this.taken.delete(block);
    return taken ?? { fresh: false };
  }

  /** Blocks that have a place in the window and are not in it yet. */
  get size(): number {
    return this.taken.size;
  }
  clear(): void {
    this.taken.clear();
  }
}
