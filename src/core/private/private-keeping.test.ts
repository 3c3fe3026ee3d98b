/** Private rooms: what newcomers get, what survives a crash or a backup, the keys of files, rooms of two. */
import { describe, expect, test } from 'vitest';
import { letIn, openableBy, roomOf, talk, TestNetwork, welcome } from '../../../test/private-network.ts';
import type { Person } from '../../../test/private-network.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { TransferId } from '../../base/ids.ts';
import { parseOperation } from '../wire/operation.ts';
import { decodeEpoch } from '../secrecy/epoch.ts';
import { prekeyIdOf, tendPrekeys } from '../secrecy/prekeys.ts';
import type { PrivateRooms } from './private-rooms.ts';
import type { EpochTransferKeys } from './transfer-keys.ts';

const four = (): [TestNetwork, Person, Person, Person, Person] => {
  const net = new TestNetwork('ann', 'bob', 'cleo', 'dan');
  return [net, ...(net.people as [Person, Person, Person, Person])];
};

describe('history', () => {
  test('a newcomer gets nothing of what was said before, and waits for nothing of it', () => {
    const [net, ann, bob, cleo, dan] = four();
    const room = roomOf(net, ann, bob, cleo);
    talk(net, room, ann, bob, cleo);
    letIn(net, room, ann, dan);
    const cost = talk(net, room, ann, bob, cleo, dan);
    expect(cost).toBeLessThan(1500);
    expect(dan.texts(room).filter((text) => !text.includes('dan'))).toEqual([]);
    net.run(30_000);
    expect(dan.texts(room).filter((text) => !text.includes('dan'))).toEqual([]);
    expect(dan.peer.counters()['record-withheld']).toBeGreaterThan(0);
  });

  test('who was away when it was said gets it, though somebody was let in meanwhile', () => {
    const [net, ann, bob, cleo, dan] = four();
    const room = roomOf(net, ann, bob, cleo);
    bob.side = 1;
    ann.say(room, 'while bob was away');
    net.run(500);
    letIn(net, room, ann, dan);
    net.run(1000);
    const before = net.sent.length;
    bob.side = 0;
    net.until(() => bob.texts(room).includes('while bob was away'), 10_000, 'bob catching up');
    expect(dan.texts(room)).toEqual([]);
    const fragments = net.sent.slice(before).filter(({ bytes }) => bytes.length > 300);
    expect(openableBy(dan, room, fragments).filter((text) => text.includes('while bob'))).toEqual([]);
  });

  test('a room that keeps days of it gives those', () => {
    const [net, ann, bob, , dan] = four();
    const room = roomOf(net, ann, bob);
    talk(net, room, ann, bob);
    ann.do((peer, now, token) => peer.setHistory(now, room, { kind: 'days', days: 1 }, token));
    net.run(500);
    letIn(net, room, ann, dan);
    net.until(() => dan.texts(room).length >= 2, 4000, 'history');
  });
});

