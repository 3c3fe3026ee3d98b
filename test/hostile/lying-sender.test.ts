/** Offers and manifests that lie: what a member can sign that is not so. */
import { describe, expect, test } from 'vitest';
import { Disks, FILE } from '../disks.ts';
import { TestNetwork } from '../private-network.ts';
import type { Person } from '../private-network.ts';
import type { Bytes } from '../../src/base/bytes.ts';
import type { MemberId, RoomId, TransferId } from '../../src/base/ids.ts';
import { BLOCKS_MAX, FILE_BYTES_MAX } from '../../src/core/limits.ts';
import { encodeFragment } from '../../src/core/wire/fragment.ts';
import { FRAME, typeOf } from '../../src/core/wire/header.ts';
import { recordPrefix } from '../../src/core/wire/id-bytes.ts';
import { encodePage, encodeRoot } from '../../src/core/wire/page.ts';
import { signRecord } from '../../src/core/wire/record.ts';
import { signFrame } from '../../src/core/wire/signing.ts';

const two = (): [TestNetwork, Person, Person] => {
  const net = new TestNetwork('ann', 'bob');
  return [net, ...(net.people as [Person, Person])];
};
const counts = (person: Person, what: string): number => person.peer.counters()[what] ?? 0;
const isType = (bytes: Bytes, type: keyof typeof FRAME): boolean =>
  typeOf(bytes[0] as number) === FRAME[type];

/** An offer in bob's chain, as bob's process would sign it. */
function offerBy(net: TestNetwork, bob: Person, seenBy: Person, size: number, secretBytes = 32): Bytes {
  const inside = seenBy.peer as unknown as {
    rooms: Map<RoomId, { presence: { roster: { get(id: MemberId): { incarnation: string } } } }>;
  };
  const { incarnation } = inside.rooms.get(net.lobby)!.presence.roster.get(bob.id);
  const record = signRecord(bob.crypto, {
    room: net.lobby,
    publicKey: bob.identity.publicKey,
    incarnation,
    sequence: 1,
    previous: undefined,
    parents: [],
    depth: 1,
    at: 0,
    name: bob.name,
    body: { kind: 'offer', name: 'lie.bin', size, symbolBytes: 1460, secret: new Uint8Array(secretBytes) },
  });
  return encodeFragment(net.lobby, recordPrefix(record.id), record.bytes, 0);
}

describe('an offer', () => {
  test.each([
    ['2⁴⁸ − 1 bytes, the most that the wire can say', 2 ** 48 - 1],
    ['one byte more than a file may have', FILE_BYTES_MAX + 1],
  ])('of %s is none', (_, size) => {
    const [net, ann, bob] = two();
    const before = counts(ann, 'bad-record');
    net.inject(ann, offerBy(net, bob, ann, size), bob.address);
    expect(counts(ann, 'bad-record')).toBe(before + 1);
    expect(ann.of('transfer-offered')).toEqual([]);
  });

  test('of 2⁵³ bytes cannot be said at all: a size has 48 bits', () => {
    const [net, ann, bob] = two();
    expect(() => offerBy(net, bob, ann, 2 ** 53)).toThrow('not a u48');
  });

  test('of as much as a file may have is shown, and takes no memory before somebody accepts it', () => {
    const [net, ann, bob] = two();
    const before = process.memoryUsage().heapUsed;
    net.inject(ann, offerBy(net, bob, ann, FILE_BYTES_MAX), bob.address);
    expect(ann.of('transfer-offered')).toMatchObject([{ file: { size: FILE_BYTES_MAX } }]);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(20_000_000);
  });
});

