/** The synchronous primitives of private rooms: one suite, on `node:crypto` and on the simulator's port. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIdentity } from '../../sim/crypto.ts';
import { fromHex, toHex, type Bytes } from '../../src/base/bytes.ts';
import { seededRandom } from '../../src/base/prng.ts';
import type { CryptoPort } from '../../src/core/api.ts';
import { generateKeyPair, nodeCrypto } from '../../src/io/crypto.ts';

const bytes = (hex: string): Bytes => fromHex(hex) as Bytes;
const ports: readonly (readonly [string, CryptoPort])[] = [
  ['node', nodeCrypto(generateKeyPair().privateKeyPkcs8)],
  ['simulator', createIdentity(seededRandom(1), 'ed25519').crypto],
];

describe.each(ports)('%s', (_name, crypto) => {
  it('computes HMAC as RFC 4231 §4.3 does', () => {
    const mac = crypto.hmac(Buffer.from('Jefe'), Buffer.from('what do ya want for nothing?'));
    expect(toHex(mac)).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
  });

  it('derives a signing key from a seed and signs with it as test 2 of RFC 8032 §7.1 does', () => {
    const key = crypto.ed25519(bytes('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb'));
    expect(toHex(key.publicKey)).toBe('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c');
    const signature = key.sign(bytes('72'));
    expect(toHex(signature)).toBe(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    );
    expect(crypto.verify(key.publicKey, bytes('72'), signature)).toBe(true);
    expect(crypto.verify(key.publicKey, bytes('73'), signature)).toBe(false);
  });

  it('agrees on a secret as RFC 7748 §6.1 does', () => {
    const bob = bytes('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb');
    const alicePublic = bytes('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a');
    expect(toHex(crypto.x25519PublicKey(bob))).toBe(
      'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f',
    );
    expect(toHex(crypto.x25519(bob, alicePublic) as Bytes)).toBe(
      '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742',
    );
  });

  it('has no secret with a key of small order, or with what is no key', () => {
    const mine = crypto.randomBytes(32);
    const smallOrder = [
      '0000000000000000000000000000000000000000000000000000000000000000',
      '0100000000000000000000000000000000000000000000000000000000000000',
      'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
      '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    ];
    for (const key of smallOrder) expect(crypto.x25519(mine, bytes(key)), key).toBeUndefined();
    for (const length of [0, 31, 33, 64]) {
      expect(crypto.x25519(mine, new Uint8Array(length).fill(9))).toBeUndefined();
    }
  });

  it('seals as test case 16 of the GCM specification does', () => {
    const key = bytes('feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308');
    const nonce = bytes('cafebabefacedbaddecaf888');
    const additional = bytes('feedfacedeadbeeffeedfacedeadbeefabaddad2');
    const plaintext = bytes(
      'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
    );
    const sealed = crypto.seal(key, nonce, additional, plaintext);
    expect(toHex(sealed)).toBe(
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b',
    );
    expect(crypto.open(key, nonce, additional, sealed)).toEqual(plaintext);
  });

  it('opens nothing that was changed, cut or lengthened', () => {
    const key = crypto.randomBytes(32);
    const nonce = crypto.randomBytes(12);
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 80 }),
        fc.uint8Array({ maxLength: 20 }),
        fc.nat(),
        fc.nat(7),
        (plaintext, additional, at, bit) => {
          const sealed = crypto.seal(key, nonce, additional, plaintext);
          expect(sealed).toHaveLength(plaintext.length + 16);
          expect(crypto.open(key, nonce, additional, sealed)).toEqual(plaintext);
          const changed = sealed.slice();
          changed[at % sealed.length]! ^= 1 << bit;
          expect(crypto.open(key, nonce, additional, changed)).toBeUndefined();
          expect(crypto.open(key, nonce, additional, sealed.subarray(0, at % sealed.length))).toBeUndefined();
          expect(crypto.open(key, nonce, additional, new Uint8Array([...sealed, 0]))).toBeUndefined();
          expect(crypto.open(key, nonce, new Uint8Array([...additional, 0]), sealed)).toBeUndefined();
        },
      ),
      { numRuns: 60 },
    );
  });

  it('compares secrets of any length, and gives plain byte arrays', () => {
    expect(crypto.equalSecrets(bytes('0102'), bytes('0102'))).toBe(true);
    expect(crypto.equalSecrets(bytes('0102'), bytes('0103'))).toBe(false);
    expect(crypto.equalSecrets(bytes('0102'), bytes('010203'))).toBe(false);
    const sealed = crypto.seal(crypto.randomBytes(32), crypto.randomBytes(12), bytes(''), bytes('00'));
    for (const made of [
      sealed,
      crypto.hmac(sealed, sealed),
      crypto.x25519PublicKey(crypto.randomBytes(32)),
    ]) {
      expect(Buffer.isBuffer(made)).toBe(false);
    }
  });
});
