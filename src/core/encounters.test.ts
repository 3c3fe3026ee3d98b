/** Direct messages, emoji and invites between real cores on a network in memory. */
import { describe, expect, test } from 'vitest';
import { chainOf, roomOf, TestNetwork, WALL_MS } from '../../test/private-network.ts';
import type { Person } from '../../test/private-network.ts';
import { toHex } from '../base/bytes.ts';
import type { Bytes } from '../base/bytes.ts';
import type { RoomId } from '../base/ids.ts';
import { seededRandom } from '../base/prng.ts';
import { INVITES_MAX } from './limits.ts';
import { inviteRootOfLink } from './secrecy/invite.ts';
import { tendPrekeys } from './secrecy/prekeys.ts';
import { FRAME, typeOf } from './wire/header.ts';

const HOUR_MS = 3_600_000;

function three(): [TestNetwork, Person, Person, Person] {
  const net = new TestNetwork('ann', 'bob', 'cleo');
  const [ann, bob, cleo] = net.people as [Person, Person, Person];
  return [net, ann, bob, cleo];
}

const rootOf = (who: Person, number = 1): Bytes =>
  inviteRootOfLink(who.crypto, new Uint8Array(16).fill(number));

/** An invite to the room, made and stored. */
function inviteTo(net: TestNetwork, room: RoomId, by: Person, number = 1, lastsMs = HOUR_MS): Bytes {
  const root = rootOf(by, number);
  const expiresAt = WALL_MS + net.now + lastsMs;
  const token = by.do((peer, now, it) => peer.invite(now, room, root, expiresAt, it));
  net.run(100);
  expect(by.outcome(token)).toBe('done');
  return root;
}

const join = (net: TestNetwork, who: Person, root: Bytes): number =>
  who.do((peer, now, token) => peer.joinByInvite(now, root, WALL_MS + now, token));

/** Both say something, and the other reads it. */
function talk(net: TestNetwork, room: RoomId, one: Person, other: Person): void {
  net.until(() => one.members(room).length > 1 && other.peer.privateRoom(room).secured, 5000, 'both in');
  net.run(1500);
  one.say(room, `hello ${other.name}`);
  other.say(room, `hello ${one.name}`);
  net.run(2000);
  const said = [`hello ${other.name}`, `hello ${one.name}`].toSorted();
  expect(one.texts(room).toSorted()).toEqual(said);
  expect(other.texts(room).toSorted()).toEqual(said);
}

