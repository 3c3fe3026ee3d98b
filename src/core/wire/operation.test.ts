import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes, toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { OperationId, RoomId } from '../../base/ids.ts';
import { OPERATION_BYTES_MAX } from '../limits.ts';
import { digest, person } from '../private/scenario.testkit.ts';
import { utf8 } from './codec.ts';
import {
  inviteUseMessage,
  parseOperation,
  roomIdOfGenesis,
  signOperation,
  verifyOperation,
} from './operation.ts';
import type { OperationFields } from './operation.ts';
import type { OperationBody } from './operation-body.ts';

const ann = person('ann');
const bob = person('bob');
const id = (text: string): OperationId => toHex(digest(utf8(text))) as OperationId;
const room = 'ab'.repeat(16) as RoomId;
const subject = bob.subject;
const full = 'ü'.repeat(32);

const bodies: OperationBody[] = [
  { kind: 'add', role: 'member', subject },
  { kind: 'promote', role: 'owner', subject },
  { kind: 'demote', target: bob.id },
  { kind: 'remove', target: bob.id, cut: { incarnation: 'cd'.repeat(8), sequence: 2 ** 48 - 1 } },
  { kind: 'leave' },
  { kind: 'update', prekey: subject.prekey, name: full },
  { kind: 'invite', inviteKey: subject.publicKey, expiresAt: 5 },
  { kind: 'use', invite: id('invite'), proof: new Uint8Array(64).fill(3), subject: { ...subject, name: '' } },
  { kind: 'room-name', roomName: full + full },
  { kind: 'history', history: { kind: 'days', days: 3650 } },
  { kind: 'revoke', invite: id('invite') },
];
const genesisBody: OperationBody = {
  kind: 'genesis',
  prekey: subject.prekey,
  name: full,
  roomName: full + full,
  history: { kind: 'since-joining' },
  secretHash: digest(utf8('secret')),
};
const fields = (body: OperationBody, over: Partial<OperationFields> = {}): OperationFields => ({
  room,
  publicKey: ann.publicKey,
  sequence: 3,
  previous: id('previous'),
  authority: id('authority'),
  parents: [id('a'), id('b')].toSorted(),
  depth: 9,
  body,
  ...over,
});
const genesisFields: OperationFields = {
  ...fields(genesisBody),
  room: undefined,
  sequence: 1,
  previous: undefined,
  authority: undefined,
  parents: [],
  depth: 1,
};
const all: OperationFields[] = [genesisFields, ...bodies.map((body) => fields(body))];
const sign = (of: OperationFields): Bytes => signOperation(ann.crypto, of).bytes;

