/**
 * The announcement of an epoch (secrecy.md §4): a signed header that commits to the secret, to the operations that its
 * author knew and to the members it is for, and one slot for each of them. This file is its bytes; epoch-seal.ts
 * makes and opens it.
 */
import { concatBytes, toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, RoomId } from '../../base/ids.ts';
import type { CryptoPort } from '../api.ts';
import { Reader, Writer } from '../wire/codec.ts';
import { SIGNATURE_BYTES } from '../wire/header.ts';
import { fromHexExact } from '../wire/hex.ts';
import { memberIdBytes, readMemberId, readRoomId, roomIdBytes } from '../wire/id-bytes.ts';
import { memberIdOf } from '../wire/record.ts';
import { HPKE_TAG_BYTES, X25519_KEY_BYTES } from './hpke.ts';
import type { Sealed } from './hpke.ts';
import { labelled } from './labels.ts';
import {
  EPOCH_BYTES_MAX,
  EPOCH_HEADS_MAX,
  EPOCH_MEMBERS_MAX,
  IDENTITY_KEY_BYTES,
  SECRET_BYTES,
} from './limits.ts';
import { PREKEY_ID_BYTES } from './prekeys.ts';
import type { PrekeyId } from './prekeys.ts';

/** A hash of the header alone, 64 digits: whatever variants of the slots go about, members agree on it and so on keys. */
export type EpochId = string;

export interface EpochHeader {
  readonly room: RoomId;
  /** The author's Ed25519 key. */
  readonly publicKey: Bytes;
  /** One more than the greatest that the author knew: says which is newer of two with the same heads. */
  readonly generation: number;
  /** A hash of the secret: every slot must hold the one that it is the hash of. */
  readonly commitment: Bytes;
  /** Hashes of the newest membership operations, 64 digits each, ascending: the members follow from them. */
  readonly heads: readonly string[];
  /** Whom it is sealed to, ascending by member, and to which of their prekeys. */
  readonly members: readonly EpochMember[];
}

export interface EpochMember {
  readonly member: MemberId;
  readonly prekey: PrekeyId;
}

export interface Epoch extends EpochHeader {
  readonly id: EpochId;
  readonly author: MemberId;
  /** One for each member, in their order. */
  readonly slots: readonly Sealed[];
  /** The whole signed encoding. */
  readonly bytes: Bytes;
}

const EPOCH_FORMAT = 1;
const HEAD_BYTES = 32;

export function encodeEpochHeader(header: EpochHeader): Bytes {
  const writer = new Writer(1024)
    .u8(EPOCH_FORMAT)
    .bytes(roomIdBytes(header.room))
    .bytes(header.publicKey)
    .u48(header.generation)
    .bytes(header.commitment)
    .u8(header.heads.length);
  for (const head of header.heads) writer.bytes(fromHexExact(head, HEAD_BYTES));
  writer.u16(header.members.length);
  for (const { member, prekey } of header.members) {
    writer.bytes(memberIdBytes(member)).bytes(fromHexExact(prekey, PREKEY_ID_BYTES));
  }
  return writer.finish();
}

export function epochIdOf(crypto: Pick<CryptoPort, 'sha256'>, encodedHeader: Bytes): EpochId {
  return toHex(crypto.sha256(labelled('epoch id', encodedHeader)));
}

/** What the author's signature covers. */
export const epochSigned = (unsigned: Bytes): Bytes => labelled('epoch', unsigned);

/** Parses without verifying the signature; undefined where any rule of the format is broken. */
export function decodeEpoch(crypto: CryptoPort, bytes: Bytes): Epoch | undefined {
  if (bytes.length > EPOCH_BYTES_MAX || bytes.length <= SIGNATURE_BYTES) return undefined;
  const own = bytes.slice();
  const reader = new Reader(own.subarray(0, own.length - SIGNATURE_BYTES));
  reader.require(reader.u8() === EPOCH_FORMAT);
  const room = readRoomId(reader);
  const publicKey = reader.bytes(IDENTITY_KEY_BYTES);
  const generation = reader.u48();
  reader.require(generation >= 1);
  const commitment = reader.bytes(SECRET_BYTES);
  const heads = reader.list(EPOCH_HEADS_MAX, () => toHex(reader.bytes(HEAD_BYTES)));
  reader.require(heads.length > 0 && isAscending(heads));
  const memberCount = reader.u16();
  reader.require(memberCount >= 1 && memberCount <= EPOCH_MEMBERS_MAX);
  const members = readMembers(reader, memberCount);
  const headerBytes = own.subarray(0, reader.position);
  const slots = members.map(() => ({
    enc: reader.bytes(X25519_KEY_BYTES),
    ciphertext: reader.bytes(SECRET_BYTES + HPKE_TAG_BYTES),
  }));
  if (!reader.done()) return undefined;
  return {
    room,
    publicKey,
    generation,
    commitment,
    heads,
    members,
    slots,
    id: epochIdOf(crypto, headerBytes),
    author: memberIdOf(crypto, publicKey),
    bytes: own,
  };
}

/** True where its author signed it, slots and all: a slot that holds something else is the author's doing. */
export function verifyEpoch(crypto: Pick<CryptoPort, 'verify'>, epoch: Epoch): boolean {
  const end = epoch.bytes.length - SIGNATURE_BYTES;
  const message = epochSigned(epoch.bytes.subarray(0, end));
  return crypto.verify(epoch.publicKey, message, epoch.bytes.subarray(end));
}

/** The signed bytes of header and slots. */
export function assembleEpoch(
  crypto: Pick<CryptoPort, 'sign'>,
  headerBytes: Bytes,
  slots: readonly Sealed[],
): Bytes {
  const parts = slots.flatMap(({ enc, ciphertext }) => [enc, ciphertext]);
  const unsigned = concatBytes(headerBytes, ...parts);
  return concatBytes(unsigned, crypto.sign(epochSigned(unsigned)));
}

function readMembers(reader: Reader, count: number): EpochMember[] {
  const members: EpochMember[] = [];
  // Bounded by the count that was just checked; a reader past its end gives empty ids, which do not ascend.
  for (let i = 0; i < Math.min(count, EPOCH_MEMBERS_MAX); i++) {
    members.push({ member: readMemberId(reader), prekey: toHex(reader.bytes(PREKEY_ID_BYTES)) });
  }
  reader.require(isAscending(members.map(({ member }) => member)));
  return members;
}

/** Strictly, so that there is one encoding of a set and nobody is in it twice. */
const isAscending = (texts: readonly string[]): boolean =>
  texts.every((text, i) => i === 0 || (texts[i - 1] as string) < text);
