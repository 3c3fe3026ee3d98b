import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createIdentity } from '../../../sim/crypto.ts';
import { fromHex, toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import { seededRandom } from '../../base/prng.ts';
import { deriveKeyPair, generateX25519, openFrom, sealTo, setupRecipient, setupSender } from './hpke.ts';

interface Vectors {
  readonly kem: Readonly<Record<'ikmE' | 'skEm' | 'pkEm' | 'ikmR' | 'skRm' | 'pkRm', string>>;
  readonly base: Readonly<Record<'info' | 'ikmE' | 'skEm' | 'enc' | 'ikmR' | 'skRm' | 'pkRm', string>> & {
    readonly encryptions: readonly { readonly aad: string; readonly pt: string; readonly ct: string }[];
    readonly exports: readonly {
      readonly context: string;
      readonly length: number;
      readonly value: string;
    }[];
  };
}
const { kem, base } = JSON.parse(
  readFileSync(new URL('../../../test/corpus/hpke-rfc9180.json', import.meta.url), 'utf8'),
) as Vectors;

const { crypto } = createIdentity(seededRandom(9180), 'ed25519');
const bytes = (hex: string): Bytes => fromHex(hex) as Bytes;
const NONE = new Uint8Array(0);

describe('the vectors of RFC 9180', () => {
  test.each([
    [kem.ikmE, kem.skEm, kem.pkEm],
    [kem.ikmR, kem.skRm, kem.pkRm],
    [base.ikmE, base.skEm, base.enc],
    [base.ikmR, base.skRm, base.pkRm],
  ])('the key pair of %s', (ikm, privateKey, publicKey) => {
    const pair = deriveKeyPair(crypto, bytes(ikm));
    expect(toHex(pair.privateKey)).toBe(privateKey);
    expect(toHex(pair.publicKey)).toBe(publicKey);
  });

  test('what is sealed, opened and exported', () => {
    const sender = setupSender(
      crypto,
      bytes(base.pkRm),
      bytes(base.info),
      deriveKeyPair(crypto, bytes(base.ikmE)),
    )!;
    expect(toHex(sender.enc)).toBe(base.enc);
    const recipient = deriveKeyPair(crypto, bytes(base.ikmR));
    const opener = setupRecipient(crypto, recipient, sender.enc, bytes(base.info))!;
    for (const { aad, pt, ct } of base.encryptions) {
      expect(toHex(sender.context.seal(bytes(aad), bytes(pt)))).toBe(ct);
      expect(toHex(opener.open(bytes(aad), bytes(ct))!)).toBe(pt);
    }
    for (const { context, length, value } of base.exports) {
      expect(toHex(sender.context.export(bytes(context), length))).toBe(value);
      expect(toHex(opener.export(bytes(context), length))).toBe(value);
    }
  });
});

describe('seal and open', () => {
  const recipient = generateX25519(crypto);

  test('only the recipient, with the same info and additional data, opens what is whole', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 64 }),
        fc.uint8Array({ maxLength: 16 }),
        fc.nat(),
        fc.nat(7),
        (plaintext, info, at, bit) => {
          const sealed = sealTo(crypto, recipient.publicKey, info, NONE, plaintext)!;
          expect(openFrom(crypto, recipient, info, NONE, sealed)).toEqual(plaintext);
          expect(openFrom(crypto, recipient, info, Uint8Array.of(1), sealed)).toBeUndefined();
          expect(openFrom(crypto, recipient, Uint8Array.of(...info, 1), NONE, sealed)).toBeUndefined();
          expect(openFrom(crypto, generateX25519(crypto), info, NONE, sealed)).toBeUndefined();
          const flip = (value: Bytes): Bytes =>
            value.map((byte, i) => (i === at % value.length ? byte ^ (1 << bit) : byte));
          const changed = { ...sealed, ciphertext: flip(sealed.ciphertext) };
          expect(openFrom(crypto, recipient, info, NONE, changed)).toBeUndefined();
          const otherEnc = { ...sealed, enc: flip(sealed.enc) };
          expect(openFrom(crypto, recipient, info, NONE, otherEnc)).toBeUndefined();
        },
      ),
      { numRuns: 40 },
    );
  });

  test('keys of small order are refused on both sides', () => {
    const zero = new Uint8Array(32);
    expect(sealTo(crypto, zero, NONE, NONE, NONE)).toBeUndefined();
    expect(openFrom(crypto, recipient, NONE, NONE, { enc: zero, ciphertext: zero })).toBeUndefined();
  });

  test('a message that does not open leaves the context at its place, past 256 messages', () => {
    const sender = setupSender(crypto, recipient.publicKey, NONE)!;
    const opener = setupRecipient(crypto, recipient, sender.enc, NONE)!;
    const seen = new Set<string>();
    for (let i = 0; i < 300; i++) {
      const sealed = sender.context.seal(NONE, Uint8Array.of(7));
      seen.add(toHex(sealed));
      expect(opener.open(NONE, Uint8Array.of(...sealed, 0))).toBeUndefined();
      expect(opener.open(NONE, sealed)).toEqual(Uint8Array.of(7));
      expect(opener.open(NONE, sealed)).toBeUndefined();
    }
    // No nonce came twice.
    expect(seen.size).toBe(300);
  });
});
