/** Files in a private room, across a removal. */
import { describe, expect, test } from 'vitest';
import { Disks, FILE } from '../../../test/disks.ts';
import { roomOf, TestNetwork } from '../../../test/private-network.ts';
import type { Person } from '../../../test/private-network.ts';
import type { Bytes } from '../../base/bytes.ts';
import { decodeEpoch } from '../secrecy/epoch.ts';
import { epochKeys } from '../secrecy/key-schedule.ts';
import { isBulk, PUBLIC_EPOCH } from '../wire/data.ts';

/** First bytes of the tags of all epochs that its store ever had: what it can read of files. */
function readableEpochs(person: Person, room: string): Set<number> {
  const kept = person.epochsEver.get(room as never) ?? [];
  const tags = kept.map(({ bytes, secret }) => {
    const epoch = decodeEpoch(person.crypto, bytes);
    return epochKeys(person.crypto, epoch?.id ?? '', secret).tag[0] as number;
  });
  return new Set([PUBLIC_EPOCH, ...tags]);
}

const epochOf = (bytes: Bytes): number => bytes[1] as number;

describe('a file in a private room', () => {
  test.each([0, 0.1])('goes on without who is removed in the middle of it; loss %d', (loss) => {
    const net = new TestNetwork('ann', 'bob', 'cleo');
    const [ann, bob, cleo] = net.people as [Person, Person, Person];
    const room = roomOf(net, ann, bob, cleo);
    net.run(500);
    let drawn = 1;
    net.isLost = ({ bytes }) => {
      drawn = (drawn * 48_271) % 0x7fffffff;
      return isBulk(bytes) && drawn / 0x7fffffff < loss;
    };
    const disks = new Disks(net);
    disks.serve();
    const file = { name: 'map.bin', size: FILE.length };
    ann.do((peer, now, token) => peer.offer(now, room, file, 0, token));
    disks.until(() => bob.of('write-block').length > 0, 20_000, 'begun');
    expect(disks.finished.size).toBe(0);
    const before = net.sent.length;
    expect(net.sent.some(({ bytes }) => isBulk(bytes) && readableEpochs(bob, room).has(epochOf(bytes)))).toBe(
      true,
    );
    ann.do((peer, now, token) => peer.removeFromRoom(now, room, bob.id, token));
    disks.until(() => disks.finished.has(cleo), 30_000, 'whole at cleo');
    disks.until(() => ann.of('transfer-done').some(({ member }) => member === cleo.id), 10_000, 'confirmed');
    expect(disks.written.get(cleo)).toEqual(FILE);
    expect(disks.finished.has(bob)).toBe(false);
    expect(ann.of('transfer-failed')).toMatchObject([{ member: bob.id, reason: 'removed' }]);
    // The command waits for its own commit, two milliseconds; what left until then was sent to a member.
    const removedAt = (net.sent[before] as { at: number }).at + 10;
    const after = net.sent.filter(({ at, bytes }) => at > removedAt && isBulk(bytes));
    expect(after.length).toBeGreaterThan(500);
    const readable = readableEpochs(bob, room);
    expect(after.filter(({ bytes }) => readable.has(epochOf(bytes)))).toEqual([]);
  });

  test.each([0, 0.1])('comes from another member when its sender has gone; loss %d', (loss) => {
    const net = new TestNetwork('ann', 'bob', 'cleo', 'dan');
    const [ann, bob, cleo, dan] = net.people as [Person, Person, Person, Person];
    const room = roomOf(net, ann, bob, cleo, dan);
    net.run(500);
    let drawn = 1;
    net.isLost = ({ bytes }, receiver) => {
      drawn = (drawn * 48_271) % 0x7fffffff;
      // Cleo hears nothing of the file while ann is there.
      return isBulk(bytes) && ((receiver === cleo && !ann.isDown) || drawn / 0x7fffffff < loss);
    };
    const disks = new Disks(net);
    disks.serve();
    ann.do((peer, now, token) => peer.offer(now, room, { name: 'map.bin', size: FILE.length }, 0, token));
    disks.until(() => disks.finished.has(bob) && disks.finished.has(dan), 30_000, 'whole at two');
    ann.crash();
    const before = net.sent.length;
    disks.until(() => disks.finished.has(cleo), 30_000, 'whole at cleo');
    expect(disks.written.get(cleo)).toEqual(FILE);
    const servers = new Set(net.sent.slice(before).flatMap(({ by, bytes }) => (isBulk(bytes) ? [by] : [])));
    expect(servers).toEqual(new Set([bob, dan]));
    const readable = readableEpochs(cleo, room);
    readable.delete(PUBLIC_EPOCH);
    for (const { bytes } of net.sent) if (isBulk(bytes)) expect(readable.has(epochOf(bytes))).toBe(true);
  });

  test('fails where its sender is removed', () => {
    const net = new TestNetwork('ann', 'bob', 'cleo');
    const [ann, bob, cleo] = net.people as [Person, Person, Person];
    const room = roomOf(net, ann, bob, cleo);
    net.run(500);
    const disks = new Disks(net);
    disks.serve();
    bob.do((peer, now, token) => peer.offer(now, room, { name: 'map.bin', size: FILE.length }, 0, token));
    disks.until(() => disks.written.has(cleo), 20_000, 'begun');
    ann.do((peer, now, token) => peer.removeFromRoom(now, room, bob.id, token));
    disks.until(() => cleo.of('transfer-failed').length > 0, 5000, 'failed');
    expect(cleo.of('transfer-failed')).toMatchObject([{ reason: 'removed' }]);
    expect(cleo.of('discard-file').length).toBe(1);
  });
});
