import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toHex } from '../../base/bytes.ts';
import type { MemberId, RoomId, TransferId } from '../../base/ids.ts';
import { ASK_MUTED_MAX, MEMBERS_MAX, POLL_BLOCKS_MAX, ROLL_NAMES_MAX } from '../limits.ts';
import {
  decodeAsk,
  decodeReport,
  decodeRoll,
  encodeAsk,
  encodeReport,
  encodeRoll,
  namePrefix,
} from './ask.ts';
import { decodeFrame } from './frame.ts';

const runs = { numRuns: 300 };
const hex = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((value) => toHex(value));
const room = hex(16).map((id) => id as RoomId);
const transfer = hex(16).map((id) => id as unknown as TransferId);
const member = hex(16).map((id) => id as MemberId);
const u16 = fc.integer({ min: 0, max: 0xffff });
const u24 = fc.integer({ min: 0, max: 0xff_ffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const members = fc.integer({ min: 0, max: MEMBERS_MAX });
const groupCount = fc.constantFrom(1 as const, 2 as const, 4 as const);

/** What IPv6's least MTU leaves of a datagram. */
const LEAST_DATAGRAM_BYTES = 1232;

const ask = fc.record({
  transfer,
  ask: u32,
  members,
  windowMs: u16,
  firstOpen: u24,
  alone: fc.boolean(),
  blocks: fc.array(fc.record({ block: u24, groupCount, worst: u16 }), { maxLength: POLL_BLOCKS_MAX }),
  muted: fc.array(hex(4), { maxLength: ASK_MUTED_MAX }),
});

test('ASK comes back as it was', () => {
  fc.assert(
    fc.property(room, ask, (id, value) => {
      const frame = encodeAsk(id, value);
      expect(decodeAsk(frame)).toEqual({ type: 'ask', ...value });
      expect(frame.length).toBeLessThanOrEqual(LEAST_DATAGRAM_BYTES);
      expect(decodeFrame(frame)).toMatchObject({ ok: true, value: { frame: { type: 'ask' } } });
    }),
    runs,
  );
});

test('REPORT comes back as it was', () => {
  const need = fc.oneof(
    fc.record({
      block: u24,
      kind: fc.constant('symbols' as const),
      deficits: fc.array(u16, { minLength: 1, maxLength: 4 }),
    }),
    fc.record({
      block: u24,
      kind: fc.constantFrom('page' as const, 'polluted' as const),
      deficits: fc.constant([]),
    }),
  );
  const report = fc.record({
    transfer,
    member,
    ask: u32,
    needs: fc.array(need, { maxLength: POLL_BLOCKS_MAX }),
  });
  fc.assert(
    fc.property(room, report, (id, value) => {
      expect(decodeReport(encodeReport(id, value))).toEqual({ type: 'report', ...value });
    }),
    runs,
  );
});

test('ROLL comes back as it was, and the largest fits everywhere', () => {
  const roll = fc.record({
    transfer,
    members,
    windowMs: u16,
    introduce: fc.boolean(),
    names: fc.array(member.map(namePrefix), { maxLength: ROLL_NAMES_MAX }),
  });
  fc.assert(
    fc.property(room, roll, (id, value) => {
      expect(decodeRoll(encodeRoll(id, value))).toEqual({ type: 'roll', ...value });
    }),
    runs,
  );
  const names = Array.from({ length: ROLL_NAMES_MAX }, () => '01020304');
  const largest = encodeRoll('ab'.repeat(16) as RoomId, {
    transfer: 'cd'.repeat(16) as unknown as TransferId,
    members: 0,
    windowMs: 0,
    introduce: false,
    names,
  });
  expect(largest.length).toBeLessThanOrEqual(LEAST_DATAGRAM_BYTES);
});

test('more members than a room can have are not believed', () => {
  const id = 'ab'.repeat(16) as RoomId;
  const value = {
    transfer: 'cd'.repeat(16) as unknown as TransferId,
    members: MEMBERS_MAX + 1,
    windowMs: 1,
    introduce: false,
    names: [],
  };
  expect(decodeRoll(encodeRoll(id, value))).toBeUndefined();
});
