/**
 * Under which secrets the blocks of a file go (protocol.md §7.9). A public room has one, the offer's own, for ever. A
 * private room has one for each of its epochs, and after each change of the epoch to send under the rest of a file goes
 * under the next one.
 */
import type { Bytes } from '../../base/bytes.ts';
import type { TransferId } from '../../base/ids.ts';
import { PUBLIC_EPOCH } from '../wire/data.ts';

export interface TransferEpoch {
  /** The byte that DATA, REPAIR, TICK and SYMBOLS carry. */
  readonly epoch: number;
  /** 32 bytes, from which the keys of the blocks derive. */
  secret(transfer: TransferId): Bytes;
}

/** An epoch is the same object each time it is asked for: another one with the same byte is another epoch. */
export interface TransferKeys {
  /** The one to send under; undefined while there is none. */
  current(): TransferEpoch | undefined;
  /** One to read under, by its byte. Cheap: strangers make us ask. */
  of(epoch: number): TransferEpoch | undefined;
  /** Of two epochs of one block the one with the greater number counts; -Infinity for what is not known. */
  rank(epoch: number): number;
  /** What the room's seal adds to a control frame. */
  readonly sealBytes: number;
}

/** Of a file in a public room. */
export function publicKeys(secret: Bytes): TransferKeys {
  const only: TransferEpoch = { epoch: PUBLIC_EPOCH, secret: () => secret };
  return {
    current: () => only,
    of: (epoch) => (epoch === PUBLIC_EPOCH ? only : undefined),
    rank: (epoch) => (epoch === PUBLIC_EPOCH ? 0 : -Infinity),
    sealBytes: 0,
  };
}
