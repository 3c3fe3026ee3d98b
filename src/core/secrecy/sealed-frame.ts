/**
 * A frame of a private room (secrecy.md §6): header, AES-256-GCM, room MAC. Everybody in the room has these keys, so
 * that it opens says only that a member sent it; which one, a signature inside must say.
 *
 * No key serves twice. It derives from author, incarnation and a nonce, and the nonce is a PRF of fresh randomness
 * *and* of what is sealed: state that was rolled back from a backup repeats nothing unless 96 random bits collide, and
 * even a generator that repeats itself (a virtual machine resumed twice) gives other keys to other contents.
 */
import { concatBytes, toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId } from '../../base/ids.ts';
import { assert } from '../../base/assert.ts';
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type { CryptoPort } from '../api.ts';
import { Reader, Writer } from '../wire/codec.ts';
import { fromHexExact } from '../wire/hex.ts';
import { memberIdBytes } from '../wire/id-bytes.ts';
import { expand, HASH_BYTES } from './hkdf.ts';
import { SLOT_BYTES, slotOf, TAG_BYTES } from './key-schedule.ts';
import type { RoomKeys, SlotTable } from './key-schedule.ts';
import { labelled } from './labels.ts';
import { FRAME_HEADER_BYTES, FRAME_PLAINTEXT_BYTES_MAX, FRAME_TRAILER_BYTES } from './limits.ts';

type FrameCrypto = Pick<CryptoPort, 'hmac' | 'seal' | 'open' | 'randomBytes' | 'equalSecrets'>;

export interface FrameAuthor {
  readonly member: MemberId;
  /** Random at every start of a process, 16 digits. */
  readonly incarnation: string;
}

export interface OpenedFrame extends FrameAuthor {
  readonly type: number;
  readonly plaintext: Bytes;
}

/** In the order of the checks: each is dearer than the one before it. */
export type FrameFault = 'size' | 'other-keys' | 'room-mac' | 'unknown-slot' | 'seal';

export const INCARNATION_BYTES = 8;
const NONCE_BYTES = 12;
const MAC_BYTES = 8;
const KEY_BYTES = 32;

/** `type` is the frame's first byte, as it stands on the wire. */
export function sealFrame(
  crypto: FrameCrypto,
  keys: RoomKeys,
  author: FrameAuthor,
  type: number,
  plaintext: Bytes,
): Bytes {
  assert(plaintext.length <= FRAME_PLAINTEXT_BYTES_MAX, 'a frame that is too long');
  const incarnation = fromHexExact(author.incarnation, INCARNATION_BYTES);
  const member = memberIdBytes(author.member);
  const fresh = crypto.randomBytes(HASH_BYTES);
  const whatFor = labelled('message nonce', fresh, Uint8Array.of(type), member, incarnation, plaintext);
  const nonce = crypto.hmac(keys.messages, whatFor).subarray(0, NONCE_BYTES);
  const header = new Writer(FRAME_HEADER_BYTES)
    .u8(type)
    .bytes(keys.tag)
    .bytes(fromHexExact(slotOf(crypto, keys, author.member), SLOT_BYTES))
    .bytes(incarnation)
    .bytes(nonce)
    .finish();
  const { key, iv } = messageKey(crypto, keys, member, incarnation, nonce);
  const body = concatBytes(header, crypto.seal(key, iv, header, plaintext));
  return concatBytes(body, roomMac(crypto, keys, body));
}

/** Whether a frame may be under these keys, by its tag alone: several epochs may be open at once. */
export function hasTag(keys: RoomKeys, frame: Bytes): boolean {
  return keys.tag.every((byte, i) => frame[1 + i] === byte);
}

export function openFrame(
  crypto: FrameCrypto,
  keys: RoomKeys,
  slots: SlotTable,
  frame: Bytes,
): Result<OpenedFrame, FrameFault> {
  const least = FRAME_HEADER_BYTES + FRAME_TRAILER_BYTES;
  if (frame.length < least || frame.length > least + FRAME_PLAINTEXT_BYTES_MAX) return err('size');
  if (!hasTag(keys, frame)) return err('other-keys');
  const body = frame.subarray(0, frame.length - MAC_BYTES);
  const mac = frame.subarray(frame.length - MAC_BYTES);
  if (!crypto.equalSecrets(roomMac(crypto, keys, body), mac)) return err('room-mac');
  const header = body.subarray(0, FRAME_HEADER_BYTES);
  const reader = new Reader(header);
  const type = reader.u8();
  reader.bytes(TAG_BYTES);
  const member = slots.memberOf(toHex(reader.bytes(SLOT_BYTES)));
  if (member === undefined) return err('unknown-slot');
  const incarnation = reader.bytes(INCARNATION_BYTES);
  const nonce = reader.bytes(NONCE_BYTES);
  const { key, iv } = messageKey(crypto, keys, memberIdBytes(member), incarnation, nonce);
  const plaintext = crypto.open(key, iv, header, body.subarray(FRAME_HEADER_BYTES));
  if (plaintext === undefined) return err('seal');
  return ok({ type, member, incarnation: toHex(incarnation), plaintext });
}

/** Cut to 8 bytes: it keeps junk from the dearer checks, the AEAD's tag is what integrity rests on. */
const roomMac = (crypto: FrameCrypto, keys: RoomKeys, body: Bytes): Bytes =>
  crypto.hmac(keys.mac, body).subarray(0, MAC_BYTES);

function messageKey(
  crypto: FrameCrypto,
  keys: RoomKeys,
  member: Bytes,
  incarnation: Bytes,
  nonce: Bytes,
): { readonly key: Bytes; readonly iv: Bytes } {
  const info = labelled('message key', member, incarnation, nonce);
  const output = expand(crypto, keys.messages, info, KEY_BYTES + NONCE_BYTES);
  return { key: output.subarray(0, KEY_BYTES), iv: output.subarray(KEY_BYTES) };
}
