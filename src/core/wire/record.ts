/**
 * A record: one signed entry of a room's log (protocol.md §6.1). Its id is SHA-256 of all its bytes, signature
 * included. The record carries its author's key, so that anyone can verify it without having met the author.
 */
import { concatBytes, toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, RecordId, RoomId } from '../../base/ids.ts';
import { UsageError } from '../../base/assert.ts';
import type { CryptoPort } from '../api.ts';
import { NAME_BYTES_MAX, PARENTS_MAX, RECORD_BYTES_MAX } from '../limits.ts';
import { Reader, utf8, Writer } from './codec.ts';
import { SIGNATURE_BYTES } from './header.ts';
import { fromHexExact } from './hex.ts';
import {
  memberIdBytes,
  readMemberId,
  readRecordId,
  readRoomId,
  recordIdBytes,
  roomIdBytes,
} from './id-bytes.ts';
import { readBody, writeBody } from './record-body.ts';
import type { RecordBody } from './record-body.ts';

export type { EndReason, RecordBody } from './record-body.ts';

/** Names a record together with its place, so that it can be asked for, or waived, by its place. */
export interface RecordRef {
  readonly author: MemberId;
  readonly sequence: number;
  readonly id: RecordId;
}

export interface RecordFields {
  readonly room: RoomId;
  readonly publicKey: Bytes;
  readonly incarnation: string;
  readonly sequence: number;
  /** The author's record before this one; undefined for sequence 1. */
  readonly previous: RecordId | undefined;
  /** Heads of other authors that the author had seen. */
  readonly parents: readonly RecordRef[];
  readonly depth: number;
  /** Unix milliseconds as the author's clock had it: shown, never compared. */
  readonly at: number;
  /** The author's name at the time. */
  readonly name: string;
  readonly body: RecordBody;
}

export interface LogRecord extends RecordFields {
  readonly id: RecordId;
  readonly author: MemberId;
  /** The whole signed encoding. */
  readonly bytes: Bytes;
}

const RECORD_FORMAT = 1;
const LABEL = utf8('starling/1 record');
const NO_PREVIOUS = new Uint8Array(32);

export function memberIdOf(crypto: CryptoPort, publicKey: Bytes): MemberId {
  return toHex(crypto.sha256(publicKey).subarray(0, 16)) as MemberId;
}

export function recordIdOf(crypto: CryptoPort, bytes: Bytes): RecordId {
  return toHex(crypto.sha256(bytes)) as RecordId;
}

/** Encodes and signs. Throws UsageError where a field is out of bounds: the caller checks what people typed. */
export function signRecord(crypto: CryptoPort, fields: RecordFields): LogRecord {
  const unsigned = encodeUnsigned(fields);
  const bytes = concatBytes(unsigned, crypto.sign(concatBytes(LABEL, unsigned)));
  if (bytes.length > RECORD_BYTES_MAX) throw new UsageError('record too long');
  return { ...fields, bytes, id: recordIdOf(crypto, bytes), author: memberIdOf(crypto, fields.publicKey) };
}

function encodeUnsigned(fields: RecordFields): Bytes {
  const writer = new Writer(512)
    .u8(RECORD_FORMAT)
    .bytes(roomIdBytes(fields.room))
    .bytes(fields.publicKey)
    .bytes(fromHexExact(fields.incarnation, 8))
    .u48(fields.sequence)
    .bytes(fields.previous === undefined ? NO_PREVIOUS : recordIdBytes(fields.previous))
    .u8(fields.parents.length);
  for (const parent of fields.parents) {
    writer.bytes(memberIdBytes(parent.author)).u48(parent.sequence).bytes(recordIdBytes(parent.id));
  }
  writer.u48(fields.depth).u48(fields.at).shortText(fields.name);
  writeBody(writer, fields.body);
  return writer.finish();
}

/** Parses without verifying the signature; undefined where any rule of the format is broken. */
export function parseRecord(crypto: CryptoPort, bytes: Bytes): LogRecord | undefined {
  if (bytes.length > RECORD_BYTES_MAX || bytes.length <= SIGNATURE_BYTES) return undefined;
  const reader = new Reader(bytes.subarray(0, bytes.length - SIGNATURE_BYTES));
  reader.require(reader.u8() === RECORD_FORMAT);
  const room = readRoomId(reader);
  const publicKey = reader.bytes(32).slice();
  const incarnation = toHex(reader.bytes(8));
  const sequence = reader.u48();
  const previousBytes = reader.bytes(32);
  const previous = previousBytes.some((byte) => byte !== 0) ? (toHex(previousBytes) as RecordId) : undefined;
  reader.require(sequence >= 1 && (sequence === 1) === (previous === undefined));
  const parents = reader.list(PARENTS_MAX, () => readRef(reader));
  const depth = reader.u48();
  reader.require(depth >= 1 && depth >= sequence);
  const at = reader.u48();
  const name = reader.shortText(NAME_BYTES_MAX);
  const body = readBody(reader);
  if (!reader.done() || body === undefined) return undefined;
  const author = memberIdOf(crypto, publicKey);
  const own = bytes.slice();
  const fields = { room, publicKey, incarnation, sequence, previous, parents, depth, at, name, body };
  return { ...fields, id: recordIdOf(crypto, own), author, bytes: own };
}

export function verifyRecord(crypto: CryptoPort, record: LogRecord): boolean {
  const end = record.bytes.length - SIGNATURE_BYTES;
  const message = concatBytes(LABEL, record.bytes.subarray(0, end));
  return crypto.verify(record.publicKey, message, record.bytes.subarray(end));
}

function readRef(reader: Reader): RecordRef {
  const author = readMemberId(reader);
  const sequence = reader.u48();
  reader.require(sequence >= 1);
  return { author, sequence, id: readRecordId(reader) };
}
