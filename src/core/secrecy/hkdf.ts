/**
 * HKDF-SHA-256 in its two halves (RFC 5869 §2.2, §2.3), which HPKE and the key schedule need apart: the port's own
 * `hkdf` does both at once with an empty salt.
 */
import { assert } from '../../base/assert.ts';
import { concatBytes } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { CryptoPort } from '../api.ts';

export type Hmac = Pick<CryptoPort, 'hmac'>;

export const HASH_BYTES = 32;

/** A uniform key of 32 bytes out of input that has the entropy but not the form. */
export function extract(crypto: Hmac, salt: Bytes, input: Bytes): Bytes {
  // HMAC pads its key with zeros, so an empty salt is RFC 5869's string of zeros.
  return crypto.hmac(salt, input);
}

/** `lengthBytes` of output for this `info`; at most 255 × 32. */
export function expand(crypto: Hmac, key: Bytes, info: Bytes, lengthBytes: number): Bytes {
  assert(lengthBytes <= 255 * HASH_BYTES, 'HKDF gives no more than 255 blocks');
  const output = new Uint8Array(lengthBytes);
  let block: Bytes = new Uint8Array(0);
  for (let at = 0, counter = 1; at < lengthBytes; at += HASH_BYTES, counter++) {
    block = crypto.hmac(key, concatBytes(block, info, Uint8Array.of(counter)));
    output.set(block.subarray(0, Math.min(HASH_BYTES, lengthBytes - at)), at);
  }
  return output;
}
