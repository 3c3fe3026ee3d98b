/** A private room that somebody was let into by name and does not want: between real cores on a network in memory. */
import { expect, test } from 'vitest';
import { roomOf, talk, TestNetwork } from '../../test/private-network.ts';
import type { Person } from '../../test/private-network.ts';
import { toHex } from '../base/bytes.ts';
import type { Bytes } from '../base/bytes.ts';
import type { RoomId } from '../base/ids.ts';
import type { Context } from './context.ts';
import { encodeBody } from './direct/body.ts';
import type { DirectBody } from './direct/body.ts';
import { OFFERED_AGAIN_MAX, WELCOME_GRACE_MS } from './limits.ts';
import { sealDirect } from './secrecy/direct.ts';
import { prekeyIdOf } from './secrecy/prekeys.ts';
import { decodeDirect, encodeDirect, MESSAGE_ID_BYTES } from './wire/direct.ts';
import { FRAME, typeOf } from './wire/header.ts';

/** Ann's room with cleo in it; bob answers offers himself. */
function began(): { net: TestNetwork; ann: Person; bob: Person; cleo: Person; room: RoomId } {
  const net = new TestNetwork('ann', 'bob', 'cleo');
  const [ann, bob, cleo] = net.people as [Person, Person, Person];
  bob.asksFirst = true;
  return { net, ann, bob, cleo, room: roomOf(net, ann, cleo) };
}

const add = (by: Person, room: RoomId, whom: Person): number =>
  by.do((peer, now, it) => peer.addMember(now, room, whom.id, 'member', it));
const decline = (who: Person, room: RoomId, by: Person): number =>
  who.do((peer, now) => peer.declineRoom(now, room, by.id));

test('who says no is a member no more, for everybody; added again it is asked again', () => {
  const { net, ann, bob, cleo, room } = began();
  add(ann, room, bob);
  net.run(2000);
  expect(ann.members(room)).toEqual(['ann', 'bob', 'cleo']);
  decline(bob, room, ann);
  net.run(2000);
  expect(ann.of('member-declined')).toMatchObject([{ room, member: bob.id }]);
  expect(bob.of('decline-told')).toEqual([{ type: 'decline-told', room, to: ann.id }]);
  for (const who of [ann, cleo]) {
    expect(who.members(room)).toEqual(['ann', 'cleo']);
    expect(who.peer.privateRoom(room)).toMatchObject({
      secured: true,
      departed: [{ id: bob.id, reason: 'removed', by: ann.id }],
    });
  }
  talk(net, room, ann, cleo);
  // It is not offered again by itself, however often they see each other anew.
  bob.crash();
  net.run(WELCOME_GRACE_MS);
  bob.restart();
  net.run(3000);
  expect(bob.of('room-offered')).toEqual([]);
  add(ann, room, bob);
  net.run(2000);
  expect(bob.of('room-offered')).toMatchObject([{ offer: { room }, from: ann.id }]);
  const { offer } = bob.of('room-offered')[0]!;
  bob.do((peer, now, it) => peer.acceptRoom(now, offer, it));
  net.run(2000);
  talk(net, room, ann, bob, cleo);
});

test('a no that nobody hears is told once the other is seen again, also by a later process of either', () => {
  for (const which of ['neither', 'who says no', 'who asked'] as const) {
    const { net, ann, bob, room } = began();
    add(ann, room, bob);
    net.run(2000);
    net.isLost = ({ by }) => by === bob;
    decline(bob, room, ann);
    net.run(WELCOME_GRACE_MS + 1000);
    expect(bob.of('decline-told'), which).toEqual([]);
    const again = which === 'who says no' ? bob : which === 'who asked' ? ann : undefined;
    again?.crash();
    net.run(1000);
    again?.restart();
    net.isLost = () => false;
    net.run(5000);
    // What a client keeps of it it says again where it is offered again.
    if (again === bob) {
      expect(bob.of('room-offered'), which).toMatchObject([{ offer: { room } }]);
      decline(bob, room, ann);
    }
    net.run(5000);
    expect(ann.members(room), which).toEqual(['ann', 'cleo']);
    expect(bob.of('decline-told'), which).toHaveLength(1);
  }
});

