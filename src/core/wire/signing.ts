/**
 * What a signature covers: a label that names the frame's kind, the whole room id (the wire carries four bytes of
 * it), and every byte of the frame before the signature. So no signature serves in another room or as another kind.
 */
import { concatBytes } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { RoomId } from '../../base/ids.ts';
import type { CryptoPort } from '../api.ts';
import { utf8 } from './codec.ts';
import { SIGNATURE_BYTES } from './header.ts';
import { roomIdBytes } from './id-bytes.ts';

export type SignedKind =
  | 'hello'
  | 'leave'
  | 'frontier'
  | 'receipt'
  | 'page'
  | 'root'
  | 'have'
  | 'hold'
  | 'retry'
  | 'symbols'
  | 'sync'
  | 'typing';

const LABELS: Record<SignedKind, Bytes> = {
  hello: utf8('starling/1 hello'),
  leave: utf8('starling/1 leave'),
  frontier: utf8('starling/1 frontier'),
  receipt: utf8('starling/1 receipt'),
  page: utf8('starling/1 page'),
  root: utf8('starling/1 root'),
  have: utf8('starling/1 have'),
  hold: utf8('starling/1 hold'),
  retry: utf8('starling/1 retry'),
  symbols: utf8('starling/1 symbols'),
  sync: utf8('starling/1 sync'),
  typing: utf8('starling/1 typing'),
};

const covered = (kind: SignedKind, room: RoomId, unsigned: Bytes): Bytes =>
  concatBytes(LABELS[kind], roomIdBytes(room), unsigned);

/** The frame with its signature appended. */
export function signFrame(crypto: CryptoPort, kind: SignedKind, room: RoomId, unsigned: Bytes): Bytes {
  return concatBytes(unsigned, crypto.sign(covered(kind, room, unsigned)));
}

/** Verifies a whole datagram whose last 64 bytes are the signature. */
export function verifyFrame(
  crypto: CryptoPort,
  kind: SignedKind,
  room: RoomId,
  publicKey: Bytes,
  frame: Bytes,
): boolean {
  if (frame.length < SIGNATURE_BYTES) return false;
  const end = frame.length - SIGNATURE_BYTES;
  return crypto.verify(publicKey, covered(kind, room, frame.subarray(0, end)), frame.subarray(end));
}
