import { describe, expect, it } from 'vitest';
import { fromHex, toHex, type Bytes } from '../base/bytes.ts';
import { generateKeyPair, isKeyPair, nodeCrypto } from './crypto.ts';
import { VERIFY_KEYS_MAX } from './limits.ts';

const bytes = (hex: string): Bytes => fromHex(hex) as Bytes;
const text = (value: string): Bytes => new TextEncoder().encode(value);
const pair = generateKeyPair();
const crypto = nodeCrypto(pair.privateKeyPkcs8);

describe('nodeCrypto', () => {
  it('hashes, at once and in slices', () => {
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(toHex(crypto.sha256(text('abc')))).toBe(abc);
    const stream = crypto.sha256Stream();
    stream.update(text('a'));
    stream.update(text('bc'));
    expect(toHex(stream.digest())).toBe(abc);
  });

  it('signs as RFC 8032 §7.1 test 2 does', () => {
    const seed = '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb';
    const known = nodeCrypto(bytes(`302e020100300506032b657004220420${seed}`));
    const publicKey = bytes('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c');
    const signature = known.sign(bytes('72'));
    expect(toHex(signature)).toBe(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
        '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    );
    expect(known.verify(publicKey, bytes('72'), signature)).toBe(true);
    expect(known.verify(publicKey, bytes('73'), signature)).toBe(false);
  });

  it('answers false, and throws nothing, for keys and signatures that are none', () => {
    const signature = crypto.sign(text('x'));
    expect(crypto.verify(pair.publicKey, text('x'), signature)).toBe(true);
    expect(crypto.verify(pair.publicKey, text('x'), signature.subarray(1))).toBe(false);
    expect(crypto.verify(pair.publicKey.subarray(1), text('x'), signature)).toBe(false);
    expect(crypto.verify(new Uint8Array(32).fill(255), text('x'), signature)).toBe(false);
  });

  it('still verifies after more keys than it remembers', () => {
    const signature = crypto.sign(text('x'));
    for (let i = 0; i <= VERIFY_KEYS_MAX; i++) {
      const stranger = new Uint8Array(32);
      new DataView(stranger.buffer).setUint32(0, i);
      crypto.verify(stranger, text('x'), signature);
    }
    expect(crypto.verify(pair.publicKey, text('x'), signature)).toBe(true);
  });

  it('derives keys as RFC 5869 A.3 does', () => {
    const derived = crypto.hkdf(new Uint8Array(22).fill(0x0b), new Uint8Array(0), 42);
    expect(toHex(derived)).toBe(
      '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
    );
  });

  it('seals in slices and opens only what is whole', () => {
    const key = crypto.randomBytes(32);
    const seal = crypto.sealStream(key);
    const sealed = [seal.update(text('first ')), seal.update(text('second'))];
    const tag = seal.tag();
    const open = (tagGiven: Bytes, first: Bytes): { whole: boolean; plain: string } => {
      const stream = crypto.openStream(key, tagGiven);
      const parts = [first, sealed[1] as Bytes].map((part) => new TextDecoder().decode(stream.update(part)));
      return { whole: stream.final(), plain: parts.join('') };
    };
    expect(open(tag, sealed[0] as Bytes)).toEqual({ whole: true, plain: 'first second' });
    expect(open(new Uint8Array(16), sealed[0] as Bytes).whole).toBe(false);
    expect(open(new Uint8Array(3), sealed[0] as Bytes).whole).toBe(false);
    expect(
      open(
        tag,
        (sealed[0] as Bytes).map((byte) => byte ^ 1),
      ).whole,
    ).toBe(false);
  });

  it('gives plain byte arrays, whose slices are copies', () => {
    for (const made of [
      crypto.sha256(text('x')),
      crypto.sign(text('x')),
      pair.publicKey,
      crypto.randomBytes(8),
    ]) {
      expect(Buffer.isBuffer(made)).toBe(false);
    }
  });
});

describe('isKeyPair', () => {
  it('tells halves that belong together from others', () => {
    expect(isKeyPair(pair)).toBe(true);
    expect(isKeyPair({ ...pair, publicKey: generateKeyPair().publicKey })).toBe(false);
    expect(isKeyPair({ ...pair, privateKeyPkcs8: new Uint8Array(4) })).toBe(false);
  });
});
