/**
 * A membership operation of a private room (membership.md §2): signed by its author, linked to the operations that the
 * author had seen. Its id is SHA-256 of all its bytes; the id of a room is the first half of its genesis's.
 *
 * Every operation but the genesis names the *grant* that it rests on: the operation that gave its author the role.
 */
import { concatBytes, toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import { ID_BYTES } from '../../base/ids.ts';
import type { MemberId, OperationId, RoomId } from '../../base/ids.ts';
import { UsageError } from '../../base/assert.ts';
import type { CryptoPort } from '../api.ts';
import { OPERATION_BYTES_MAX, OPERATION_PARENTS_MAX } from '../limits.ts';
import { Reader, utf8, Writer } from './codec.ts';
import { SIGNATURE_BYTES } from './header.ts';
import { operationIdBytes, readOperationId, readRoomId, roomIdBytes } from './id-bytes.ts';
import { readOperationBody, writeOperationBody } from './operation-body.ts';
import type { OperationBody, Subject } from './operation-body.ts';
import { memberIdOf } from './record.ts';

export interface OperationFields {
  /** Undefined in a genesis, which makes the id. */
  readonly room: RoomId | undefined;
  readonly publicKey: Bytes;
  /** Counts the author's operations in this room from 1. */
  readonly sequence: number;
  /** The author's operation before this one; undefined for sequence 1. */
  readonly previous: OperationId | undefined;
  /** The grant that this rests on; undefined in a genesis. */
  readonly authority: OperationId | undefined;
  /** Heads by others that the author had seen, ascending. */
  readonly parents: readonly OperationId[];
  readonly depth: number;
  readonly body: OperationBody;
}

export interface Operation extends OperationFields {
  readonly id: OperationId;
  readonly room: RoomId;
  readonly author: MemberId;
  /** Whom it lets in, raises, lowers or removes. */
  readonly target: MemberId | undefined;
  /** The whole signed encoding. */
  readonly bytes: Bytes;
}

const OPERATION_FORMAT = 1;
const LABEL = utf8('starling/1 operation');
const INVITE_LABEL = utf8('starling/1 invite use');
const NONE = new Uint8Array(32);
const NO_ROOM = new Uint8Array(ID_BYTES);

/** Encodes and signs. Throws UsageError where a field is out of bounds: the caller checks what people typed. */
export function signOperation(crypto: CryptoPort, fields: OperationFields): Operation {
  const unsigned = encodeUnsigned(fields);
  const bytes = concatBytes(unsigned, crypto.sign(concatBytes(LABEL, unsigned)));
  const operation = parseOperation(crypto, bytes);
  if (operation === undefined) throw new UsageError('not an operation that others would take');
  return operation;
}

function encodeUnsigned(fields: OperationFields): Bytes {
  const writer = new Writer(OPERATION_BYTES_MAX)
    .u8(OPERATION_FORMAT)
    .bytes(fields.room === undefined ? NO_ROOM : roomIdBytes(fields.room))
    .bytes(fields.publicKey)
    .u48(fields.sequence)
    .bytes(fields.previous === undefined ? NONE : operationIdBytes(fields.previous))
    .bytes(fields.authority === undefined ? NONE : operationIdBytes(fields.authority))
    .u8(fields.parents.length);
  for (const parent of fields.parents) writer.bytes(operationIdBytes(parent));
  writer.u48(fields.depth);
  writeOperationBody(writer, fields.body);
  return writer.finish();
}

/** Parses without verifying a signature; undefined where any rule of the format is broken. */
export function parseOperation(crypto: CryptoPort, bytes: Bytes): Operation | undefined {
  if (bytes.length > OPERATION_BYTES_MAX || bytes.length <= SIGNATURE_BYTES) return undefined;
  const reader = new Reader(bytes.subarray(0, bytes.length - SIGNATURE_BYTES));
  reader.require(reader.u8() === OPERATION_FORMAT);
  const namedRoom = readRoomId(reader);
  const publicKey = reader.bytes(32).slice();
  const sequence = reader.u48();
  const previous = readOptionalId(reader);
  const authority = readOptionalId(reader);
  const parents = reader.list(OPERATION_PARENTS_MAX, () => readOperationId(reader));
  const depth = reader.u48();
  const body = readOperationBody(reader);
  if (!reader.done() || body === undefined) return undefined;
  const isGenesis = body.kind === 'genesis';
  const linksFit = isGenesis
    ? sequence === 1 && depth === 1 && authority === undefined && parents.length === 0
    : authority !== undefined &&
      depth >= Math.max(2, sequence) &&
      (previous !== undefined || parents.length > 0);
  const isFirst = previous === undefined;
  if (!linksFit || sequence < 1 || (sequence === 1) !== isFirst || !ascending(parents)) return undefined;
  if (isGenesis !== isZero(namedRoom) || (previous !== undefined && parents.includes(previous)))
    return undefined;
  const author = memberIdOf(crypto, publicKey);
  const target = targetOf(crypto, body);
  // Nobody lets himself in, raises himself or removes himself: for going there is leave, for stepping down demote.
  if (target === author && body.kind !== 'demote') return undefined;
  const own = bytes.slice();
  const id = toHex(crypto.sha256(own)) as OperationId;
  const room = isGenesis ? roomIdOfGenesis(id) : namedRoom;
  return {
    id,
    room,
    publicKey,
    author,
    sequence,
    previous,
    authority,
    parents,
    depth,
    body,
    target,
    bytes: own,
  };
}

export const roomIdOfGenesis = (genesis: OperationId): RoomId => genesis.slice(0, 2 * ID_BYTES) as RoomId;

/** The author's signature. */
export function verifyOperation(crypto: CryptoPort, operation: Operation): boolean {
  const end = operation.bytes.length - SIGNATURE_BYTES;
  const message = concatBytes(LABEL, operation.bytes.subarray(0, end));
  return crypto.verify(operation.publicKey, message, operation.bytes.subarray(end));
}

/** What the key of an invite signs, so that only who knows its secret gets in, and by nobody else's keys. */
export function inviteUseMessage(room: RoomId, invite: OperationId, subject: Subject): Bytes {
  const writer = new Writer().bytes(INVITE_LABEL).bytes(roomIdBytes(room)).bytes(operationIdBytes(invite));
  return writer.bytes(subject.publicKey).bytes(subject.prekey).shortText(subject.name).finish();
}

function readOptionalId(reader: Reader): OperationId | undefined {
  const id = readOperationId(reader);
  return isZero(id) ? undefined : id;
}

const isZero = (hex: string): boolean => /^0*$/.test(hex);

const ascending = (ids: readonly OperationId[]): boolean =>
  ids.every((id, index) => index === 0 || (ids[index - 1] as OperationId) < id);

function targetOf(crypto: CryptoPort, body: OperationBody): MemberId | undefined {
  if (body.kind === 'remove' || body.kind === 'demote') return body.target;
  return 'subject' in body ? memberIdOf(crypto, body.subject.publicKey) : undefined;
}
