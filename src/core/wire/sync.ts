/**
 * SYNC: how members of a private room bring each other's membership log and epochs up to date (protocol.md §8.2). It
 * goes sealed under the room's stable keys, which removed members have too, and signed inside by who sends it.
 */
import { concatBytes, toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { OperationId, RoomId } from '../../base/ids.ts';
import type { CryptoPort } from '../api.ts';
import {
  EPOCH_FRAGMENT_BYTES,
  EPOCH_FRAGMENTS_MAX,
  OPERATION_BYTES_MAX,
  OPERATIONS_ASKED_MAX,
  SYNC_EPOCHS_MAX,
  SYNC_HEADS_MAX,
} from '../limits.ts';
import type { EpochId } from '../secrecy/epoch.ts';
import { Reader, Writer } from './codec.ts';
import { SIGNATURE_BYTES } from './header.ts';
import { fromHexExact } from './hex.ts';
import { operationIdBytes, readOperationId } from './id-bytes.ts';
import { signFrame, verifyFrame } from './signing.ts';

export type SyncBody =
  | {
      readonly kind: 'heads';
      /** First 8 bytes of a hash over all heads, 16 digits: equal where both hold the same operations. */
      readonly digest: string;
      readonly wantsReply: boolean;
      /** The deepest of them. */
      readonly heads: readonly OperationId[];
      /** That the speaker may send under, the one that it does first. */
      readonly epochs: readonly EpochId[];
    }
  /** Raw operations, ancestors first. */
  | { readonly kind: 'operations'; readonly operations: readonly Bytes[] }
  | {
      readonly kind: 'want';
      /** What the asker has: what follows it is wanted, and missing by name. */
      readonly everything: boolean;
      readonly heads: readonly OperationId[];
      readonly missing: readonly OperationId[];
      readonly epochs: readonly EpochId[];
    }
  /** A piece of an epoch's announcement; every piece but the last is full. */
  | {
      readonly kind: 'epoch';
      readonly epoch: EpochId;
      readonly index: number;
      readonly count: number;
      readonly payload: Bytes;
    };

export interface SyncFrame {
  readonly publicKey: Bytes;
  readonly incarnation: string;
  readonly counter: number;
  readonly body: SyncBody;
}

const KINDS: readonly SyncBody['kind'][] = ['heads', 'operations', 'want', 'epoch'];
const DIGEST_BYTES = 8;
const EPOCH_ID_BYTES = 32;
/** What an `operations` takes beside the operations, and beside each. */
export const OPERATIONS_FIXED_BYTES = 1;
export const OPERATION_PREFIX_BYTES = 2;
/** What a `want` takes beside the ids in it. */
export const WANT_FIXED_BYTES = 4;
export const SYNC_ID_BYTES = 32;

export const epochFragmentCount = (epochBytes: number): number =>
  Math.max(1, Math.ceil(epochBytes / EPOCH_FRAGMENT_BYTES));

/** Fragment `index` of an announcement. */
export function epochFragment(epoch: EpochId, bytes: Bytes, index: number): SyncBody {
  const payload = bytes.subarray(index * EPOCH_FRAGMENT_BYTES, (index + 1) * EPOCH_FRAGMENT_BYTES);
  return { kind: 'epoch', epoch, index, count: epochFragmentCount(bytes.length), payload };
}

/** The plaintext of a SYNC, signed. */
export function encodeSync(crypto: CryptoPort, room: RoomId, sync: SyncFrame): Bytes {
  const writer = new Writer(1024)
    .bytes(sync.publicKey)
    .bytes(fromHexExact(sync.incarnation, 8))
    .u32(sync.counter)
    .u8(KINDS.indexOf(sync.body.kind));
  writeBody(writer, sync.body);
  return signFrame(crypto, 'sync', room, writer.finish());
}

/** Parses without verifying; undefined where any rule of the format is broken. */
export function decodeSync(plaintext: Bytes): SyncFrame | undefined {
  if (plaintext.length <= SIGNATURE_BYTES) return undefined;
  const reader = new Reader(plaintext.subarray(0, plaintext.length - SIGNATURE_BYTES));
  const publicKey = reader.bytes(32).slice();
  const incarnation = toHex(reader.bytes(8));
  const counter = reader.u32();
  const body = readBody(reader);
  if (!reader.done() || body === undefined) return undefined;
  return { publicKey, incarnation, counter, body };
}

export const verifySync = (crypto: CryptoPort, room: RoomId, publicKey: Bytes, plaintext: Bytes): boolean =>
  verifyFrame(crypto, 'sync', room, publicKey, plaintext);

/** What two members compare to see whether they hold the same operations. */
export function headsDigest(crypto: Pick<CryptoPort, 'sha256'>, heads: readonly OperationId[]): string {
  const all = heads.toSorted().map(operationIdBytes);
  return toHex(crypto.sha256(concatBytes(...all)).subarray(0, DIGEST_BYTES));
}

function writeBody(writer: Writer, body: SyncBody): void {
  const operationIds = (ids: readonly OperationId[]): void => {
    writer.u8(ids.length);
    for (const id of ids) writer.bytes(operationIdBytes(id));
  };
  const epochIds = (ids: readonly EpochId[]): void => {
    writer.u8(ids.length);
    for (const id of ids) writer.bytes(fromHexExact(id, EPOCH_ID_BYTES));
  };
  switch (body.kind) {
    case 'heads':
      writer.bytes(fromHexExact(body.digest, DIGEST_BYTES)).u8(body.wantsReply ? 1 : 0);
      operationIds(body.heads);
      return epochIds(body.epochs);
    case 'operations':
      writer.u8(body.operations.length);
      for (const bytes of body.operations) writer.u16(bytes.length).bytes(bytes);
      return;
    case 'want':
      writer.u8(body.everything ? 1 : 0);
      operationIds(body.heads);
      operationIds(body.missing);
      return epochIds(body.epochs);
    case 'epoch':
    default:
      writer.bytes(fromHexExact(body.epoch, EPOCH_ID_BYTES)).u8(body.index).u8(body.count);
      return void writer.bytes(body.payload);
  }
}

function readBody(reader: Reader): SyncBody | undefined {
  const kind = KINDS[reader.u8()];
  const flag = (): boolean => {
    const value = reader.u8();
    reader.require(value <= 1);
    return value === 1;
  };
  const operationIds = (max: number): OperationId[] => reader.list(max, () => readOperationId(reader));
  const epochIds = (): EpochId[] => reader.list(SYNC_EPOCHS_MAX, () => toHex(reader.bytes(EPOCH_ID_BYTES)));
  switch (kind) {
    case 'heads':
      return {
        kind,
        digest: toHex(reader.bytes(DIGEST_BYTES)),
        wantsReply: flag(),
        heads: operationIds(SYNC_HEADS_MAX),
        epochs: epochIds(),
      };
    case 'operations':
      return { kind, operations: reader.list(255, () => readOperation(reader)) };
    case 'want':
      return {
        kind,
        everything: flag(),
        heads: operationIds(SYNC_HEADS_MAX),
        missing: operationIds(OPERATIONS_ASKED_MAX),
        epochs: epochIds(),
      };
    case 'epoch':
      return readFragment(reader);
    case undefined:
    default:
      reader.fail();
      return undefined;
  }
}

function readOperation(reader: Reader): Bytes {
  const length = reader.u16();
  reader.require(length > 0 && length <= OPERATION_BYTES_MAX);
  return reader.bytes(length).slice();
}

function readFragment(reader: Reader): SyncBody {
  const epoch = toHex(reader.bytes(EPOCH_ID_BYTES));
  const index = reader.u8();
  const count = reader.u8();
  const payload = reader.rest().slice();
  reader.require(count >= 1 && count <= EPOCH_FRAGMENTS_MAX && index < count);
  reader.require(payload.length > 0 && payload.length <= EPOCH_FRAGMENT_BYTES);
  reader.require(index === count - 1 || payload.length === EPOCH_FRAGMENT_BYTES);
  return { kind: 'epoch', epoch, index, count, payload };
}
