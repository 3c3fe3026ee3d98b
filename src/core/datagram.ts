/** A datagram as the core hands it out: in one piece, or as a head and the payload that follows it. */
import { concatBytes } from '../base/bytes.ts';
import type { Bytes } from '../base/bytes.ts';

export interface Datagram {
  readonly bytes: Bytes;
  /** A part of a block, not copied: whoever does not send it at once has to keep a copy of its own. */
  readonly payload?: Bytes;
}

export const datagramLength = ({ bytes, payload }: Datagram): number => bytes.length + (payload?.length ?? 0);

/** In one piece, and nobody else's where it had a payload. */
export const wholeDatagram = ({ bytes, payload }: Datagram): Bytes =>
  payload === undefined ? bytes : concatBytes(bytes, payload);