describe('own operations', () => {
  test('leave only once they are durable, and a crash before that forks nothing', () => {
    const [net, ann, bob, cleo, dan] = four();
    const room = roomOf(net, ann, bob, cleo, dan);
    ann.isStoreStuck = true;
    ann.do((peer, now, token) => peer.removeFromRoom(now, room, bob.id, token));
    net.run(3000);
    expect(ann.members(room)).toHaveLength(4);
    expect(cleo.members(room)).toHaveLength(4);
    ann.crash();
    ann.restart();
    net.run(1000);
    const token = ann.do((peer, now, it) => peer.removeFromRoom(now, room, cleo.id, it));
    net.run(1500);
    expect(ann.outcome(token)).toBe('done');
    expect(bob.members(room)).toEqual(['ann', 'bob', 'dan']);
    for (const who of [ann, bob, dan]) expect(who.of('member-forked')).toEqual([]);
  });

  test('one who is restored from a backup learns its own chain before it writes', () => {
    const [net, ann, bob, cleo] = four();
    const room = roomOf(net, ann, bob, cleo);
    const backup = ann.backup();
    ann.do((peer, now, token) => peer.renameRoom(now, room, 'later', token));
    net.run(500);
    ann.crash();
    ann.restart(backup);
    const token = ann.do((peer, now, it) => peer.renameRoom(now, room, 'latest', it));
    net.run(2500);
    expect(ann.outcome(token)).toBe('done');
    expect(ann.peer.privateRoom(room).name).toBe('latest');
    for (const who of [ann, bob, cleo]) expect(who.of('member-forked')).toEqual([]);
  });

  test('what a member put back from a backup says shows beside what it had said, and nobody is punished', () => {
    const [net, ann, bob, cleo] = four();
    const room = roomOf(net, ann, bob, cleo);
    talk(net, room, ann, bob, cleo);
    const backup = bob.records.copy();
    bob.say(room, 'before the disk failed');
    net.run(500);
    bob.crash();
    bob.records = backup;
    // Nobody that has it is there to tell it.
    bob.side = 1;
    bob.restart();
    net.run(6000);
    bob.say(room, 'after it was put back');
    net.run(500);
    bob.side = 0;
    const both = ['after it was put back', 'before the disk failed'];
    const shows = (who: Person): boolean => both.every((text) => who.texts(room).includes(text));
    net.until(() => [ann, bob, cleo].every(shows), 20_000, 'both branches everywhere');
    for (const who of [ann, bob, cleo]) {
      expect(who.of('member-forked')).toEqual([]);
      expect(who.members(room)).toEqual(['ann', 'bob', 'cleo']);
    }
    talk(net, room, ann, bob, cleo);
  });

  test('a fork is shown to everybody, and its author writes no more', () => {
    const [net, ann, bob, cleo] = four();
    const room = roomOf(net, ann, bob, cleo);
    const backup = ann.backup();
    ann.do((peer, now, token) => peer.renameRoom(now, room, 'one', token));
    net.run(500);
    ann.crash();
    // Nobody that knows better is there.
    ann.side = 1;
    ann.restart(backup);
    net.run(6000);
    ann.do((peer, now, token) => peer.renameRoom(now, room, 'two', token));
    net.run(500);
    ann.side = 0;
    net.run(8000);
    for (const who of [ann, bob, cleo])
      expect(who.of('member-forked')).toMatchObject([{ room, member: ann.id }]);
    const token = ann.do((peer, now, it) => peer.renameRoom(now, room, 'three', it));
    net.run(500);
    expect(ann.outcome(token)).toBe('forked');
    talk(net, room, ann, bob, cleo);
  });
});