describe('an invite', () => {
  test('brings somebody in, and both talk; a second time it is refused', () => {
    const [net, ann, bob, cleo] = three();
    const room = roomOf(net, ann);
    const root = inviteTo(net, room, ann);
    expect(ann.peer.privateRoom(room).openInvites).toHaveLength(1);
    const token = join(net, bob, root);
    net.run(1000);
    expect(bob.outcome(token)).toBe('done');
    expect(bob.of('store-private')).toContainEqual(expect.objectContaining({ room, token, kind: 'private' }));
    expect(bob.of('invite-progress').map(({ stage, roomName }) => [stage, roomName])).toEqual([
      ['asking', undefined],
      ['answered', 'nest'],
    ]);
    talk(net, room, ann, bob);
    expect(ann.peer.privateRoom(room).openInvites).toHaveLength(0);
    const late = join(net, cleo, root);
    net.run(2000);
    expect(cleo.outcome(late)).toBe('invite-used');
    expect(ann.members(room)).toEqual(['ann', 'bob']);
  });

  test('works for who is seen in no room', () => {
    const [net, ann, bob] = three();
    const room = roomOf(net, ann);
    const root = inviteTo(net, room, ann);
    bob.do((peer, now) => peer.quit(now, net.lobby));
    net.run(100);
    const token = join(net, bob, root);
    net.run(1000);
    expect(bob.outcome(token)).toBe('done');
    talk(net, room, ann, bob);
  });

  test('that expired is refused, and one that nobody has is not answered', () => {
    const [net, ann, bob, cleo] = three();
    const room = roomOf(net, ann);
    const root = inviteTo(net, room, ann, 1, 5000);
    net.run(6000);
    const late = join(net, bob, root);
    const unknown = join(net, cleo, rootOf(cleo, 9));
    net.run(2000);
    expect(bob.outcome(late)).toBe('invite-expired');
    net.run(35_000);
    expect(cleo.outcome(unknown)).toBe('no-answer');
    expect(ann.members(room)).toEqual(['ann']);
  });

  test('lets one of two in who come at once', () => {
    const [net, ann, bob, cleo] = three();
    const room = roomOf(net, ann);
    const root = inviteTo(net, room, ann);
    const tokens = [bob, cleo].map((who) => [who, join(net, who, root)] as const);
    net.run(4000);
    const outcomes = tokens.map(([who, token]) => who.outcome(token));
    expect(new Set(outcomes)).toEqual(new Set(['done', 'invite-used']));
    expect(ann.members(room)).toHaveLength(2);
  });

  test('of one room opens no other', () => {
    const [net, ann, bob] = three();
    const one = roomOf(net, ann);
    const other = roomOf(net, ann);
    const root = inviteTo(net, one, ann, 1);
    inviteTo(net, other, ann, 2);
    const token = join(net, bob, root);
    net.run(3000);
    expect(bob.outcome(token)).toBe('done');
    expect(ann.members(one)).toEqual(['ann', 'bob']);
    expect(ann.members(other)).toEqual(['ann']);
  });

  test('by who is no admin is not made; by who was removed since opens nothing', () => {
    const [net, ann, bob, cleo] = three();
    const room = roomOf(net, ann, bob);
    const root = rootOf(bob);
    const refused = bob.do((peer, now, it) => peer.invite(now, room, root, WALL_MS + HOUR_MS, it));
    net.run(1000);
    expect(bob.outcome(refused)).toBe('not-allowed');
    ann.do((peer, now, it) => peer.setRole(now, room, bob.id, 'admin', it));
    net.run(1000);
    inviteTo(net, room, bob, 3);
    ann.do((peer, now, it) => peer.removeFromRoom(now, room, bob.id, it));
    net.run(1000);
    const token = join(net, cleo, rootOf(bob, 3));
    net.run(2000);
    expect(cleo.outcome(token)).toBe('invite-unknown');
    expect(ann.members(room)).toEqual(['ann']);
  });

  test('of a room that is closed for now is not answered, and works again once it is open', () => {
    const [net, ann, bob] = three();
    const room = roomOf(net, ann);
    const root = inviteTo(net, room, ann);
    ann.do((peer, now) => peer.quit(now, room));
    const token = join(net, bob, root);
    net.run(5000);
    expect(bob.outcome(token)).toBeUndefined();
    const chain = chainOf(ann.privateRooms.get(room)!);
    ann.do((peer, now) => peer.openRoom(now, room, { records: [], floors: [], catchUp: true }, chain));
    net.run(3000);
    expect(bob.outcome(token)).toBe('done');
    talk(net, room, ann, bob);
  });

  test('works at 25 % loss, and so do a welcome by name and a room of two', () => {
    for (let seed = 1; seed <= 6; seed++) {
      const [net, ann, bob, cleo] = three();
      const random = seededRandom(seed);
      const room = roomOf(net, ann);
      const root = inviteTo(net, room, ann);
      net.isLost = () => random.next() < 0.25;
      const token = join(net, bob, root);
      ann.do((peer, now, it) => peer.addMember(now, room, cleo.id, 'member', it));
      cleo.do((peer, now, it) => peer.openDirect(now, bob.id, it));
      net.run(20_000);
      expect(bob.outcome(token), `seed ${seed}`).toBe('done');
      for (const who of [ann, bob, cleo]) expect(who.members(room)).toEqual(['ann', 'bob', 'cleo']);
      const direct = cleo.of('store-private').find(({ kind }) => kind === 'direct')?.room as RoomId;
      expect(bob.members(direct)).toEqual(['bob', 'cleo']);
    }
  });

  test('of one who is a member already uses nothing up', () => {
    const [net, ann, bob, cleo] = three();
    const room = roomOf(net, ann, bob);
    const root = inviteTo(net, room, ann);
    const token = join(net, bob, root);
    net.run(2000);
    expect(bob.outcome(token)).toBe('done');
    const other = join(net, cleo, root);
    net.run(2000);
    expect(cleo.outcome(other)).toBe('done');
  });

  test('is kept over a restart of its maker', () => {
    const [net, ann, bob] = three();
    const room = roomOf(net, ann);
    const root = inviteTo(net, room, ann);
    ann.crash();
    net.run(500);
    ann.restart();
    net.run(2000);
    const token = join(net, bob, root);
    net.run(3000);
    expect(bob.outcome(token)).toBe('done');
    talk(net, room, ann, bob);
  });

  test('where the answer was lost with its maker, the one that it let in hears of it all the same', () => {
    const [net, ann, bob] = three();
    const room = roomOf(net, ann);
    const root = inviteTo(net, room, ann);
    // Nothing of a welcome gets through until she has crashed.
    net.isLost = ({ by, bytes }) =>
      by === ann && typeOf(bytes[0] as number) === FRAME.meeting && ann.of('store-private').length > 3;
    join(net, bob, root);
    net.run(300);
    net.isLost = () => false;
    ann.crash();
    net.run(500);
    ann.restart();
    net.run(10_000);
    expect(bob.privateRooms.has(room)).toBe(true);
    talk(net, room, ann, bob);
  });

  test('is refused where there are too many, or in a room of two', () => {
    const [net, ann, bob] = three();
    const room = roomOf(net, ann);
    for (let number = 0; number < INVITES_MAX; number++) inviteTo(net, room, ann, number + 1);
    const more = ann.do((peer, now, it) => peer.invite(now, room, rootOf(ann, 99), WALL_MS + HOUR_MS, it));
    net.run(500);
    expect(ann.outcome(more)).toBe('too-many');
    ann.do((peer, now, it) => peer.openDirect(now, bob.id, it));
    net.run(1000);
    const direct = ann.of('store-private').find(({ kind }) => kind === 'direct')?.room as RoomId;
    const third = ann.do((peer, now, it) => peer.invite(now, direct, rootOf(ann, 98), WALL_MS + HOUR_MS, it));
    const named = ann.do((peer, now, it) => peer.addMember(now, direct, net.people[2]!.id, 'member', it));
    net.run(500);
    expect([ann.outcome(third), ann.outcome(named)]).toEqual(['not-allowed', 'not-allowed']);
  });
});

