import { describe, expect, it } from 'vitest';
import { createIdentity } from '../../../sim/crypto.ts';
import { fromHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import { seededRandom } from '../../base/prng.ts';
import { isSmallOrder } from './small-order.ts';

const { crypto } = createIdentity(seededRandom(1), 'ed25519');
const PRIVATE = new Uint8Array(32).fill(0x42);
const bytesOf = (hex: string): Bytes => fromHex(hex) as Bytes;
const KNOWN = [
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
];

describe('isSmallOrder', () => {
  it('names every key with which an agreement fails, with the highest bit set or not', () => {
    for (const hex of KNOWN)
      for (const bit of [0, 0x80]) {
        const key = bytesOf(hex);
        key[31] = (key[31] as number) | bit;
        expect(crypto.x25519(PRIVATE, key), hex).toBeUndefined();
        expect(isSmallOrder(key), hex).toBe(true);
      }
  });

  it('and no other: neighbours of these, and honest keys', () => {
    for (const hex of KNOWN)
      for (let place = 0; place < 256; place++) {
        const key = bytesOf(hex);
        key[place >> 3] = (key[place >> 3] as number) ^ (1 << (place & 7));
        expect(isSmallOrder(key)).toBe(crypto.x25519(PRIVATE, key) === undefined);
      }
    for (let seed = 0; seed < 200; seed++)
      expect(isSmallOrder(crypto.x25519PublicKey(crypto.randomBytes(32)))).toBe(false);
  });
});