test('a no holds only for a welcome that went to who says it, and only while that is owed', () => {
  const { net, ann, bob, cleo, room } = began();
  const other = roomOf(net, ann, cleo);
  const before = net.sent.length;
  add(ann, room, bob);
  net.run(2000);
  const letter = net.sent
    .slice(before)
    .find(({ by, bytes }) => by === ann && typeOf(bytes[0] as number) === FRAME.direct);
  const welcome = messageOf(letter!.bytes);
  // Cleo heard its id on the wire; bob makes one up.
  const forged: DirectBody = { kind: 'declined', message: welcome };
  net.inject(ann, letterTo(ann, cleo, forged), cleo.address);
  net.inject(
    ann,
    letterTo(ann, bob, { kind: 'declined', message: '77'.repeat(MESSAGE_ID_BYTES) }),
    bob.address,
  );
  net.run(1000);
  expect(ann.peer.counters()['direct-answers-nothing']).toBe(2);
  expect(ann.members(room)).toEqual(['ann', 'bob', 'cleo']);
  // Once it was heard in the room its no of before opens nothing: it leaves like anybody else.
  const { offer } = bob.of('room-offered')[0]!;
  bob.do((peer, now, it) => peer.acceptRoom(now, offer, it));
  net.run(3000);
  net.inject(ann, letterTo(ann, bob, forged), bob.address);
  net.run(2000);
  expect(ann.members(room)).toEqual(['ann', 'bob', 'cleo']);
  expect(ann.members(other)).toEqual(['ann', 'cleo']);
  expect(ann.of('member-declined')).toEqual([]);
});

test('a no that was recorded says nothing about a later offer', () => {
  const { net, ann, bob, room } = began();
  add(ann, room, bob);
  net.run(2000);
  const before = net.sent.length;
  decline(bob, room, ann);
  net.run(2000);
  const recorded = net.sent.slice(before).filter(({ by }) => by === bob);
  add(ann, room, bob);
  net.run(2000);
  for (const { bytes } of recorded) net.inject(ann, bytes, bob.address);
  net.run(2000);
  expect(ann.of('member-declined')).toHaveLength(1);
  expect(ann.members(room)).toEqual(['ann', 'bob', 'cleo']);
});

test('after so many a no the person is not asked again, and the answer is the same', () => {
  const { net, ann, bob, room } = began();
  for (let i = 1; i <= OFFERED_AGAIN_MAX + 2; i++) {
    add(ann, room, bob);
    net.run(2000);
    if (i <= OFFERED_AGAIN_MAX) decline(bob, room, ann);
    net.run(2000);
    expect(ann.of('member-declined')).toHaveLength(i);
  }
  expect(bob.of('room-offered')).toHaveLength(OFFERED_AGAIN_MAX);
  expect(ann.members(room)).toEqual(['ann', 'cleo']);
});

test('who let somebody in and may not any more is told, and does not ask again', () => {
  const { net, ann, bob, cleo, room } = began();
  ann.do((peer, now, it) => peer.setRole(now, room, cleo.id, 'admin', it));
  net.run(1000);
  add(cleo, room, bob);
  net.run(2000);
  ann.do((peer, now, it) => peer.setRole(now, room, cleo.id, 'member', it));
  net.run(2000);
  // It came in by her grant, which stands or falls by the rules of the room.
  const isIn = ann.members(room).includes('bob');
  decline(bob, room, cleo);
  net.run(WELCOME_GRACE_MS);
  expect(isIn).toBe(true);
  expect(cleo.of('member-declined')).toHaveLength(1);
  expect(bob.of('room-offered')).toHaveLength(1);
  ann.do((peer, now, it) => peer.removeFromRoom(now, room, bob.id, it));
  net.run(2000);
  expect(cleo.members(room)).toEqual(['ann', 'cleo']);
});

test('who left and is let in again is asked; nothing opens by itself', () => {
  const { net, ann, bob, cleo, room } = began();
  const accept = (): void => {
    for (const { offer } of bob.of('room-offered').slice(-1))
      bob.do((peer, now, it) => peer.acceptRoom(now, offer, it));
    net.run(3000);
  };
  add(ann, room, bob);
  net.run(2000);
  accept();
  bob.do((peer, now, it) => peer.leaveRoom(now, room, it));
  net.run(2000);
  const joined = bob.of('room-joined').length;
  add(ann, room, bob);
  net.run(5000);
  expect(bob.of('room-joined')).toHaveLength(joined);
  expect(bob.of('room-offered')).toHaveLength(2);
  accept();
  talk(net, room, ann, bob, cleo);
  expect(bob.of('room-joined')).toHaveLength(joined + 1);
});

const messageOf = (bytes: Bytes): string => {
  const decoded = decodeDirect(bytes);
  if (decoded === undefined) throw new Error('no direct frame');
  return decoded.message;
};

/** What `by` can make of its own keys. */
function letterTo(to: Person, by: Person, body: DirectBody): Bytes {
  const { publicKey } = to.identity;
  const prekey = { identity: publicKey, publicKey: to.prekeys[0]!.publicKey, serial: 1 };
  const { incarnation } = (Reflect.get(to.peer, 'context') as Context).self;
  const bytes = sealDirect(by.crypto, by.identity.publicKey, prekey, encodeBody({ incarnation, body }));
  const message = toHex(by.crypto.sha256(bytes).subarray(0, MESSAGE_ID_BYTES));
  return encodeDirect(prekeyIdOf(by.crypto, prekey.publicKey), message, bytes, 0);
}