describe('prekeys', () => {
  test('a new one is told in the room, and the next epoch is sealed to it', () => {
    const [net, ann, bob, cleo] = four();
    // In this order: without cleo they have had no epoch yet.
    const room = roomOf(net, ann, cleo, bob);
    net.run(500);
    const later = tendPrekeys(bob.crypto, bob.prekeys, (bob.prekeys[0]?.createdAt ?? 0) + 8 * 86_400_000);
    const newest = later.slice(0, 1);
    bob.do((peer, now) => peer.setPrekeys(now, newest));
    net.run(1500);
    expect(bob.of('command-failed')).toEqual([]);
    ann.do((peer, now, token) => peer.removeFromRoom(now, room, cleo.id, token));
    net.run(500);
    // It has forgotten the old one, so it could not have opened what is sealed to that.
    const epoch = decodeEpoch(bob.crypto, bob.epochsEver.get(room)?.at(-1)?.bytes as Bytes);
    expect(epoch?.author).toBe(ann.id);
    expect(epoch?.members.find(({ member }) => member === bob.id)?.prekey).toBe(
      prekeyIdOf(bob.crypto, newest[0]?.publicKey as Bytes),
    );
    talk(net, room, ann, bob);
  });

  test('a new one that comes while an operation is on its way to the disk forks nothing', () => {
    const [net, ann, bob, cleo] = four();
    const room = roomOf(net, ann, bob, cleo);
    ann.do((peer, now, token) => peer.setRole(now, room, bob.id, 'owner', token));
    net.run(500);
    // Two operations, one after the other.
    const token = ann.do((peer, now, it) => peer.setRole(now, room, bob.id, 'admin', it));
    const later = tendPrekeys(ann.crypto, ann.prekeys, (ann.prekeys[0]?.createdAt ?? 0) + 8 * 86_400_000);
    ann.do((peer, now) => peer.setPrekeys(now, later));
    net.run(1000);
    expect(ann.outcome(token)).toBe('done');
    const card = [...(ann.privateRooms.get(room)?.operations.values() ?? [])].at(-1);
    expect(parseOperation(ann.crypto, card ?? new Uint8Array(0))?.body.kind).toBe('update');
    ann.prekeys = later;
    ann.crash();
    ann.restart();
    net.run(2000);
    for (const who of [ann, bob, cleo]) {
      expect(who.of('member-forked')).toEqual([]);
      expect(who.peer.privateRoom(room).members.find(({ id }) => id === bob.id)?.role).toBe('admin');
    }
    const kinds = [...(ann.privateRooms.get(room)?.operations.values() ?? [])].map(
      (bytes) => parseOperation(ann.crypto, bytes)?.body.kind,
    );
    expect(kinds.slice(-3)).toEqual(['demote', 'promote', 'update']);
  });

  test('who lost its private half makes an epoch of its own', () => {
    const [net, ann, bob, cleo] = four();
    const room = roomOf(net, ann, bob, cleo);
    net.run(500);
    bob.crash();
    ann.do((peer, now, token) => peer.removeFromRoom(now, room, cleo.id, token));
    net.run(500);
    bob.prekeys = tendPrekeys(bob.crypto, [], (bob.prekeys[0]?.createdAt ?? 0) + 60 * 86_400_000);
    bob.restart();
    net.until(() => bob.peer.privateRoom(room).secured, 8000, 'an epoch that bob can open');
    talk(net, room, ann, bob);
  });
});

describe('the keys of files', () => {
  test('are those of the epoch that is sent under, and newer after a removal', () => {
    const [net, ann, bob, cleo] = four();
    const room = roomOf(net, ann, bob, cleo);
    const transfer = 'ab'.repeat(16) as TransferId;
    const keysOf = (who: Person): EpochTransferKeys =>
      (who.peer as unknown as { privates: PrivateRooms }).privates.get(room).transferKeys;
    const before = keysOf(ann).current();
    expect(before?.epoch).toBeGreaterThan(0);
    expect(
      keysOf(bob)
        .of(before?.epoch ?? 0)
        ?.secret(transfer),
    ).toEqual(before?.secret(transfer));
    const bobs = keysOf(bob);
    ann.do((peer, now, token) => peer.removeFromRoom(now, room, bob.id, token));
    net.run(500);
    const after = keysOf(cleo).current();
    expect(after?.epoch).toBe(keysOf(ann).current()?.epoch);
    expect(after?.secret(transfer)).not.toEqual(before?.secret(transfer));
    for (const who of [ann, cleo])
      expect(keysOf(who).rank(after?.epoch ?? 0)).toBeGreaterThan(keysOf(who).rank(before?.epoch ?? 0));
    expect(
      keysOf(ann)
        .of(before?.epoch ?? 0)
        ?.secret(transfer),
    ).toEqual(before?.secret(transfer));
    expect(bobs.of(after?.epoch ?? 0)).toBeUndefined();
    expect(bobs.rank(after?.epoch ?? 0)).toBe(-1);
    expect(bobs.current()).toBeUndefined();
  });
});

describe('direct rooms', () => {
  test('are rooms of two, and found again', () => {
    const [net, ann, bob] = four();
    const token = ann.do((peer, now, it) => peer.openDirect(now, bob.id, it));
    net.run(300);
    expect(ann.outcome(token)).toBe('done');
    const room = ann.of('room-joined').at(-1)?.room;
    if (room === undefined) throw new Error('no room');
    welcome(room, ann, bob);
    net.run(2000);
    talk(net, room, ann, bob);
    expect(bob.peer.privateRoom(room)).toMatchObject({
      kind: 'direct',
      members: [{ id: ann.id }, { id: bob.id }],
    });
    bob.do((peer, now, it) => peer.openDirect(now, ann.id, it));
    expect(bob.of('room-joined').at(-1)?.room).toBe(room);
  });
});