describe('an invite that is taken back', () => {
  test('opens nothing any more, whichever admin takes it back', () => {
    const [net, ann, bob, cleo] = three();
    const room = roomOf(net, ann, bob);
    ann.do((peer, now, it) => peer.setRole(now, room, bob.id, 'admin', it));
    net.run(500);
    const root = inviteTo(net, room, ann);
    const [open] = bob.peer.privateRoom(room).openInvites;
    const token = bob.do((peer, now, it) => peer.revokeInvite(now, room, open!.operation, it));
    net.run(500);
    expect(bob.outcome(token)).toBe('done');
    for (const who of [ann, bob]) expect(who.peer.privateRoom(room).openInvites).toEqual([]);
    const late = join(net, cleo, root);
    net.run(2000);
    expect(cleo.outcome(late)).toBe('invite-unknown');
    expect(ann.members(room)).toEqual(['ann', 'bob']);
    const again = bob.do((peer, now, it) => peer.revokeInvite(now, room, open!.operation, it));
    expect(bob.outcome(again)).toBe('invite-unknown');
  });

  test('is not taken back by a plain member', () => {
    const [net, ann, bob, cleo] = three();
    const room = roomOf(net, ann, bob);
    const root = inviteTo(net, room, ann);
    const [open] = bob.peer.privateRoom(room).openInvites;
    const token = bob.do((peer, now, it) => peer.revokeInvite(now, room, open!.operation, it));
    net.run(1000);
    expect(bob.outcome(token)).toBe('not-allowed');
    const joined = join(net, cleo, root);
    net.run(2000);
    expect(cleo.outcome(joined)).toBe('done');
  });
});

