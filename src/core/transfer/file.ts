/** What sender and receivers of a file compute alike: block geometry, keys, the root (protocol.md §7.1). */
import { BufferPool } from '../../base/buffer-pool.ts';
import { concatBytes, toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, RecordId, RoomId, TransferId } from '../../base/ids.ts';
import type { CryptoPort, PackView, PeerEvent } from '../api.ts';
import { BLOCK_BUFFERS_KEPT, BLOCK_BYTES, BULK_SLOTS, TAG_BYTES } from '../limits.ts';
import { utf8, Writer } from '../wire/codec.ts';
import type { LogRecord } from '../wire/record.ts';

export interface FileOffer {
  readonly id: TransferId;
  readonly tag: number;
  readonly record: RecordId;
  readonly room: RoomId;
  readonly author: MemberId;
  readonly publicKey: Bytes;
  readonly incarnation: string;
  readonly name: string;
  readonly size: number;
  readonly pack: PackView | undefined;
  readonly symbolBytes: number;
  /** Of a file in a public room; in a private one each epoch has its own. */
  readonly secret: Bytes;
  readonly blockCount: number;
  /** Bulk group of the room. */
  readonly slot: number;
}

export const transferIdOf = (record: RecordId): TransferId => record.slice(0, 32) as unknown as TransferId;

/** The offer in a record of kind `offer`. */
export function offerOf(record: LogRecord): FileOffer | undefined {
  if (record.body.kind !== 'offer') return undefined;
  const { name, size, symbolBytes, secret, pack } = record.body;
  const id = transferIdOf(record.id);
  const tag = Number.parseInt(id.slice(0, 8), 16);
  return {
    id,
    tag,
    record: record.id,
    room: record.room,
    author: record.author,
    publicKey: record.publicKey,
    incarnation: record.incarnation,
    name,
    size,
    pack,
    symbolBytes,
    secret,
    blockCount: Math.ceil(size / BLOCK_BYTES),
    slot: tag % BULK_SLOTS,
  };
}

/** What is told of it. */
export function offeredEvent(record: LogRecord, offer: FileOffer, own: boolean): PeerEvent {
  const { id: message, bytes, room, name, author: from, at, depth, sequence } = record;
  const pack = offer.pack === undefined ? {} : { pack: offer.pack };
  const file = { name: offer.name, size: offer.size, ...pack };
  const transfer = offer.id;
  const order = { depth, sequence };
  const what = { room, transfer, message, record: bytes, file, from, name, at, own };
  return { type: 'transfer-offered', ...what, ...order };
}

/** Plaintext bytes of a block: 1 MiB, the last one what is left. */
export const blockBytes = (offer: FileOffer, block: number): number =>
  Math.min(BLOCK_BYTES, offer.size - block * BLOCK_BYTES);

/** Bytes that are cut into symbols: ciphertext and tag. */
export const sealedBytes = (offer: FileOffer, block: number): number => blockBytes(offer, block) + TAG_BYTES;

const BLOCK_INFO = utf8('starling/1 block');

/**
 * A block's key: HKDF(transfer secret, label ‖ index ‖ SHA-256 of the plaintext). Each key seals one plaintext only, so
 * a fixed nonce is safe, and a file edited in the middle can never reuse a key.
 */
export function blockKey(crypto: CryptoPort, secret: Bytes, block: number, hash: Bytes): Bytes {
  const info = concatBytes(BLOCK_INFO, new Writer(8).u32(block).finish(), hash);
  return crypto.hkdf(secret, info, 32);
}

export function rootOf(crypto: CryptoPort, hashes: readonly Bytes[]): string {
  return toHex(crypto.sha256(concatBytes(...hashes)));
}

/** Buffers that take a block, sealed or not. */
export const blockBuffers = (): BufferPool => new BufferPool(BLOCK_BYTES + TAG_BYTES, BLOCK_BUFFERS_KEPT);
