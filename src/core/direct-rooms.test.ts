/** Rooms of two, as their cores see them: real ones, on a network in memory. */
import { expect, test } from 'vitest';
import { talk, TestNetwork } from '../../test/private-network.ts';
import type { Person } from '../../test/private-network.ts';
import type { RoomId } from '../base/ids.ts';
import { DIRECT_ROOMS_OF_ONE_MAX } from './limits.ts';

function two(): [TestNetwork, Person, Person] {
  const net = new TestNetwork('ann', 'bob');
  const [ann, bob] = net.people as [Person, Person];
  return [net, ann, bob];
}

test('a room of two opens on both sides, and text goes both ways; asked for again it is the same', () => {
  const [net, ann, bob] = two();
  const token = ann.do((peer, now, it) => peer.openDirect(now, bob.id, it));
  net.run(2000);
  expect(ann.outcome(token)).toBe('done');
  const room = ann.of('store-private').find(({ kind }) => kind === 'direct')?.room as RoomId;
  expect(bob.peer.privateRoom(room).kind).toBe('direct');
  talk(net, room, ann, bob);
  bob.do((peer, now, it) => peer.openDirect(now, ann.id, it));
  net.run(1000);
  expect(bob.privateRooms.size).toBe(1);
});

test('one that both open at once is two, and from then on the same one for both', () => {
  const [net, ann, bob] = two();
  const openFor = (who: Person, other: Person): number =>
    who.do((peer, now, it) => peer.openDirect(now, other.id, it));
  openFor(ann, bob);
  openFor(bob, ann);
  net.run(2000);
  const rooms = [...ann.privateRooms.keys()].toSorted();
  expect(rooms).toHaveLength(2);
  expect([...bob.privateRooms.keys()].toSorted()).toEqual(rooms);
  for (const [who, other] of [
    [ann, bob],
    [bob, ann],
  ] as const) {
    const before = who.events.length;
    openFor(who, other);
    expect(who.events[before]).toMatchObject({ type: 'room-joined', room: rooms[0] });
  }
  for (const room of rooms) talk(net, room, ann, bob);
});

test('it is brought about by one member a few times only', () => {
  const [net, ann, bob] = two();
  for (let i = 0; i < DIRECT_ROOMS_OF_ONE_MAX + 2; i++) {
    bob.do((peer, now, it) => peer.openDirect(now, ann.id, it));
    net.run(1500);
    // As if it had forgotten it.
    for (const { room } of bob.of('room-joined').slice(-1)) bob.do((peer, now) => peer.quit(now, room));
    net.run(100);
  }
  expect(ann.privateRooms.size).toBe(DIRECT_ROOMS_OF_ONE_MAX);
  expect(ann.peer.counters()['direct-rooms-by-one-member']).toBeGreaterThan(0);
});