test('who uses an invite of its own is told so at once, also after a restart', () => {
  const [net, ann] = three();
  const room = roomOf(net, ann);
  const root = inviteTo(net, room, ann);
  expect(ann.outcome(join(net, ann, root))).toBe('invite-own');
  ann.crash();
  ann.restart();
  net.run(100);
  expect(ann.outcome(join(net, ann, root))).toBe('invite-own');
  expect(ann.peer.privateRoom(room).openInvites).toHaveLength(1);
});

describe('who is added by name', () => {
  test('is offered the room, and it opens once its person accepts', () => {
    const [net, ann, bob] = three();
    bob.asksFirst = true;
    const room = roomOf(net, ann);
    const token = ann.do((peer, now, it) => peer.addMember(now, room, bob.id, 'member', it));
    net.run(1500);
    expect(ann.outcome(token)).toBe('done');
    expect(bob.of('room-offered')).toMatchObject([{ offer: { room, name: 'nest' }, from: ann.id }]);
    net.run(5000);
    expect(bob.of('room-joined').map((event) => event.room)).toEqual([net.lobby]);
    expect(bob.privateRooms.size).toBe(0);
    // Nothing is said in it, or asked about it, by who did not accept.
    expect(net.sent.some(({ by, to }) => by === bob && to.kind === 'control' && to.room === room)).toBe(
      false,
    );
    const { offer } = bob.of('room-offered')[0]!;
    const accepted = bob.do((peer, now, it) => peer.acceptRoom(now, offer, it));
    net.run(1500);
    expect(bob.outcome(accepted)).toBe('done');
    expect(bob.of('store-private')[0]).toMatchObject({
      room,
      token: accepted,
      kind: 'private',
      name: 'nest',
    });
    talk(net, room, ann, bob);
    const again = bob.do((peer, now, it) => peer.acceptRoom(now, offer, it));
    expect(bob.outcome(again)).toBe('done');
  });

  test('and does not answer, is offered it again after a restart', () => {
    const [net, ann, bob] = three();
    bob.asksFirst = true;
    const room = roomOf(net, ann);
    ann.do((peer, now, it) => peer.addMember(now, room, bob.id, 'member', it));
    net.run(1500);
    bob.crash();
    net.run(40_000);
    bob.restart();
    net.run(3000);
    expect(bob.of('room-offered')).toMatchObject([{ offer: { room }, from: ann.id }]);
  });

  test('and is away, gets it when it is back', () => {
    const [net, ann, bob] = three();
    const room = roomOf(net, ann);
    bob.crash();
    ann.do((peer, now, it) => peer.addMember(now, room, bob.id, 'member', it));
    net.run(20_000);
    bob.restart();
    net.run(3000);
    expect(bob.privateRooms.has(room)).toBe(true);
    talk(net, room, ann, bob);
  });

  test('again, after a removal and a restart, is told again', () => {
    const [net, ann, bob] = three();
    const room = roomOf(net, ann);
    const add = (): void => void ann.do((peer, now, it) => peer.addMember(now, room, bob.id, 'member', it));
    add();
    net.run(2000);
    // Its new prekey is an operation of its own in the room.
    bob.prekeys = tendPrekeys(bob.crypto, bob.prekeys, WALL_MS + 8 * 24 * HOUR_MS);
    bob.do((peer, now) => peer.setPrekeys(now, bob.prekeys));
    net.run(2000);
    ann.do((peer, now, it) => peer.removeFromRoom(now, room, bob.id, it));
    net.run(1000);
    expect(bob.of('room-closed')).toHaveLength(1);
    bob.crash();
    bob.restart(new Map());
    net.run(2000);
    add();
    net.run(3000);
    talk(net, room, ann, bob);
  });

  test('is not added to more rooms by one member than it may bring it into', () => {
    const [net, ann, bob] = three();
    for (let i = 0; i < 20; i++) {
      const room = roomOf(net, ann);
      ann.do((peer, now, it) => peer.addMember(now, room, bob.id, 'member', it));
      net.run(400);
    }
    net.run(3000);
    expect(bob.privateRooms.size).toBe(16);
    expect(bob.peer.counters()['welcomes-by-one-member']).toBeGreaterThan(0);
  });
});

