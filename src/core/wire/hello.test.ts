import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, RoomId } from '../../base/ids.ts';
import { DATAGRAM_BYTES_MIN, PATH_MTUS, RELAY_HEADER_BYTES, SEAL_BYTES } from '../limits.ts';
import { decodeHello, encodeHello, heardRoom, helloFrontierRoom } from './hello.ts';
import type { HelloFrame } from './hello.ts';

const runs = { numRuns: 10_000 };
const bytes = (length: number): fc.Arbitrary<Bytes> =>
  fc.uint8Array({ minLength: length, maxLength: length });
const hex = (length: number): fc.Arbitrary<string> => bytes(length).map(toHex);
const sequence = fc.integer({ min: 1, max: 2 ** 48 - 1 });
const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter((text) => {
  const { length } = new TextEncoder().encode(text);
  return length >= 1 && length <= 64;
});
const signed = (frame: Bytes): Bytes => {
  const whole = new Uint8Array(frame.length + 64);
  whole.set(frame);
  return whole;
};

const room = '00'.repeat(16) as RoomId;
const anyPrekey = { publicKey: new Uint8Array(32), serial: 1, signature: new Uint8Array(64) };
const plain: Omit<HelloFrame, 'type'> = {
  publicKey: new Uint8Array(32),
  incarnation: '00'.repeat(8),
  counter: 0,
  wantsReply: false,
  intervalMs: 1000,
  unicastPort: 1,
  datagramBytesMax: 1472,
  name: 'x',
  frontierDigest: '00'.repeat(8),
  frontiers: [],
  heardAll: true,
  heard: [],
  number: 0,
  clock: 0,
};

describe('HELLO', () => {
  test('comes back as it was', () => {
    const entry = fc
      .record({ author: hex(16) as fc.Arbitrary<MemberId>, floor: sequence, more: fc.nat(1000) })
      .map(({ author, floor, more }) => ({
        author,
        floor,
        head: Math.min(2 ** 48 - 1, floor + more),
        headPrefix: author,
      }));
    const prekey = fc.record({ publicKey: bytes(32), serial: fc.nat(2 ** 48 - 1), signature: bytes(64) });
    const address = fc.record({
      host: fc
        .integer({ min: 1, max: 2 ** 32 - 1 })
        .map((ip) => [ip >>> 24, (ip >>> 16) & 255, (ip >>> 8) & 255, ip & 255].join('.')),
      port: fc.integer({ min: 1, max: 65_535 }),
    });
    const heard = fc.record(
      {
        prefix: hex(8),
        loss: fc.nat(127).map((steps) => steps / 127),
        byMulticast: fc.boolean(),
        roundTripMs: fc.integer({ min: 1, max: 8191 }).map((steps) => steps / 10),
        pathMtu: fc.constantFrom(...PATH_MTUS),
        address,
      },
      { requiredKeys: ['prefix', 'loss', 'byMulticast'] },
    );
    const hello = fc.record(
      {
        publicKey: bytes(32),
        incarnation: hex(8),
        counter: fc.nat(0xffffffff),
        wantsReply: fc.boolean(),
        intervalMs: fc.integer({ min: 1000, max: 102_400 }),
        unicastPort: fc.integer({ min: 1, max: 65_535 }),
        datagramBytesMax: fc.integer({ min: 548, max: 1472 }),
        name,
        colour: fc.integer({ min: 1, max: 15 }),
        frontierDigest: hex(8),
        frontiers: fc.array(entry, { maxLength: 20 }),
        heardAll: fc.boolean(),
        heard: fc.array(heard, { maxLength: 16 }),
        number: fc.nat(0xffff),
        clock: fc.nat(2 ** 48 - 1),
        prekey,
      },
      {
        requiredKeys: [
          'publicKey',
          'incarnation',
          'counter',
          'wantsReply',
          'intervalMs',
          'unicastPort',
          'datagramBytesMax',
          'name',
          'frontierDigest',
          'frontiers',
          'heardAll',
          'heard',
          'number',
          'clock',
        ],
      },
    );
    fc.assert(
      fc.property(hex(16) as fc.Arbitrary<RoomId>, hello, (id, value) => {
        expect(decodeHello(signed(encodeHello(id, value)))).toEqual({ type: 'hello', ...value });
      }),
      runs,
    );
  });

  test('with the frontiers it has room for it fits its datagram, and one fits always', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: DATAGRAM_BYTES_MIN - SEAL_BYTES - RELAY_HEADER_BYTES, max: 1472 }),
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 0, max: 16 }),
        fc.boolean(),
        (max, nameBytes, wanted, hasPrekey) => {
          const heardCount = Math.min(wanted, heardRoom(max));
          const count = helloFrontierRoom({ nameBytes, heardCount, hasPrekey }, max);
          expect(count).toBeGreaterThanOrEqual(1);
          const frame = encodeHello(room, {
            ...plain,
            name: 'x'.repeat(nameBytes),
            frontiers: Array.from({ length: count }, () => ({
              author: '00'.repeat(16) as MemberId,
              floor: 1,
              head: 1,
              headPrefix: '00'.repeat(16),
            })),
            heard: Array.from({ length: heardCount }, () => ({
              prefix: '00'.repeat(8),
              loss: 0,
              byMulticast: true,
            })),
            ...(hasPrekey ? { prekey: anyPrekey } : {}),
          });
          expect(frame.length + 64).toBeLessThanOrEqual(max);
        },
      ),
      runs,
    );
  });

  test('is malformed where flags and contents differ, and where a flag is unknown', () => {
    const flagsAt = 5 + 32 + 8 + 4;
    for (const frame of [encodeHello(room, plain), encodeHello(room, { ...plain, prekey: anyPrekey })]) {
      const whole = signed(frame);
      expect(decodeHello(whole)).toBeDefined();
      const flags = whole[flagsAt] as number;
      whole[flagsAt] = flags ^ 4;
      expect(decodeHello(whole)).toBeUndefined();
      whole[flagsAt] = flags | 128;
      expect(decodeHello(whole)).toBeUndefined();
    }
  });
});
