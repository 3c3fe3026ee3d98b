/**
 * Under which secrets the blocks of files go in a private room (secrecy.md §5): the epoch byte in DATA is the first one of
 * an epoch's tag, which tells the epochs that are kept apart.
 */
import type { Bytes } from '../../base/bytes.ts';
import type { TransferId } from '../../base/ids.ts';
import type { CryptoPort } from '../api.ts';
import { transferSecret } from '../secrecy/key-schedule.ts';
import type { Epochs, OpenEpoch } from './epochs.ts';

export interface EpochSecret {
  /** As it stands in DATA. */
  readonly epoch: number;
  secret(transfer: TransferId): Bytes;
}

export class EpochTransferKeys {
  private readonly crypto: CryptoPort;
  private readonly epochs: Epochs;

  constructor(crypto: CryptoPort, epochs: Epochs) {
    this.crypto = crypto;
    this.epochs = epochs;
  }

  /** What to seal under now; undefined where nothing may be sent. */
  current(): EpochSecret | undefined {
    return this.secretsOf(this.epochs.best());
  }

  /** Of an epoch that a DATA names, as far as we have it. */
  of(epoch: number): EpochSecret | undefined {
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

  private secretsOf(opened: OpenEpoch | undefined): EpochSecret | undefined {
    if (opened === undefined) return undefined;
    const { keys } = opened;
    return {
      epoch: keys.tag[0] as number,
      secret: (transfer) => transferSecret(this.crypto, keys, transfer),
    };
  }
}
