import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flipped, person, ROOM } from '../../../test/secrecy-people.ts';
import { concatBytes, toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { RoomId, TransferId } from '../../base/ids.ts';
import { DATAGRAM_BYTES_MAX } from '../limits.ts';
import { epochKeys, slotOf, SlotTable, syncKeys, transferSecret } from './key-schedule.ts';
import type { RoomKeys } from './key-schedule.ts';
import { FRAME_HEADER_BYTES, FRAME_PLAINTEXT_BYTES_MAX, FRAME_TRAILER_BYTES } from './limits.ts';
import { openFrame, sealFrame } from './sealed-frame.ts';

const anna = person(1);
const bob = person(2);
const { crypto } = anna;
const secret = new Uint8Array(32).fill(5);
const keys = epochKeys(crypto, '0a'.repeat(32), secret);
const slots = new SlotTable(crypto, keys, [anna.id, bob.id]);
const author = { member: anna.id, incarnation: '0123456789abcdef' };
const TYPE = 0x23;
const text = (value: string): Bytes => new TextEncoder().encode(value);
const nonceOf = (frame: Bytes): string => toHex(frame.subarray(21, 33));

describe('a sealed frame', () => {
  test('opens under the keys of its epoch, and says whose it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1415 }), fc.nat(255), (plaintext, type) => {
        const frame = sealFrame(crypto, keys, author, type, plaintext);
        expect(frame).toHaveLength(plaintext.length + FRAME_HEADER_BYTES + FRAME_TRAILER_BYTES);
        expect(frame.length).toBeLessThanOrEqual(DATAGRAM_BYTES_MAX);
        expect(openFrame(bob.crypto, keys, slots, frame)).toEqual({
          ok: true,
          value: { ...author, type, plaintext },
        });
      }),
      { numRuns: 50 },
    );
  });

  test('no bit may change, nothing be missing, nothing stand behind it', () => {
    const frame = sealFrame(crypto, keys, author, TYPE, text('hello'));
    fc.assert(
      fc.property(fc.nat(frame.length - 1), fc.nat(7), (at, bit) => {
        expect(openFrame(crypto, keys, slots, flipped(frame, at, bit)).ok).toBe(false);
        expect(openFrame(crypto, keys, slots, frame.subarray(0, at)).ok).toBe(false);
      }),
      { numRuns: 200 },
    );
    expect(openFrame(crypto, keys, slots, concatBytes(frame, Uint8Array.of(0))).ok).toBe(false);
    const longest = FRAME_PLAINTEXT_BYTES_MAX + FRAME_HEADER_BYTES + FRAME_TRAILER_BYTES;
    expect(openFrame(crypto, keys, slots, new Uint8Array(longest + 1))).toMatchObject({ error: 'size' });
  });

  test('an insider who fixes the room MAC still changes nothing', () => {
    const frame = sealFrame(crypto, keys, author, TYPE, text('hello'));
    fc.assert(
      fc.property(fc.nat(frame.length - 9), fc.nat(7), (at, bit) => {
        const body = flipped(frame.subarray(0, frame.length - 8), at, bit);
        const forged = concatBytes(body, crypto.hmac(keys.mac, body).subarray(0, 8));
        expect(openFrame(crypto, keys, slots, forged).ok).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  test('the checks come in their order', () => {
    const frame = sealFrame(crypto, keys, author, TYPE, text('hello'));
    const fault = (changed: Bytes): string => {
      const result = openFrame(crypto, keys, slots, changed);
      return result.ok ? '' : result.error;
    };
    expect(fault(frame.subarray(0, 20))).toBe('size');
    expect(fault(flipped(frame, 1, 0))).toBe('other-keys');
    expect(fault(flipped(frame, 6, 0))).toBe('room-mac');
    const stranger = sealFrame(crypto, keys, { ...author, member: person(3).id }, TYPE, text('hello'));
    expect(fault(stranger)).toBe('unknown-slot');
    const body = flipped(frame.subarray(0, frame.length - 8), frame.length - 9, 0);
    expect(fault(concatBytes(body, crypto.hmac(keys.mac, body).subarray(0, 8)))).toBe('seal');
  });

  test('does not open in another room, epoch, or under SYNC', () => {
    const frame = sealFrame(crypto, keys, author, TYPE, text('hello'));
    const others: RoomKeys[] = [
      epochKeys(crypto, '0b'.repeat(32), secret),
      epochKeys(crypto, '0a'.repeat(32), new Uint8Array(32).fill(6)),
      syncKeys(crypto, ROOM, secret),
    ];
    for (const other of others) {
      const table = new SlotTable(crypto, other, [anna.id, bob.id]);
      expect(openFrame(crypto, other, table, frame)).toMatchObject({ error: 'other-keys' });
      const retagged = concatBytes(frame.subarray(0, 1), other.tag, frame.subarray(5));
      expect(openFrame(crypto, other, table, retagged)).toMatchObject({ error: 'room-mac' });
    }
  });
});

describe('no key serves twice', () => {
  test('state rolled back from a backup gives other nonces, incarnation or not', () => {
    const nonces = new Set<string>();
    for (let i = 0; i < 500; i++) nonces.add(nonceOf(sealFrame(crypto, keys, author, TYPE, text('same'))));
    expect(nonces.size).toBe(500);
  });

  test('even with a generator that repeats itself, other contents, types and authors have other nonces', () => {
    const stuck = { ...crypto, randomBytes: (length: number) => new Uint8Array(length) };
    const frame = (plaintext: string, type = TYPE, who = author): Bytes =>
      sealFrame(stuck, keys, who, type, text(plaintext));
    const seen = [
      frame('a'),
      frame('b'),
      frame('a', 0x24),
      frame('a', TYPE, { ...author, incarnation: 'ff'.repeat(8) }),
      frame('a', TYPE, { ...author, member: bob.id }),
    ].map(nonceOf);
    expect(new Set(seen).size).toBe(seen.length);
    expect(frame('a')).toEqual(frame('a'));
  });
});

describe('the key schedule', () => {
  test('every key is another, and another in each epoch and room', () => {
    const schedules = [
      keys,
      epochKeys(crypto, '0b'.repeat(32), secret),
      syncKeys(crypto, ROOM, secret),
      syncKeys(crypto, '00'.repeat(16) as RoomId, secret),
    ];
    const all = schedules.flatMap((schedule) => Object.values(schedule).map(toHex));
    expect(new Set(all).size).toBe(4 * 5);
  });

  test('slots name members to members, differ between epochs, and are no part of an id', () => {
    expect(slots.memberOf(slotOf(crypto, keys, bob.id))).toBe(bob.id);
    const next = epochKeys(crypto, '0b'.repeat(32), secret);
    expect(slotOf(crypto, next, bob.id)).not.toBe(slotOf(crypto, keys, bob.id));
    const frame = toHex(sealFrame(crypto, keys, author, TYPE, text(anna.id)));
    for (let at = 0; at + 8 <= anna.id.length; at += 2)
      expect(frame).not.toContain(anna.id.slice(at, at + 8));
  });

  test('a file has another secret in another epoch', () => {
    const transfer = '77'.repeat(16) as TransferId;
    const next = epochKeys(crypto, '0b'.repeat(32), secret);
    expect(transferSecret(crypto, next, transfer)).not.toEqual(transferSecret(crypto, keys, transfer));
  });
});
