import { deepStrictEqual } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, RecordId, RoomId, TransferId } from '../../base/ids.ts';
import type { CryptoPort } from '../api.ts';
import {
  FRAGMENT_BYTES,
  NAK_ITEMS_MAX,
  PAGE_BLOCKS_MAX,
  POLL_BLOCKS_MAX,
  STATUS_BITMAP_BLOCKS,
} from '../limits.ts';
import { wholeDatagram } from '../datagram.ts';
import { dataHeader, decodeData, isBulk, parseRepairSymbol, repairSymbol } from './data.ts';
import { decodeFragment, encodeFragment } from './fragment.ts';
import { decodeFrontier, encodeFrontier, encodeFrontierClaim, SIGNED_CLAIM_BYTES } from './frontier.ts';
import { decodeRetry, encodeRetry } from './retry.ts';
import { decodeHave, encodeHave, HAVE_REASONS, HAVE_STATES } from './have.ts';
import { decodeLeave, encodeLeave } from './leave.ts';
import { decodeNak, encodeNak } from './nak.ts';
import { decodePage, decodeRoot, encodePage, encodeRoot } from './page.ts';
import { decodePing, encodePing } from './ping.ts';
import { decodePoll, decodeStatus, encodePoll, encodeStatus } from './poll.ts';
import { decodeReceipt, encodeReceipt } from './receipt.ts';
import { decodeSymbols, encodeSymbols } from './symbols.ts';
import { decodeTick, encodeTick } from './tick.ts';
import { parseRecord, signRecord, verifyRecord } from './record.ts';
import { decodeTyping, encodeTyping } from './typing.ts';
import type { RecordFields } from './record.ts';

/** Issue of the house: at least this many runs for each decoder. */
const RUNS = 10_000;
const runs = { numRuns: RUNS };

const bytes = (length: number): fc.Arbitrary<Bytes> =>
  fc.uint8Array({ minLength: length, maxLength: length });
const hex = (length: number): fc.Arbitrary<string> => bytes(length).map(toHex);
const room = hex(16) as fc.Arbitrary<RoomId>;
const member = hex(16) as fc.Arbitrary<MemberId>;
const transfer = hex(16) as fc.Arbitrary<TransferId>;
const u8 = fc.nat(255);
const u16 = fc.nat(0xffff);
const u24 = fc.nat(0xffffff);
const u32 = fc.nat(0xffffffff);
const u48 = fc.nat(2 ** 48 - 1);
const sequence = fc.integer({ min: 1, max: 2 ** 48 - 1 });
const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter((text) => {
  const length = new TextEncoder().encode(text).length;
  return length >= 1 && length <= 64;
});
/** fast-check's records have no prototype, and decoded ones do. */
const plain = <T extends object>(record: T): T => ({ ...record });
const signature = new Uint8Array(64);
const signed = (frame: Bytes): Bytes => {
  const whole = new Uint8Array(frame.length + 64);
  whole.set(frame);
  whole.set(signature, frame.length);
  return whole;
};

/** Signatures are stand-ins: the codec only moves their bytes. */
const crypto = {
  sha256: (input: Bytes) => new Uint8Array(createHash('sha256').update(input).digest()),
  sign: () => signature,
  verify: () => true,
} as unknown as CryptoPort;

