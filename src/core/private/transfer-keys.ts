/**
 * Under which secrets the blocks of files go in a private room (secrecy.md §5): the epoch byte in DATA is the first one of
 * an epoch's tag, which tells the epochs that are kept apart.
 */
import type { CryptoPort } from '../api.ts';
import { SEAL_BYTES } from '../limits.ts';
import { transferSecret } from '../secrecy/key-schedule.ts';
import type { TransferEpoch, TransferKeys } from '../transfer/transfer-keys.ts';
import type { Epochs, OpenEpoch } from './epochs.ts';

export class EpochTransferKeys implements TransferKeys {
  readonly sealBytes = SEAL_BYTES;
  /** The same object each time: by it an epoch is known. */
  private readonly made = new WeakMap<OpenEpoch, TransferEpoch>();
  private readonly crypto: CryptoPort;
  private readonly epochs: Epochs;

  constructor(crypto: CryptoPort, epochs: Epochs) {
    this.crypto = crypto;
    this.epochs = epochs;
  }

  /** What to seal under now; undefined where nothing may be sent. */
  current(): TransferEpoch | undefined {
    return this.secretsOf(this.epochs.best());
  }

  /** Of an epoch that a DATA names, as far as we have it. */
  of(epoch: number): TransferEpoch | undefined {
    const named = [...this.epochs.all()].filter(({ keys }) => keys.tag[0] === epoch);
    // Two of one byte are a chance of 1 in 256 for two members that rekey at once.
    if (named.length < 2) return this.secretsOf(named[0]);
    return this.secretsOf(this.inOrder().find(({ keys }) => keys.tag[0] === epoch));
  }

  /** Greater for what is sent under rather; -1 for what we do not have. Nobody goes back to a lower one. */
  rank(epoch: number): number {
    const order = this.inOrder();
    const place = order.findIndex(({ keys }) => keys.tag[0] === epoch);
    return place < 0 ? -1 : order.length - place;
  }

  /** Usable ones first, the best of them ahead; then the newer. */
  private inOrder(): OpenEpoch[] {
    const usable = this.epochs.usable();
    const others = [...this.epochs.all()].filter((one) => !usable.includes(one));
    return [...usable, ...others.toSorted((a, b) => b.epoch.generation - a.epoch.generation)];
  }

  private secretsOf(opened: OpenEpoch | undefined): TransferEpoch | undefined {
    if (opened === undefined) return undefined;
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
