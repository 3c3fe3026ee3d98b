import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flipped, person } from '../../../test/secrecy-people.ts';
import type { Person } from '../../../test/secrecy-people.ts';
import { concatBytes, toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import { DIRECT_BYTES_MAX, openDirect, sealDirect } from './direct.ts';
import { setupRecipient, setupSender } from './hpke.ts';
import { labelled } from './labels.ts';
import { DIRECT_BODY_BYTES_MAX } from './limits.ts';
import type { Prekey } from './prekeys.ts';

const anna = person(1);
const bob = person(2);
const cem = person(3);
const prekeyOf = (who: Person): Prekey => ({ identity: who.publicKey, publicKey: who.prekey, serial: 1 });
const send = (from: Person, to: Person, body: Bytes): Bytes =>
  sealDirect(from.crypto, from.publicKey, prekeyOf(to), body);
const read = (who: Person, bytes: Bytes): ReturnType<typeof openDirect> =>
  openDirect(who.crypto, who.publicKey, who.prekeys, bytes);

describe('a direct message', () => {
  test('is read by the one it is for, and by nobody else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (body) => {
        const bytes = send(anna, bob, body);
        expect(read(bob, bytes)).toEqual({ ok: true, value: { from: anna.publicKey, body } });
        expect(read(anna, bytes)).toEqual({ ok: false, error: 'prekey-forgotten' });
        const pretending = bob.prekeys.map((own) => ({ ...own, privateKey: cem.prekeys[0]!.privateKey }));
        expect(read({ ...bob, prekeys: pretending }, bytes)).toEqual({ ok: false, error: 'unreadable' });
      }),
      { numRuns: 30 },
    );
  });

  test('shows neither key of the sender nor of the recipient', () => {
    const bytes = toHex(send(anna, bob, new Uint8Array(40)));
    for (const { publicKey } of [anna, bob]) expect(bytes).not.toContain(toHex(publicKey).slice(0, 16));
  });

  test('no bit may change, nothing be missing or stand behind it; lengths are bounded', () => {
    const bytes = send(anna, bob, Uint8Array.of(1, 2, 3));
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
        expect(read(bob, flipped(bytes, at, bit)).ok).toBe(false);
        expect(read(bob, bytes.subarray(0, at)).ok).toBe(false);
      }),
      { numRuns: 150 },
    );
    expect(read(bob, concatBytes(bytes, Uint8Array.of(0))).ok).toBe(false);
    expect(read(bob, new Uint8Array(DIRECT_BYTES_MAX + 1))).toMatchObject({ error: 'malformed' });
    const longest = send(anna, bob, new Uint8Array(DIRECT_BODY_BYTES_MAX));
    expect(longest).toHaveLength(DIRECT_BYTES_MAX);
    expect(read(bob, longest).ok).toBe(true);
  });

  test('cannot be passed on as if it had been written to somebody else', () => {
    const bytes = send(anna, bob, Uint8Array.of(1));
    const header = bytes.subarray(0, 41);
    const info = (who: Person): Bytes => labelled('direct seal', who.publicKey, who.prekey);
    const opener = setupRecipient(bob.crypto, bob.prekeys[0]!, header.subarray(9), info(bob))!;
    const inside = opener.open(header, bytes.subarray(41))!;
    const again = setupSender(bob.crypto, cem.prekey, info(cem))!;
    const newHeader = concatBytes(send(bob, cem, Uint8Array.of(0)).subarray(0, 9), again.enc);
    const passedOn = concatBytes(newHeader, again.context.seal(newHeader, inside));
    expect(read(cem, passedOn)).toEqual({ ok: false, error: 'signature' });
  });

  test('nobody writes in the name of another, nor to oneself in one’s own', () => {
    const forged = sealDirect(cem.crypto, anna.publicKey, prekeyOf(bob), Uint8Array.of(1));
    expect(read(bob, forged)).toEqual({ ok: false, error: 'signature' });
    expect(read(bob, send(bob, bob, Uint8Array.of(1)))).toEqual({ ok: false, error: 'from-self' });
  });
});
