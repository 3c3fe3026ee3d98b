import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createIdentity } from '../../../sim/crypto.ts';
import { concatBytes } from '../../base/bytes.ts';
import { seededRandom } from '../../base/prng.ts';
import { PREKEY_KEEP_MS, PREKEY_ROTATE_MS, PREKEYS_MAX } from './limits.ts';
import { decodePrekey, PREKEY_BYTES, prekeyIdOf, signPrekey, tendPrekeys, verifyPrekey } from './prekeys.ts';
import type { OwnPrekey } from './prekeys.ts';

const owner = createIdentity(seededRandom(1), 'ed25519');
const other = createIdentity(seededRandom(2), 'ed25519');
const { crypto } = owner;
const START = 1_800_000_000_000;
const DAY = 24 * 3600 * 1000;

describe('a signed prekey', () => {
  const [own] = tendPrekeys(crypto, [], START) as [OwnPrekey];
  const bytes = signPrekey(crypto, owner.publicKey, own);

  test('is read back, and verified', () => {
    expect(bytes).toHaveLength(PREKEY_BYTES);
    expect(verifyPrekey(crypto, bytes)).toEqual({
      identity: owner.publicKey,
      publicKey: own.publicKey,
      serial: START,
    });
    expect(prekeyIdOf(crypto, own.publicKey)).toMatch(/^[0-9a-f]{16}$/);
  });

  test('is refused with any bit changed, cut, or with anything behind it', () => {
    fc.assert(
      fc.property(fc.nat(PREKEY_BYTES - 1), fc.nat(7), (at, bit) => {
        const changed = bytes.slice();
        changed[at]! ^= 1 << bit;
        expect(verifyPrekey(crypto, changed)).toBeUndefined();
        expect(decodePrekey(bytes.subarray(0, at))).toBeUndefined();
      }),
      { numRuns: 100 },
    );
    expect(decodePrekey(concatBytes(bytes, Uint8Array.of(0)))).toBeUndefined();
  });

  test('is refused where somebody else signed it, or where nobody could seal to it', () => {
    expect(verifyPrekey(crypto, signPrekey(other.crypto, owner.publicKey, own))).toBeUndefined();
    const zero = { publicKey: new Uint8Array(32), serial: 1 };
    expect(decodePrekey(signPrekey(crypto, owner.publicKey, zero))).toBeDefined();
    expect(verifyPrekey(crypto, signPrekey(crypto, owner.publicKey, zero))).toBeUndefined();
  });
});

describe('rotation', () => {
  test('a key serves 7 days, and 30 more for what was sealed to it', () => {
    let ring = tendPrekeys(crypto, [], START);
    const first = ring[0] as OwnPrekey;
    expect(tendPrekeys(crypto, ring, START + PREKEY_ROTATE_MS - 1)).toBe(ring);
    ring = tendPrekeys(crypto, ring, START + PREKEY_ROTATE_MS);
    expect(ring.map(({ privateKey }) => privateKey)).toContain(first.privateKey);
    expect(ring[0]!.privateKey).not.toEqual(first.privateKey);
    const isKept = (now: number): boolean =>
      tendPrekeys(crypto, ring, now).some(({ serial }) => serial === first.serial);
    expect(isKept(START + PREKEY_ROTATE_MS + PREKEY_KEEP_MS - 1)).toBe(true);
    expect(isKept(START + PREKEY_ROTATE_MS + PREKEY_KEEP_MS)).toBe(false);
  });

  test('whatever the clock does, serials rise, the ring is bounded, and no old key outlives its time', () => {
    const jumps = fc.array(fc.integer({ min: -3650 * DAY, max: 3650 * DAY }), { maxLength: 30 });
    fc.assert(
      fc.property(jumps, (steps) => {
        let now = START;
        let ring: readonly OwnPrekey[] = [];
        let serial = 0;
        for (const step of steps) {
          now = Math.max(0, now + step);
          ring = tendPrekeys(crypto, ring, now);
          expect(ring.length).toBeLessThanOrEqual(PREKEYS_MAX);
          expect(ring[0]!.supersededAt).toBeUndefined();
          expect(ring[0]!.serial).toBeGreaterThanOrEqual(serial);
          serial = ring[0]!.serial;
          for (const { supersededAt } of ring.slice(1)) {
            expect(supersededAt).toBeLessThanOrEqual(now);
            expect(now - supersededAt!).toBeLessThan(PREKEY_KEEP_MS);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  test('a daemon that was off for a year still opens what was sealed meanwhile', () => {
    const ring = tendPrekeys(crypto, [], START);
    const after = tendPrekeys(crypto, ring, START + 365 * DAY);
    expect(after).toHaveLength(2);
    expect(after[1]!.privateKey).toEqual(ring[0]!.privateKey);
  });
});
