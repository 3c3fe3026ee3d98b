/**
 * Under which secrets the blocks of files go in a private room (secrecy.md §5): the epoch byte in DATA is the first one of
 * an epoch's tag, which tells the epochs that are kept apart.
 */
import type { CryptoPort } from '../api.ts';
import { SEAL_BYTES } from '../limits.ts';
import { transferSecret } from '../secrecy/key-schedule.ts';
import type { TransferEpoch, TransferKeys } from '../transfer/transfer-keys.ts';
import type { Epochs, OpenEpoch } from './epochs.ts';

/** An epoch under its byte; ranks count from 1. */
interface Placed {
  readonly epoch: TransferEpoch;
  readonly rank: number;
}

export class EpochTransferKeys implements TransferKeys {
  readonly sealBytes = SEAL_BYTES;
  /** The same object each time: by it an epoch is known. */
  private readonly made = new WeakMap<OpenEpoch, TransferEpoch>();
  private readonly crypto: CryptoPort;
  private readonly epochs: Epochs;
  /** `usable` is another list whenever an epoch came, went or changed its place. Strangers make us ask: so it is kept. */
  private placed:
    | { readonly usable: readonly OpenEpoch[]; readonly byByte: ReadonlyMap<number, Placed> }
    | undefined;

  constructor(crypto: CryptoPort, epochs: Epochs) {
    this.crypto = crypto;
    this.epochs = epochs;
  }

  /** What to seal under now; undefined where nothing may be sent. */
  current(): TransferEpoch | undefined {
    const best = this.epochs.best();
    return best === undefined ? undefined : this.secretsOf(best);
  }

  /** Of an epoch that a DATA names, as far as we have it. */
  of(epoch: number): TransferEpoch | undefined {
    return this.byByte().get(epoch)?.epoch;
  }

  /** Greater for what is sent under rather; -1 for what we do not have. Nobody goes back to a lower one. */
  rank(epoch: number): number {
    return this.byByte().get(epoch)?.rank ?? -1;
  }

  /** Usable ones first, the best of them ahead; then the newer. Of two with one byte the first has it. */
  private byByte(): ReadonlyMap<number, Placed> {
    const usable = this.epochs.usable();
    if (this.placed?.usable === usable) return this.placed.byByte;
    const others = [...this.epochs.all()].filter((one) => !usable.includes(one));
    const order = [...usable, ...others.toSorted((a, b) => b.epoch.generation - a.epoch.generation)];
    const byByte = new Map<number, Placed>();
    for (const [place, opened] of order.entries()) {
      const epoch = this.secretsOf(opened);
      // Two of one byte are a chance of 1 in 256 for two members that rekey at once.
      if (!byByte.has(epoch.epoch)) byByte.set(epoch.epoch, { epoch, rank: order.length - place });
    }
    this.placed = { usable, byByte };
    return byByte;
  }

  private secretsOf(opened: OpenEpoch): TransferEpoch {
    let made = this.made.get(opened);
    if (made === undefined) {
      const { keys } = opened;
      const epoch = keys.tag[0] as number;
      made = { epoch, secret: (transfer) => transferSecret(this.crypto, keys, transfer) };
      this.made.set(opened, made);
    }
    return made;
  }
}
