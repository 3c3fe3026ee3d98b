/**
 * Invites (secrecy.md §9): 128 random bits in a link or QR, or six words that Argon2id stretched at the daemon's edge.
 * From either come the keys by which a newcomer finds a sponsor and both prove that they have the invite. Neither
 * names the room: who has only seen its traffic learns nothing from it.
 */
import { concatBytes, equalBytes, toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { RoomId } from '../../base/ids.ts';
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { assert } from '../../base/assert.ts';
import type { CryptoPort } from '../api.ts';
import { decodeBase32, encodeBase32 } from './base32.ts';
import { expand, extract, HASH_BYTES } from './hkdf.ts';
import type { Hmac } from './hkdf.ts';
import { labelled } from './labels.ts';
import { INVITE_TEXT_MAX, SECRET_BYTES } from './limits.ts';

export interface InviteKeys {
  /** Names the invite in the operation that uses it up, 32 digits; says nothing about the secret. */
  readonly id: string;
  /** Where a newcomer asks: the groups of this room that is none (protocol.md §3). */
  readonly meeting: RoomId;
  /** AES-256-GCM keys, one for each direction; a nonce must be random and new each time. */
  readonly request: Bytes;
  readonly reply: Bytes;
  /** Of the Ed25519 key that the invite's operation names, and that a newcomer proves the invite with. */
  readonly seed: Bytes;
}

export type LinkFault = 'not-a-link' | 'mistyped';

export const INVITE_SECRET_BYTES = 16;
const CHECK_BYTES = 4;
const ID_BYTES = 16;
/** 160 bits. */
const LINK_DIGITS = 32;
/** Capitals, so that a QR code may use its alphanumeric mode: half the size of bytes. */
const SCHEME = 'STARLING:JOIN/';

/** A fresh secret for one link. */
export function newInviteSecret(crypto: Pick<CryptoPort, 'randomBytes'>): Bytes {
  return crypto.randomBytes(INVITE_SECRET_BYTES);
}

export function encodeInviteLink(crypto: Pick<CryptoPort, 'sha256'>, secret: Bytes): string {
  assert(secret.length === INVITE_SECRET_BYTES, 'an invite is 128 bits');
  return SCHEME + encodeBase32(concatBytes(secret, checkOf(crypto, secret)));
}

/**
 * The secret in a link as people paste or read it out: in either case, with spaces or line breaks in it, in brackets or
 * quotation marks, with O for 0. `not-a-link` says that it may be something else, a room's name for example.
 */
export function parseInviteLink(crypto: Pick<CryptoPort, 'sha256'>, text: string): Result<Bytes, LinkFault> {
  if (text.length > INVITE_TEXT_MAX) return err('not-a-link');
  const bare = text
    .normalize('NFKC')
    .replaceAll(/[\s\p{Cf}]/gu, '')
    .replaceAll(/^[<("'“‘「]+|[>)"'”’」.,]+$/g, '')
    .toUpperCase();
  if (!bare.startsWith(SCHEME)) return err('not-a-link');
  const bytes = decodeBase32(bare.slice(SCHEME.length));
  if (bytes === undefined || bytes.length * 8 !== LINK_DIGITS * 5) return err('mistyped');
  const secret = bytes.slice(0, INVITE_SECRET_BYTES);
  return equalBytes(bytes.subarray(INVITE_SECRET_BYTES), checkOf(crypto, secret))
    ? ok(secret)
    : err('mistyped');
}

/** What the core is given of an invite, and the store keeps of it: its keys follow from it, the link does not. */
export function inviteRootOfLink(crypto: Hmac, secret: Bytes): Bytes {
  assert(secret.length === INVITE_SECRET_BYTES, 'an invite is 128 bits');
  return extract(crypto, labelled('invite link'), secret);
}

/** `stretched`: 32 bytes of Argon2id over the words (invite-words.ts has the parameters). */
export function inviteRootOfWords(crypto: Hmac, stretched: Bytes): Bytes {
  assert(stretched.length === SECRET_BYTES, 'six words are stretched to 256 bits');
  return extract(crypto, labelled('invite words'), stretched);
}

export function inviteKeys(crypto: Hmac, root: Bytes): InviteKeys {
  assert(root.length === SECRET_BYTES, 'the root of an invite is 256 bits');
  return {
    id: toHex(expand(crypto, root, labelled('invite id'), ID_BYTES)),
    meeting: toHex(expand(crypto, root, labelled('invite meeting'), ID_BYTES)) as RoomId,
    request: expand(crypto, root, labelled('invite request'), HASH_BYTES),
    reply: expand(crypto, root, labelled('invite reply'), HASH_BYTES),
    seed: expand(crypto, root, labelled('invite key'), HASH_BYTES),
  };
}

const checkOf = (crypto: Pick<CryptoPort, 'sha256'>, secret: Bytes): Bytes =>
  crypto.sha256(labelled('invite check', secret)).subarray(0, CHECK_BYTES);
