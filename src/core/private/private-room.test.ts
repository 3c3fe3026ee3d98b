import { describe, expect, test } from 'vitest';
import { letIn, openableBy, roomOf, talk, TestNetwork, welcome } from '../../../test/private-network.ts';
import type { Person } from '../../../test/private-network.ts';
import { toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import { FRAME, readRoomTag, roomTag, typeOf } from '../wire/header.ts';
import { memberIdBytes } from '../wire/id-bytes.ts';
import { utf8 } from '../wire/codec.ts';

type Four = [TestNetwork, Person, Person, Person, Person];
const four = (): Four => {
  const net = new TestNetwork('ann', 'bob', 'cleo', 'dan');
  return [net, ...(net.people as [Person, Person, Person, Person])];
};
const isOf = (bytes: Bytes, type: keyof typeof FRAME): boolean => typeOf(bytes[0] as number) === FRAME[type];

describe('a private room', () => {
  test('is made, filled, talked in, and goes on without who is removed', () => {
    const [net, ann, bob, cleo] = four();
    const room = roomOf(net, ann, bob);
    talk(net, room, ann, bob);
    letIn(net, room, ann, cleo);
    net.run(300);
    talk(net, room, ann, bob, cleo);

    const token = ann.do((peer, now, it) => peer.removeFromRoom(now, room, bob.id, it));
    net.run(300);
    expect(ann.outcome(token)).toBe('done');
    expect(bob.of('room-closed')).toMatchObject([{ room, reason: 'removed', by: ann.id }]);
    expect(cleo.of('member-left')).toMatchObject([{ reason: 'removed', member: { id: bob.id } }]);
    const since = net.sent.length;
    talk(net, room, ann, cleo);
    net.run(20_000);
    // Who was removed listens, and tells nobody anything.
    const byBob = net.sent.slice(since).filter(({ by, bytes }) => by === bob && isOf(bytes, 'sync'));
    expect(byBob).toEqual([]);
    expect(ann.members(room)).toEqual(['ann', 'cleo']);
    expect(ann.peer.privateRoom(room)).toMatchObject({ departed: [{ id: bob.id, name: 'bob', by: ann.id }] });
  });

  test('does not go back to an epoch from before who is removed now', () => {
    const [net, ann, bob, cleo] = four();
    const room = roomOf(net, ann, bob);
    const before = new Set(ann.epochsEver.get(room)?.map(({ bytes }) => toHex(bytes)));
    letIn(net, room, ann, cleo);
    net.run(300);
    ann.do((peer, now, token) => peer.removeFromRoom(now, room, cleo.id, token));
    net.run(500);
    const since = net.sent.length;
    talk(net, room, ann, bob);
    const old = (ann.epochsEver.get(room) ?? []).filter(({ bytes }) => before.has(toHex(bytes)));
    expect(old.length).toBeGreaterThan(0);
    const stale = { crypto: ann.crypto, epochsEver: new Map([[room, old]]) } as unknown as Person;
    expect(openableBy(stale, room, net.sent.slice(since))).toEqual([]);
  });

  test('shows nothing of itself in the clear: no frame, no id, no name', () => {
    const [net, ann, bob, cleo] = four();
    const room = roomOf(net, ann, bob, cleo);
    talk(net, room, ann, bob, cleo);
    ann.do((peer, now, token) => peer.removeFromRoom(now, room, cleo.id, token));
    net.run(30_000);
    bob.do((peer, now) => peer.quit(now, room));
    net.run(500);
    const ofRoom = net.sent.filter(({ to }) => to.kind === 'control' && to.room === room);
    expect(ofRoom.length).toBeGreaterThan(50);
    for (const { bytes } of net.sent) {
      if (isOf(bytes, 'sealed') || isOf(bytes, 'sync')) continue;
      expect(readRoomTag(bytes)).not.toBe(roomTag(room));
    }
    const secrets = [
      ...[ann, bob, cleo].map(({ id }) => memberIdBytes(id)),
      ann.identity.publicKey,
      utf8('nest'),
    ];
    for (const { bytes } of ofRoom)
      for (const secret of secrets) expect(toHex(bytes)).not.toContain(toHex(secret));
  });

  test('who left is out, and says so', () => {
    const [net, ann, bob, cleo] = four();
    const room = roomOf(net, ann, bob, cleo);
    const token = bob.do((peer, now, it) => peer.leaveRoom(now, room, it));
    net.run(1500);
    expect(bob.outcome(token)).toBe('done');
    expect(bob.of('room-closed')).toMatchObject([{ reason: 'left' }]);
    expect(ann.members(room)).toEqual(['ann', 'cleo']);
    expect(ann.peer.privateRoom(room).departed).toMatchObject([{ id: bob.id, reason: 'left' }]);
    const since = net.sent.length;
    talk(net, room, ann, cleo);
    expect(openableBy(bob, room, net.sent.slice(since))).toEqual([]);
  });

  test('a room of two goes on after both restarted, one after the other and both at once', () => {
    const [net, ann, bob] = four();
    const room = roomOf(net, ann, bob);
    ann.say(room, 'one');
    net.run(300);
    bob.crash();
    ann.say(room, 'two');
    net.run(200);
    ann.crash();
    net.run(200);
    ann.restart();
    bob.restart();
    net.until(() => bob.texts(room).includes('two'), 4000, 'bob having what was said while it was away');
    talk(net, room, ann, bob);
    expect(ann.of('member-forked')).toEqual([]);
  });

  test('settings, roles and refusals', () => {
    const [net, ann, bob, cleo, dan] = four();
    const room = roomOf(net, ann, bob, cleo);
    const outcome = (who: Person, command: Parameters<Person['do']>[0]): string | undefined => {
      const token = who.do(command);
      net.run(800);
      return who.outcome(token);
    };
    const before = ann.privateRooms.get(room)?.operations.size;
    expect(outcome(bob, (peer, now, it) => peer.renameRoom(now, room, 'mine', it))).toBe('not-allowed');
    expect(outcome(bob, (peer, now, it) => peer.removeFromRoom(now, room, cleo.id, it))).toBe('not-allowed');
    expect(outcome(bob, (peer, now, it) => peer.addMember(now, room, dan.id, 'member', it))).toBe(
      'not-allowed',
    );
    // What would not count is not even written.
    expect(ann.privateRooms.get(room)?.operations.size).toBe(before);
    expect(outcome(ann, (peer, now, it) => peer.renameRoom(now, room, 'ours', it))).toBe('done');
    expect(outcome(ann, (peer, now, it) => peer.setRole(now, room, bob.id, 'admin', it))).toBe('done');
    expect(outcome(ann, (peer, now, it) => peer.setHistory(now, room, { kind: 'days', days: 3 }, it))).toBe(
      'done',
    );
    expect(outcome(bob, (peer, now, it) => peer.removeFromRoom(now, room, ann.id, it))).toBe('not-allowed');
    expect(outcome(bob, (peer, now, it) => peer.addMember(now, room, dan.id, 'member', it))).toBe('done');
    expect(outcome(bob, (peer, now, it) => peer.addMember(now, room, dan.id, 'member', it))).toBe(
      'not-allowed',
    );
    expect(outcome(ann, (peer, now, it) => peer.setRole(now, room, bob.id, 'member', it))).toBe('done');
    expect(outcome(bob, (peer, now, it) => peer.removeFromRoom(now, room, cleo.id, it))).toBe('not-allowed');
    expect(
      outcome(ann, (peer, now, it) => peer.removeFromRoom(now, room, 'ff'.repeat(16) as never, it)),
    ).toBe('unknown-member');
    expect(cleo.peer.privateRoom(room)).toMatchObject({
      name: 'ours',
      history: { kind: 'days', days: 3 },
      role: 'member',
      members: [{ id: ann.id, role: 'owner' }, { id: bob.id, role: 'member' }, {}, {}],
    });
  });
});

describe('removal', () => {
  test('leaves with its epoch in one turn, and from then on the removed one opens nothing', () => {
    const [net, ann, bob, cleo, dan] = four();
    const room = roomOf(net, ann, bob, cleo, dan);
    talk(net, room, ann, bob, cleo, dan);
    // Much is on its way out when it happens.
    for (let i = 0; i < 30; i++) ann.say(room, `${i} `.repeat(2000));
    ann.do((peer, now, token) => peer.removeFromRoom(now, room, bob.id, token));
    const before = net.sent.length;
    const commandAt = net.now;
    net.run(1000);
    const sent = net.sent.slice(before).filter(({ to }) => to.kind !== 'control' || to.room === room);
    const first = sent.findIndex(({ by, bytes }) => by === ann && isOf(bytes, 'sync'));
    expect(first).toBeGreaterThanOrEqual(0);
    const after = sent.slice(first).filter(({ by }) => by === ann);
    // Operation twice, epoch twice, and nothing in between.
    expect(after.slice(0, 4).map(({ bytes }) => isOf(bytes, 'sync'))).toEqual([true, true, true, true]);
    expect((after[3]?.at ?? Infinity) - (after[0]?.at ?? 0)).toBeLessThan(1);
    expect((after[0]?.at ?? Infinity) - commandAt).toBeLessThan(4);
    const heardAt = (after[0]?.at ?? 0) + 1;
    expect(openableBy(bob, room, after)).toEqual([]);
    const others = sent.filter(({ by, at }) => (by === cleo || by === dan) && at > heardAt);
    expect(others.length).toBeGreaterThan(10);
    expect(openableBy(bob, room, others)).toEqual([]);
    // Who could open it: the check can fail.
    expect(openableBy(cleo, room, others).length).toBeGreaterThan(10);
  });

  test('a member that hears of it without the epoch says nothing until there is one, and then makes one', () => {
    const [net, ann, bob, cleo, dan] = four();
    const room = roomOf(net, ann, bob, cleo, dan);
    net.run(3000);
    // Only the operation gets through to cleo and dan, and ann is gone right after.
    net.isLost = ({ by, bytes }, receiver) => by === ann && receiver !== bob && bytes.length > 540;
    ann.do((peer, now, token) => peer.removeFromRoom(now, room, bob.id, token));
    net.run(8);
    ann.side = 9;
    net.isLost = () => false;
    const before = net.sent.length;
    cleo.say(room, 'wait for it');
    expect(cleo.members(room)).toEqual(['ann', 'cleo', 'dan']);
    net.run(100);
    expect(net.sent.slice(before).filter(({ by, bytes }) => by === cleo && isOf(bytes, 'sealed'))).toEqual(
      [],
    );
    net.until(() => dan.texts(room).includes('wait for it'), 4000, 'an epoch by another');
    expect(openableBy(bob, room, net.sent.slice(before))).toEqual([]);
    ann.side = 0;
    net.run(6000);
    talk(net, room, ann, cleo, dan);
  });

  test('what the removed one said later is hidden where it was shown, and shown nowhere else', () => {
    const [net, ann, bob, cleo, dan] = four();
    const room = roomOf(net, ann, bob, cleo, dan);
    talk(net, room, ann, bob, cleo, dan);
    bob.side = 1;
    cleo.side = 1;
    ann.do((peer, now, token) => peer.removeFromRoom(now, room, bob.id, token));
    net.run(500);
    bob.say(room, 'still here?');
    net.run(300);
    cleo.say(room, 'yes');
    net.run(300);
    expect(cleo.texts(room)).toContain('still here?');
    bob.side = 0;
    cleo.side = 0;
    net.run(8000);
    expect(cleo.of('messages-cut')).toMatchObject([{ room, member: bob.id, ids: [{}] }]);
    for (const who of [ann, cleo, dan]) {
      expect(who.texts(room)).not.toContain('still here?');
      // It names what was cut as seen: that holds nobody up.
      expect(who.texts(room)).toContain('yes');
    }
    talk(net, room, ann, cleo, dan);
  });

  test('what it still sends under an old epoch does nothing, signed or not', () => {
    const [net, ann, bob, cleo] = four();
    const room = roomOf(net, ann, bob, cleo);
    talk(net, room, ann, bob, cleo);
    bob.side = 1;
    ann.do((peer, now, token) => peer.removeFromRoom(now, room, bob.id, token));
    net.run(500);
    const before = net.sent.length;
    bob.say(room, 'listen');
    net.run(5000);
    const heard = net.sent.slice(before).filter(({ by, bytes }) => by === bob && isOf(bytes, 'sealed'));
    expect(heard.length).toBeGreaterThan(5);
    for (const { bytes } of heard) for (const who of [ann, cleo]) net.inject(who, bytes, bob.address);
    net.run(500);
    for (const who of [ann, cleo]) {
      expect(who.texts(room)).not.toContain('listen');
      expect(who.peer.members(net.now, room).map(({ name }) => name)).not.toContain('bob');
      const counts = who.peer.counters();
      expect(counts['record-never']).toBeGreaterThan(0);
      expect(counts['hello-not-a-member']).toBeGreaterThan(0);
    }
  });

  test('it is told even where it heard nothing of it at the time, and comes back only by being added', () => {
    const [net, ann, bob, cleo] = four();
    const room = roomOf(net, ann, bob, cleo);
    bob.crash();
    ann.do((peer, now, token) => peer.removeFromRoom(now, room, bob.id, token));
    net.run(500);
    bob.restart();
    net.until(() => bob.of('room-closed').length > 0, 4000, 'bob being told');
    net.run(2000);
    letIn(net, room, ann, bob);
    net.run(500);
    talk(net, room, ann, bob, cleo);
  });
});

describe('halves of a room', () => {
  test('that both changed it find one state and one epoch', () => {
    const net = new TestNetwork('ann', 'bob', 'cleo', 'dan', 'eve', 'fay');
    const [ann, bob, cleo, dan, eve, fay] = net.people as [Person, Person, Person, Person, Person, Person];
    const room = roomOf(net, ann, bob, cleo, dan);
    ann.do((peer, now, token) => peer.setRole(now, room, bob.id, 'admin', token));
    net.run(500);
    for (const person of [bob, dan, fay]) person.side = 1;
    ann.do((peer, now, token) => peer.removeFromRoom(now, room, cleo.id, token));
    ann.do((peer, now, token) => peer.addMember(now, room, eve.id, 'member', token));
    bob.do((peer, now, token) => peer.addMember(now, room, fay.id, 'member', token));
    bob.do((peer, now, token) => peer.removeFromRoom(now, room, dan.id, token));
    net.run(1000);
    welcome(room, ann, eve);
    welcome(room, bob, fay);
    net.run(2000);
    talk(net, room, ann, eve);
    talk(net, room, bob, fay);
    for (const person of net.people) person.side = 0;
    const live = [ann, bob, eve, fay];
    const isOne = (): boolean =>
      live.every(
        (who) => who.members(room).join(' ') === 'ann bob eve fay' && who.peer.privateRoom(room).secured,
      );
    net.until(isOne, 20_000, 'one room');
    net.run(1000);
    talk(net, room, ann, bob, eve, fay);
    for (const gone of [cleo, dan]) expect(gone.of('room-closed')).toMatchObject([{ reason: 'removed' }]);
  });

  test('of whose admins the senior one removed the other: what that one did meanwhile is undone', () => {
    const net = new TestNetwork('ann', 'bob', 'cleo', 'dan', 'eve');
    const [ann, bob, cleo, dan, eve] = net.people as [Person, Person, Person, Person, Person];
    const room = roomOf(net, ann, bob, cleo, dan, eve);
    for (const who of [bob, cleo]) {
      ann.do((peer, now, token) => peer.setRole(now, room, who.id, 'admin', token));
      net.run(400);
    }
    for (const who of [cleo, dan, eve]) who.side = 1;
    bob.do((peer, now, token) => peer.removeFromRoom(now, room, cleo.id, token));
    const junior = cleo.do((peer, now, token) => peer.removeFromRoom(now, room, bob.id, token));
    cleo.do((peer, now, token) => peer.removeFromRoom(now, room, eve.id, token));
    net.run(2000);
    expect(cleo.outcome(junior)).toBe('not-allowed');
    expect(dan.members(room)).toEqual(['ann', 'bob', 'cleo', 'dan']);
    expect(eve.of('room-closed')).toMatchObject([{ reason: 'removed', by: cleo.id }]);
    for (const who of [cleo, dan, eve]) who.side = 0;
    net.until(() => cleo.of('room-closed').length > 0, 20_000, 'cleo being told');
    const members = 'ann bob dan eve';
    net.until(() => dan.members(room).join(' ') === members, 5000, 'dan knowing');
    net.until(() => ann.members(room).join(' ') === members, 5000, 'ann knowing');
    net.until(() => ann.peer.privateRoom(room).secured, 5000, 'an epoch with eve');
    net.run(3000);
    talk(net, room, ann, bob, dan, eve);
  });

  test('no admin need be there for a new epoch', () => {
    const [net, ann, bob, cleo, dan] = four();
    const room = roomOf(net, ann, bob, cleo, dan);
    ann.crash();
    bob.do((peer, now, token) => peer.leaveRoom(now, room, token));
    net.until(
      () => cleo.peer.privateRoom(room).secured && dan.peer.privateRoom(room).secured,
      3000,
      'secured',
    );
    talk(net, room, cleo, dan);
  });
});
