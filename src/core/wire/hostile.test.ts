import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MemberId, RoomId } from '../../base/ids.ts';
import type { CryptoPort } from '../api.ts';
import { decodeFrame } from './frame.ts';
import { FRAME, firstByte } from './header.ts';
import { encodeLeave } from './leave.ts';
import { parseRecord } from './record.ts';

const runs = { numRuns: 10_000 };
/** The format is looked at before any hash is: a constant one will do. */
const crypto = { sha256: () => new Uint8Array(32) } as unknown as CryptoPort;

const withSignature = (frame: Uint8Array): Uint8Array => {
  const whole = new Uint8Array(frame.length + 64);
  whole.set(frame);
  return whole;
};

describe('hostile bytes', () => {
  const types = [...Object.values(FRAME), 0, 19, 29, 31];

  test('no bytes make a decoder throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1600 }), (datagram) => {
        decodeFrame(datagram);
        parseRecord(crypto, datagram);
      }),
      runs,
    );
  });

  for (const type of types) {
    test(`nor with the first byte of type ${type}`, () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 600 }), (rest) => {
          const datagram = new Uint8Array(rest.length + 1);
          datagram[0] = firstByte(type);
          datagram.set(rest, 1);
          const decoded = decodeFrame(datagram);
          if (decoded.ok) expect(decoded.value.frame.type).toBeDefined();
          else expect(decoded.error).toMatch(/^[a-z-]+$/);
        }),
        runs,
      );
    });
  }

  test('a cut, lengthened or bit-flipped frame decodes to a value or a reason', () => {
    const frame = withSignature(
      encodeLeave('ab'.repeat(16) as RoomId, {
        member: 'cd'.repeat(16) as MemberId,
        incarnation: 'ef'.repeat(8),
        counter: 7,
      }),
    );
    for (let length = 0; length < frame.length; length++)
      expect(decodeFrame(frame.subarray(0, length)).ok).toBe(false);
    const longer = new Uint8Array(frame.length + 1);
    longer.set(frame);
    expect(decodeFrame(longer)).toEqual({ ok: false, error: 'malformed' });
    expect(decodeFrame(new Uint8Array(1473))).toEqual({ ok: false, error: 'too-long' });
    const other = frame.slice();
    other[0] = (2 << 5) | FRAME.leave;
    expect(decodeFrame(other)).toEqual({ ok: false, error: 'unknown-version' });
  });
});