describe('verification by emoji', () => {
  test('shows both the same seven', () => {
    const [net, ann, bob] = three();
    ann.do((peer, now) => peer.verifyByEmoji(now, bob.id));
    net.run(500);
    expect(bob.of('emoji')).toMatchObject([{ member: ann.id, stage: 'asked' }]);
    bob.do((peer, now) => peer.answerEmoji(now, ann.id, 'accept'));
    net.run(500);
    const seen = [ann, bob].map((who) => who.of('emoji').find(({ stage }) => stage === 'compare')?.emoji);
    expect(seen[0]).toHaveLength(7);
    expect(seen[0]).toEqual(seen[1]);
    ann.do((peer, now) => peer.answerEmoji(now, bob.id, 'same'));
    bob.do((peer, now) => peer.answerEmoji(now, ann.id, 'same'));
    net.run(500);
    for (const who of [ann, bob]) expect(who.of('emoji').at(-1)?.stage).toBe('done');
  });

  test('is not with somebody whom one’s person removed', () => {
    const [net, ann, bob] = three();
    ann.do((peer, now) => peer.removeMember(now, net.lobby, bob.id));
    bob.do((peer, now) => peer.verifyByEmoji(now, ann.id));
    ann.do((peer, now) => peer.verifyByEmoji(now, bob.id));
    net.run(15_000);
    expect(ann.of('emoji')).toMatchObject([{ stage: 'failed', reason: 'not-seen' }]);
    expect(bob.of('emoji').at(-1)).toMatchObject({ stage: 'failed', reason: 'no-answer' });
  });

  test('shows different ones where each takes a third for the other', () => {
    const [net, ann, bob, cleo] = three();
    ann.do((peer, now) => peer.verifyByEmoji(now, cleo.id));
    cleo.do((peer, now) => peer.verifyByEmoji(now, bob.id));
    net.run(500);
    cleo.do((peer, now) => peer.answerEmoji(now, ann.id, 'accept'));
    bob.do((peer, now) => peer.answerEmoji(now, cleo.id, 'accept'));
    net.run(500);
    const seen = [ann, bob].map((who) => who.of('emoji').find(({ stage }) => stage === 'compare')?.emoji);
    expect(seen[0]).toHaveLength(7);
    expect(seen[1]).toHaveLength(7);
    expect(seen[0]).not.toEqual(seen[1]);
  });
});

test('nothing of it names a private room, or says a secret, in the clear', () => {
  const [net, ann, bob] = three();
  const room = roomOf(net, ann);
  join(net, bob, inviteTo(net, room, ann));
  net.run(3000);
  const kept = ann.privateRooms.get(room)?.secret as Bytes;
  const wire = net.sent.map(({ bytes }) => toHex(bytes));
  for (const secret of [toHex(kept), room, toHex(rootOf(ann))])
    expect(wire.some((bytes) => bytes.includes(secret))).toBe(false);
  expect(net.sent.some(({ bytes }) => typeOf(bytes[0] as number) === FRAME.meeting)).toBe(true);
});
