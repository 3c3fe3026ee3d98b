/**
 * Prekeys (secrecy.md §3): X25519 keys that others seal to while we are away. The identity key signs each; a new one
 * comes every PREKEY_ROTATE_MS, and the private half of an old one is forgotten PREKEY_KEEP_MS later, after which
 * nobody can open what was sealed to it. Peers compare serials and never clocks.
 */
import { concatBytes, toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { CryptoPort } from '../api.ts';
import { Reader, Writer } from '../wire/codec.ts';
import { SIGNATURE_BYTES } from '../wire/header.ts';
import type { SignedPrekey } from '../wire/hello.ts';
import { generateX25519, X25519_KEY_BYTES } from './hpke.ts';
import type { X25519KeyPair } from './hpke.ts';
import { labelled } from './labels.ts';
import { IDENTITY_KEY_BYTES, PREKEY_KEEP_MS, PREKEY_ROTATE_MS, PREKEYS_MAX } from './limits.ts';
import { isSmallOrder } from './small-order.ts';

/** First 8 bytes of a hash of the prekey, 16 digits: which of somebody's prekeys a thing was sealed to. */
export type PrekeyId = string;
export const PREKEY_ID_BYTES = 8;

/** What a member tells the others. */
export interface Prekey {
  /** Ed25519, whose owner this is. */
  readonly identity: Bytes;
  /** X25519. */
  readonly publicKey: Bytes;
  /** Of two prekeys of one identity the one with the higher serial is in force. */
  readonly serial: number;
}

/** What its owner keeps, in a private file. */
export interface OwnPrekey extends X25519KeyPair {
  readonly serial: number;
  /** Unix milliseconds. */
  readonly createdAt: number;
  /** Unix milliseconds at which its successor came; absent for the one in force. */
  readonly supersededAt?: number;
}

const PREKEY_FORMAT = 1;
export const PREKEY_BYTES = 1 + IDENTITY_KEY_BYTES + X25519_KEY_BYTES + 6 + SIGNATURE_BYTES;

export function prekeyIdOf(crypto: Pick<CryptoPort, 'sha256'>, publicKey: Bytes): PrekeyId {
  return toHex(crypto.sha256(labelled('prekey id', publicKey)).subarray(0, PREKEY_ID_BYTES));
}

/** Encodes and signs with this profile's key, whose public half is `identity`. */
export function signPrekey(
  crypto: Pick<CryptoPort, 'sign'>,
  identity: Bytes,
  own: Pick<OwnPrekey, 'publicKey' | 'serial'>,
): Bytes {
  const unsigned = new Writer(PREKEY_BYTES)
    .u8(PREKEY_FORMAT)
    .bytes(identity)
    .bytes(own.publicKey)
    .u48(own.serial)
    .finish();
  return concatBytes(unsigned, crypto.sign(labelled('prekey', unsigned)));
}

/** What HELLO says of the prekey in force. */
export function signedPrekey(
  crypto: Pick<CryptoPort, 'sign'>,
  identity: Bytes,
  ring: readonly OwnPrekey[],
): SignedPrekey | undefined {
  const [own] = ring;
  if (own === undefined) return undefined;
  const signature = signPrekey(crypto, identity, own).subarray(-SIGNATURE_BYTES);
  return { publicKey: own.publicKey, serial: own.serial, signature };
}

/** As `verifyPrekey`, of what a HELLO of that identity says. */
export function verifySignedPrekey(
  crypto: Pick<CryptoPort, 'verify' | 'x25519'>,
  identity: Bytes,
  { publicKey, serial, signature }: SignedPrekey,
): Prekey | undefined {
  const unsigned = new Writer(PREKEY_BYTES).u8(PREKEY_FORMAT).bytes(identity).bytes(publicKey).u48(serial);
  return verifyPrekey(crypto, unsigned.bytes(signature).finish());
}

/** Parses without verifying; undefined where any rule of the format is broken. */
export function decodePrekey(bytes: Bytes): Prekey | undefined {
  const reader = new Reader(bytes);
  reader.require(reader.u8() === PREKEY_FORMAT);
  const identity = reader.bytes(IDENTITY_KEY_BYTES).slice();
  const publicKey = reader.bytes(X25519_KEY_BYTES).slice();
  const serial = reader.u48();
  reader.bytes(SIGNATURE_BYTES);
  return reader.done() ? { identity, publicKey, serial } : undefined;
}

/** The prekey in these bytes where its owner signed it and it can be sealed to: a key of small order could not. */
export function verifyPrekey(crypto: Pick<CryptoPort, 'verify'>, bytes: Bytes): Prekey | undefined {
  const prekey = decodePrekey(bytes);
  if (prekey === undefined) return undefined;
  const end = bytes.length - SIGNATURE_BYTES;
  const message = labelled('prekey', bytes.subarray(0, end));
  if (!crypto.verify(prekey.identity, message, bytes.subarray(end))) return undefined;
  return isSmallOrder(prekey.publicKey) ? undefined : prekey;
}

/**
 * Own prekeys as they should be at `now` (Unix milliseconds): a first one, a successor when it is due, and none that is
 * past its time. Newest first; the same array where nothing changed.
 */
export function tendPrekeys(
  crypto: Pick<CryptoPort, 'randomBytes' | 'x25519PublicKey'>,
  ring: readonly OwnPrekey[],
  now: number,
): readonly OwnPrekey[] {
  // A clock that was set back would keep an old key for as long as it had been ahead: what lies ahead counts from now.
  const dated = ring.map((own) => clampDates(own, now));
  const [newest, ...old] = dated;
  const isDue = newest === undefined || now - newest.createdAt >= PREKEY_ROTATE_MS;
  const kept = old.filter(({ supersededAt }) => now - (supersededAt ?? now) < PREKEY_KEEP_MS);
  if (!isDue) {
    const next = [newest, ...kept].slice(0, PREKEYS_MAX);
    const isSame = next.length === ring.length && next.every((own, i) => own === ring[i]);
    return isSame ? ring : next;
  }
  // Greater than its predecessor whatever the clock says, and after a lost profile greater than what others know.
  const serial = Math.max(Math.floor(now), 0, (newest?.serial ?? 0) + 1);
  const fresh: OwnPrekey = { ...generateX25519(crypto), serial, createdAt: now };
  const superseded = newest === undefined ? [] : [{ ...newest, supersededAt: now }];
  return [fresh, ...superseded, ...kept].slice(0, PREKEYS_MAX);
}

function clampDates(own: OwnPrekey, now: number): OwnPrekey {
  if (own.createdAt <= now && (own.supersededAt ?? now) <= now) return own;
  const createdAt = Math.min(own.createdAt, now);
  return own.supersededAt === undefined
    ? { ...own, createdAt }
    : { ...own, createdAt, supersededAt: Math.min(own.supersededAt, now) };
}