describe('round trips', () => {
  test('LEAVE', () => {
    fc.assert(
      fc.property(room, fc.record({ member, incarnation: hex(8), counter: u32 }), (id, value) => {
        deepStrictEqual(decodeLeave(signed(encodeLeave(id, value))), { type: 'leave', ...value });
      }),
      runs,
    );
  });

  test('TYPING', () => {
    fc.assert(
      fc.property(room, fc.record({ member, incarnation: hex(8), counter: u32 }), (id, value) => {
        deepStrictEqual(decodeTyping(signed(encodeTyping(id, value))), { type: 'typing', ...value });
      }),
      runs,
    );
  });

  test('FRAGMENT: every record is its fragments put together', () => {
    fc.assert(
      fc.property(
        room,
        hex(16),
        fc.uint8Array({ minLength: 1, maxLength: 5 * FRAGMENT_BYTES }),
        (id, record, whole) => {
          const pieces: number[] = [];
          for (let index = 0, count = 1; index < count; index++) {
            const frame = decodeFragment(encodeFragment(id, record, whole, index));
            expect(frame?.record).toBe(record);
            count = frame?.count ?? 0;
            pieces.push(...(frame?.payload ?? []));
          }
          deepStrictEqual(Uint8Array.from(pieces), whole);
        },
      ),
      { numRuns: RUNS / 10 },
    );
  });

  test('NAK', () => {
    const range = fc
      .record({ author: member, from: sequence, more: fc.nat(100) })
      .map(({ author, from, more }) => ({ author, from, to: Math.min(2 ** 48 - 1, from + more) }));
    const item = fc.record({ record: hex(16), low: u32, high: u32 }).map(plain);
    const nak = fc.record({
      member,
      ranges: fc.array(range, { maxLength: NAK_ITEMS_MAX / 2 }),
      fragments: fc.array(item, { maxLength: NAK_ITEMS_MAX / 2 }),
    });
    fc.assert(
      fc.property(room, nak, (id, value) => {
        deepStrictEqual(decodeNak(encodeNak(id, value)), { type: 'nak', ...value });
      }),
      runs,
    );
  });

  test('FRONTIER, RECEIPT, PING, PONG', () => {
    fc.assert(
      fc.property(
        room,
        member,
        member,
        sequence,
        hex(16),
        u8,
        hex(8),
        (id, a, b, at, record, round, nonce) => {
          const claim = { author: a, sequence: at, record };
          const signedClaim = signed(encodeFrontierClaim(id, claim));
          expect(signedClaim).toHaveLength(SIGNED_CLAIM_BYTES);
          const frame = encodeFrontier(signedClaim, round, [nonce]);
          deepStrictEqual(decodeFrontier(frame), { type: 'frontier', ...claim, round, missing: [nonce] });
          const receipt = { member: a, author: b, sequence: at, record };
          deepStrictEqual(decodeReceipt(signed(encodeReceipt(id, receipt))), { type: 'receipt', ...receipt });
          for (const type of ['ping', 'pong'] as const) {
            deepStrictEqual(decodePing(encodePing(id, { type, member: a, nonce }), type), {
              type,
              member: a,
              nonce,
            });
          }
        },
      ),
      runs,
    );
  });

  test('PAGE and ROOT', () => {
    const page = fc.record({
      transfer,
      first: fc.nat(2 ** 24 - PAGE_BLOCKS_MAX),
      hashes: fc.array(bytes(32), { minLength: 1, maxLength: 8 }),
    });
    fc.assert(
      fc.property(room, page, fc.nat(2 ** 24), hex(32), (id, value, blockCount, root) => {
        deepStrictEqual(decodePage(signed(encodePage(id, value))), { type: 'page', ...value });
        const whole = { transfer: value.transfer, blockCount, root };
        deepStrictEqual(decodeRoot(signed(encodeRoot(id, whole))), { type: 'root', ...whole });
      }),
      runs,
    );
  });

  test('POLL and STATUS', () => {
    const entry = fc.oneof(
      fc
        .record({
          block: u24,
          state: fc.constantFrom('written' as const, 'held' as const, 'polluted' as const),
          bitmap: fc.constant(new Uint8Array(0)),
          deficits: fc.constant([]),
        })
        .map(plain),
      fc
        .record({
          block: u24,
          state: fc.constant('missing' as const),
          bitmap: fc.uint8Array({ minLength: 1, maxLength: 90 }),
          deficits: fc.constant([]),
        })
        .map(plain),
      fc
        .record({
          block: u24,
          state: fc.constant('deficits' as const),
          bitmap: fc.constant(new Uint8Array(0)),
          deficits: fc.array(u16, { minLength: 1, maxLength: 4 }),
        })
        .map(plain),
    );
    const polled = fc
      .record({
        block: u24,
        groupCount: fc.constantFrom(1 as const, 2 as const, 4 as const),
        wants: fc.constantFrom('bitmap' as const, 'deficits' as const),
      })
      .map(plain);
    const queue = u16.map((units) => units / 100);
    const arrivals = fc
      .record({
        sent: u32,
        received: u32,
        arrivedAtUs: u32,
        queueMinMs: queue,
        queueMaxMs: queue,
        queueNowMs: queue,
        isHostQueue: fc.boolean(),
      })
      .map(plain);
    const status = fc.record({
      transfer,
      member,
      poll: u32,
      needsRoot: fc.boolean(),
      written: u32,
      firstMissing: u24,
      missingBlocks: bytes(STATUS_BITMAP_BLOCKS / 8),
      pageless: fc.array(u24, { maxLength: POLL_BLOCKS_MAX }),
      arrivals: fc.option(arrivals, { nil: undefined }),
      blocks: fc.array(entry, { maxLength: 8 }),
    });
    fc.assert(
      fc.property(
        room,
        status,
        u8,
        fc.array(polled, { maxLength: POLL_BLOCKS_MAX }),
        (id, value, round, blocks) => {
          deepStrictEqual(decodeStatus(encodeStatus(id, value)), { type: 'status', ...value });
          const poll = { transfer: value.transfer, poll: value.poll, round, blocks };
          deepStrictEqual(decodePoll(encodePoll(id, poll)), { type: 'poll', ...poll });
        },
      ),
      runs,
    );
  });

  test('HAVE', () => {
    const have = fc.record({
      transfer,
      member,
      incarnation: hex(8),
      counter: u32,
      state: fc.constantFrom(...HAVE_STATES),
      reason: fc.constantFrom(...HAVE_REASONS),
    });
    fc.assert(
      fc.property(room, have, (id, value) => {
        deepStrictEqual(decodeHave(signed(encodeHave(id, value))), { type: 'have', ...value });
      }),
      runs,
    );
  });

  test('RETRY', () => {
    const retry = fc.record({ transfer, member, incarnation: hex(8), counter: u32, asked: member });
    fc.assert(
      fc.property(room, retry, (id, value) => {
        deepStrictEqual(decodeRetry(signed(encodeRetry(id, value))), { type: 'retry', ...value });
      }),
      runs,
    );
  });

  test('DATA and REPAIR', () => {
    const type = fc.constantFrom('data' as const, 'repair' as const);
    const payload = fc.uint8Array({ minLength: 1, maxLength: 1460 });
    fc.assert(
      fc.property(type, u8, u32, u24, u24, payload, (kind, epoch, tag, block, symbol, bytesOf) => {
        const datagram = wholeDatagram({
          bytes: dataHeader(kind, tag, block, symbol, epoch),
          payload: bytesOf,
        });
        expect(isBulk(datagram)).toBe(true);
        const decoded = decodeData(datagram);
        deepStrictEqual(decoded, { type: kind, epoch, transferTag: tag, block, symbol, payload: bytesOf });
      }),
      runs,
    );
  });

  test('TICK', () => {
    fc.assert(
      fc.property(fc.record({ epoch: u8, transferTag: u32, sentAtUs: u32, packets: u32 }), (value) => {
        deepStrictEqual(decodeTick(encodeTick(value)), { type: 'tick', ...value });
      }),
      runs,
    );
  });

  test('the symbol field of a REPAIR', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1 as const, 2 as const, 4 as const),
        fc.nat(3),
        fc.nat(16_383),
        (groupCount, any, number) => {
          const group = any % groupCount;
          deepStrictEqual(parseRepairSymbol(repairSymbol({ groupCount, group, number })), {
            groupCount,
            group,
            number,
          });
        },
      ),
      runs,
    );
    expect(parseRepairSymbol(3 << 22)).toBeUndefined();
  });

  test('SYMBOLS', () => {
    const symbols = fc.record({
      transfer,
      block: u24,
      epoch: u8,
      first: u16,
      hashes: fc.array(bytes(8), { minLength: 1, maxLength: 128 }),
    });
    fc.assert(
      fc.property(room, symbols, (id, value) => {
        deepStrictEqual(decodeSymbols(signed(encodeSymbols(id, value))), { type: 'symbols', ...value });
      }),
      runs,
    );
  });

  test('records', () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 300 });
    const target = hex(32) as fc.Arbitrary<RecordId>;
    const emoji = fc.constantFrom('👍', '👩‍👩‍👧‍👦', '❤️', 'x'.repeat(32));
    const body: fc.Arbitrary<RecordFields['body']> = fc.oneof(
      fc.record({ kind: fc.constant('text' as const), text }),
      fc.record({ kind: fc.constant('text' as const), text, replyTo: target }),
      fc.record({ kind: fc.constant('edit' as const), target, text }),
      fc.record({ kind: fc.constant('reaction' as const), target, emoji, on: fc.boolean() }),
      fc.record({ kind: fc.constant('delete' as const), target }),
      fc.record({ kind: fc.constant('read' as const), upTo: target }),
      fc.record(
        {
          kind: fc.constant('offer' as const),
          name: fc.string({ unit: 'grapheme', maxLength: 60 }),
          size: fc.nat(2 ** 44),
          symbolBytes: fc.integer({ min: 536, max: 1460 }),
          secret: bytes(32),
          pack: fc.record(
            { entries: fc.nat(200_000), again: fc.constant(true as const) },
            { requiredKeys: ['entries'] },
          ),
        },
        { requiredKeys: ['kind', 'name', 'size', 'symbolBytes', 'secret'] },
      ),
      fc.record({
        kind: fc.constant('end' as const),
        offer: hex(32) as fc.Arbitrary<RecordId>,
        reason: fc.constantFrom(
          'cancelled-by-sender' as const,
          'file-changed' as const,
          'file-unreadable' as const,
        ),
      }),
    );
    const parent = fc.record({ author: member, sequence, id: hex(32) as fc.Arbitrary<RecordId> });
    const fields = fc.record({
      room,
      publicKey: bytes(32),
      incarnation: hex(8),
      sequence: fc.integer({ min: 1, max: 2 ** 40 }),
      parents: fc.array(parent, { maxLength: 8 }),
      at: u48,
      name,
      body,
      previous: (hex(32) as fc.Arbitrary<RecordId>).filter((id) => /[^0]/.test(id)),
    });
    fc.assert(
      fc.property(fields, fc.nat(1000), (value, more) => {
        const previous = value.sequence === 1 ? undefined : value.previous;
        const record = signRecord(crypto, { ...value, previous, depth: value.sequence + more });
        expect(parseRecord(crypto, record.bytes)).toEqual(record);
        expect(verifyRecord(crypto, record)).toBe(true);
      }),
      runs,
    );
  });
});
