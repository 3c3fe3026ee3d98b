/**
 * X25519 public keys that give everybody the same shared secret, all zeros (RFC 7748 §6.1): the points of small order,
 * in every encoding. By comparison, since an agreement to find out costs a tenth of a millisecond and a room has hundreds
 * of members. The u-coordinates are those of order 1, 2, 4 and 8 on the curve and its twist, and the same plus p where that
 * fits 255 bits (D. J. Bernstein, "Curve25519: new Diffie-Hellman speed records", 2006, and its list of such points).
 */
import { toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';

const SMALL_ORDER: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

const LAST_BYTES: ReadonlySet<number> = new Set([0x00, 0x57, 0x7f]);

/** `publicKey`: 32 bytes, little-endian. The highest bit has no meaning and is passed over (RFC 7748 §5). */
export function isSmallOrder(publicKey: Bytes): boolean {
  // One honest key in 40 goes on from here.
  if (!LAST_BYTES.has((publicKey.at(-1) ?? 0) & 0x7f)) return false;
  const masked = publicKey.slice();
  const last = masked.length - 1;
  masked[last] = (masked[last] ?? 0) & 0x7f;
  return SMALL_ORDER.has(toHex(masked));
}