describe('membership operations on the wire', () => {
  test.each(all.map((of) => [of.body.kind, of] as const))('%s comes back as it was', (_, of) => {
    const operation = parseOperation(ann.crypto, sign(of));
    expect(operation).toMatchObject({ ...of, room: of.room ?? operation?.room, author: ann.id });
    expect(operation && verifyOperation(ann.crypto, operation)).toBe(true);
  });

  test('a room is named by its genesis, and an operation by all its bytes', () => {
    const genesis = signOperation(ann.crypto, genesisFields);
    expect(genesis.id).toBe(toHex(digest(genesis.bytes)));
    expect(genesis.room).toBe(genesis.id.slice(0, 32));
    expect(roomIdOfGenesis(genesis.id)).toBe(genesis.room);
  });

  test('no byte can be cut off, added or changed by a bit', () => {
    for (const of of all) {
      const bytes = sign(of);
      for (let length = 0; length < bytes.length; length++)
        expect(isTaken(bytes.subarray(0, length)), `${of.body.kind} cut to ${length}`).toBe(false);
      expect(isTaken(concatBytes(bytes, new Uint8Array(1)))).toBe(false);
      for (let bit = 0; bit < 8 * bytes.length; bit++) {
        const flipped = bytes.slice();
        flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(isTaken(flipped), `${of.body.kind} with bit ${bit} flipped`).toBe(false);
      }
    }
  });

  test('bytes between body and signature, even signed, are refused', () => {
    const bytes = sign(fields({ kind: 'leave' }));
    const longer = concatBytes(bytes.subarray(0, -64), new Uint8Array(1));
    expect(parseOperation(ann.crypto, concatBytes(longer, new Uint8Array(64)))).toBeUndefined();
  });

  test('any bytes make a value or nothing, never a throw, and lengths of 2³² change nothing', () => {
    const base = sign(fields(bodies[7] as OperationBody));
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: OPERATION_BYTES_MAX + 10 }),
      fc.tuple(fc.nat(base.length - 1), fc.uint8Array({ minLength: 1, maxLength: 8 })).map(([at, patch]) => {
        const patched = base.slice();
        patched.set(patch.subarray(0, base.length - at), at);
        return patched;
      }),
      fc.nat(base.length - 4).map((at) => {
        const patched = base.slice();
        patched.fill(255, at, at + 4);
        return patched;
      }),
    );
    fc.assert(
      fc.property(bytes, (bytes) => {
        const operation = parseOperation(ann.crypto, bytes);
        // One encoding for each: what parses is what its author would have written.
        if (operation === undefined) return;
        const again = { ...operation, room: operation.body.kind === 'genesis' ? undefined : operation.room };
        expect(toHex(sign(again).subarray(0, -64))).toBe(toHex(bytes.subarray(0, -64)));
      }),
      { numRuns: 10_000 },
    );
  });

  test('nothing is longer than the limit, which the longest operation reaches', () => {
    const eight = Array.from({ length: 8 }, (_, i) => id(`${i}`)).toSorted();
    const use = { ...(bodies[7] as OperationBody), subject: { ...subject, name: full } } as OperationBody;
    expect(sign(fields(use, { parents: eight })).length).toBeLessThanOrEqual(OPERATION_BYTES_MAX);
    expect(parseOperation(ann.crypto, new Uint8Array(OPERATION_BYTES_MAX + 1))).toBeUndefined();
    expect(447 + 32 + 32 + 65 + 129 + 3).toBe(OPERATION_BYTES_MAX);
  });

  test.each<[string, Partial<OperationFields>]>([
    ['a sequence of 0', { sequence: 0, previous: undefined }],
    ['a first operation with a previous one', { sequence: 1 }],
    ['a sequence of 0 with a previous one', { sequence: 0 }],
    ['a later one without', { previous: undefined }],
    ['no authority', { authority: undefined }],
    ['less depth than its sequence', { depth: 2 }],
    ['a depth of 1', { sequence: 1, previous: undefined, depth: 1 }],
    ['no ancestor', { sequence: 1, previous: undefined, parents: [] }],
    ['nine parents', { parents: Array.from({ length: 9 }, (_, i) => id(`${i}`)).toSorted() }],
    ['parents in disorder', { parents: [id('a'), id('b')].toSorted().toReversed() }],
    ['a parent twice', { parents: [id('a'), id('a')] }],
    ['its previous one among the parents', { parents: [id('previous')] }],
    ['no room', { room: '00'.repeat(16) as RoomId }],
    ['itself let in', { body: { kind: 'add', role: 'member', subject: ann.subject } }],
    [
      'itself removed',
      { body: { kind: 'remove', target: ann.id, cut: { incarnation: '00'.repeat(8), sequence: 0 } } },
    ],
    ['a promotion to member', { body: { kind: 'promote', role: 'member' as 'admin', subject } }],
    ['an empty room name', { body: { kind: 'room-name', roomName: '' } }],
    ['a room name too long', { body: { kind: 'room-name', roomName: `${full}${full}.` } }],
    ['a name too long', { body: { kind: 'update', prekey: subject.prekey, name: `${full}.` } }],
    ['no day of history', { body: { kind: 'history', history: { kind: 'days', days: 0 } } }],
    ['eleven years of history', { body: { kind: 'history', history: { kind: 'days', days: 4015 } } }],
  ])('refuses %s', (_, over) => {
    expect(() => signOperation(ann.crypto, fields({ kind: 'leave' }, over))).toThrow('not an operation');
  });

  test.each<[string, Partial<OperationFields>]>([
    ['in a room', { room }],
    ['with parents', { parents: [id('a')] }],
    ['with an authority', { authority: id('a') }],
    ['as a later operation', { sequence: 2, previous: id('a'), depth: 2 }],
  ])('refuses a genesis %s', (_, over) => {
    expect(() => signOperation(ann.crypto, { ...genesisFields, ...over })).toThrow('not an operation');
  });

  test.each<[string, OperationBody, (bytes: Bytes) => number, number]>([
    ['format', { kind: 'leave' }, () => 0, 2],
    ['kind', { kind: 'leave' }, (bytes) => bytes.length - 65, 12],
    ['role', { kind: 'add', role: 'member', subject }, () => 191, 3],
    ['history', { kind: 'history', history: { kind: 'since-joining' } }, (bytes) => bytes.length - 67, 2],
  ])('refuses a %s that there is not', (_, body, at, value) => {
    const bytes = sign(fields(body));
    const place = at(bytes);
    expect(bytes[place]).toBeLessThan(value);
    bytes[place] = value;
    expect(parseOperation(ann.crypto, bytes)).toBeUndefined();
  });

  test('days are zero where a history has none', () => {
    const bytes = sign(fields({ kind: 'history', history: { kind: 'since-joining' } }));
    bytes[bytes.length - 65] = 1;
    expect(parseOperation(ann.crypto, bytes)).toBeUndefined();
  });

  test('what the key of an invite signs names the room, the invite and all of the subject', () => {
    const message = (...of: Parameters<typeof inviteUseMessage>): string => toHex(inviteUseMessage(...of));
    const other = 'ef'.repeat(16) as RoomId;
    const messages = [
      message(room, id('a'), subject),
      message(other, id('a'), subject),
      message(room, id('b'), subject),
      message(room, id('a'), { ...subject, publicKey: ann.publicKey }),
      message(room, id('a'), { ...subject, prekey: ann.subject.prekey }),
      message(room, id('a'), { ...subject, name: 'eve' }),
    ];
    expect(new Set(messages).size).toBe(messages.length);
  });
});

/** Parsed, and signed by whoever it says wrote it. */
function isTaken(bytes: Bytes): boolean {
  const operation = parseOperation(ann.crypto, bytes);
  return operation !== undefined && verifyOperation(ann.crypto, operation);
}