/** Bob sends, and all that he signs of the file's hashes goes through `change`. */
function sending(change: (net: TestNetwork, bob: Person, transfer: TransferId, bytes: Bytes) => Bytes[]) {
  const [net, ann, bob] = two();
  const disks = new Disks(net);
  let isOurs = false;
  net.isLost = ({ by, bytes }, receiver) => {
    if (isOurs || by !== bob || !(isType(bytes, 'page') || isType(bytes, 'root'))) return false;
    const transfer = bob.of('transfer-offered')[0]?.transfer as TransferId;
    const lies = change(net, bob, transfer, bytes);
    net.later(1, () => {
      isOurs = true;
      for (const lie of lies) net.inject(receiver, lie, bob.address);
      isOurs = false;
    });
    return true;
  };
  const file = { name: 'map.bin', size: FILE.length };
  bob.do((peer, now, token) => peer.offer(now, net.lobby, file, 0, token));
  return { net, ann, bob, disks };
}
const signedRoot = (net: TestNetwork, bob: Person, transfer: TransferId, blockCount: number): Bytes =>
  signFrame(
    bob.crypto,
    'root',
    net.lobby,
    encodeRoot(net.lobby, { transfer, blockCount, root: 'ab'.repeat(32) }),
  );

describe('a manifest', () => {
  test('whose signed root is wrong ends without a file', () => {
    const { ann, disks } = sending((net, bob, transfer, bytes) =>
      isType(bytes, 'root') ? [signedRoot(net, bob, transfer, Math.ceil(FILE.length / 2 ** 20))] : [bytes],
    );
    disks.until(() => ann.of('transfer-failed').length > 0, 30_000, 'failed');
    expect(ann.of('transfer-failed')).toMatchObject([{ reason: 'corrupt' }]);
    expect(ann.of('finish-file')).toEqual([]);
    expect(ann.of('discard-file')).toHaveLength(1);
  });

  test('whose pages hold another block’s hash has nothing of it written, and ends without a file', () => {
    const { ann, disks } = sending((net, bob, transfer, bytes) => {
      if (isType(bytes, 'root')) return [bytes];
      const page = { transfer, first: 0, hashes: [new Uint8Array(32).fill(9)] };
      return [signFrame(bob.crypto, 'page', net.lobby, encodePage(net.lobby, page)), bytes];
    });
    disks.until(() => ann.of('transfer-failed').length > 0, 60_000, 'failed');
    expect(ann.of('finish-file')).toEqual([]);
    expect(ann.of('write-block').some(({ block }) => block === 0)).toBe(false);
    expect(counts(ann, 'block-corrupt')).toBeGreaterThan(0);
  });

  test('with no blocks, with more than there are, and past the last number changes nothing', () => {
    // The lies come first, signed like the truth.
    const rootCounts = [0, 4, BLOCKS_MAX];
    const { net, ann, bob, disks } = sending((network, by, id, bytes) => [
      ...(isType(bytes, 'root') ? rootCounts.map((count) => signedRoot(network, by, id, count)) : []),
      bytes,
    ]);
    disks.until(() => ann.of('write-block').length > 0, 20_000, 'begun');
    const transfer = bob.of('transfer-offered')[0]?.transfer as TransferId;
    const lies: Bytes[] = [];
    for (const first of [5, BLOCKS_MAX - 1]) {
      const page = { transfer, first, hashes: [new Uint8Array(32)] };
      lies.push(signFrame(bob.crypto, 'page', net.lobby, encodePage(net.lobby, page)));
    }
    for (const lie of lies) net.inject(ann, lie, bob.address);
    const refused = counts(ann, 'frame-malformed');
    const empty = { transfer, first: 0, hashes: [] };
    const past = { transfer, first: BLOCKS_MAX - 1, hashes: [new Uint8Array(32), new Uint8Array(32)] };
    for (const page of [empty, past])
      net.inject(ann, signFrame(bob.crypto, 'page', net.lobby, encodePage(net.lobby, page)), bob.address);
    net.inject(ann, signedRoot(net, bob, transfer, BLOCKS_MAX + 1), bob.address);
    expect(counts(ann, 'frame-malformed')).toBe(refused + 3);
    disks.until(() => disks.finished.has(ann), 30_000, 'whole');
    expect(disks.written.get(ann)).toEqual(FILE);
  });
});
