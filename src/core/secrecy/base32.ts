/** Base 32 in Crockford's alphabet: no I, L, O or U, and what is misread for 0 and 1 is read as those. */
import type { Bytes } from '../../base/bytes.ts';
import { assert } from '../../base/assert.ts';

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Of a multiple of 5 bytes, so that nothing is padded and each value has one text. */
export function encodeBase32(bytes: Bytes): string {
  assert(bytes.length % 5 === 0, 'whole groups of 40 bits');
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += DIGITS[(value >>> bits) & 31];
    }
    value &= (1 << bits) - 1;
  }
  return text;
}

/** Capitals only; hyphens are passed over. Undefined for any other character, or where a group is not whole. */
export function decodeBase32(text: string): Bytes | undefined {
  const digits = text.replaceAll('-', '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  if (digits.length % 8 !== 0) return undefined;
  const bytes = new Uint8Array((digits.length / 8) * 5);
  let bits = 0;
  let value = 0;
  let at = 0;
  for (const digit of digits) {
    const five = DIGITS.indexOf(digit);
    if (five < 0) return undefined;
    value = (value << 5) | five;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (value >>> bits) & 255;
      value &= (1 << bits) - 1;
    }
  }
  return bytes;
}
