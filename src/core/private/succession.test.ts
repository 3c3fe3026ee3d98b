/** That a room keeps somebody who may let in and remove, and what becomes of who was removed while it was off. */
import { describe, expect, test } from 'vitest';
import { letIn, roomOf, talk, TestNetwork } from '../../../test/private-network.ts';
import type { Person } from '../../../test/private-network.ts';
import type { RoomId } from '../../base/ids.ts';

const four = (): [TestNetwork, Person, Person, Person, Person] => {
  const net = new TestNetwork('ann', 'bob', 'cleo', 'dan');
  return [net, ...(net.people as [Person, Person, Person, Person])];
};

function end(net: TestNetwork, who: Person, token: number): string | undefined {
  net.until(() => who.outcome(token) !== undefined, 3000, 'an outcome');
  return who.outcome(token);
}
const roles = (who: Person, room: RoomId): string[] =>
  who.peer.privateRoom(room).members.map(({ name, role }) => `${name} ${role}`);

describe('the last one who may let in and remove', () => {
  test('hands that on to the most senior member when it leaves', () => {
    const [net, ann, bob, cleo, dan] = four();
    const room = roomOf(net, ann, bob, cleo);
    expect(
      end(
        net,
        ann,
        ann.do((peer, now, it) => peer.leaveRoom(now, room, it)),
      ),
    ).toBe('done');
    net.run(1000);
    expect(roles(bob, room)).toEqual(['bob owner', 'cleo member']);
    expect(roles(cleo, room)).toEqual(roles(bob, room));
    expect(ann.of('room-closed')).toMatchObject([{ reason: 'left' }]);
    letIn(net, room, bob, dan);
    talk(net, room, bob, cleo, dan);
  });

  test('hands on what it has, and nothing in a room of its own or of two', () => {
    const [net, ann, bob, cleo, dan] = four();
    const room = roomOf(net, ann, bob, cleo);
    ann.do((peer, now, it) => peer.setRole(now, room, cleo.id, 'admin', it));
    net.run(500);
    end(
      net,
      ann,
      ann.do((peer, now, it) => peer.leaveRoom(now, room, it)),
    );
    net.run(1000);
    // The admin was senior to bob.
    expect(roles(bob, room)).toEqual(['cleo owner', 'bob member']);
    const alone = roomOf(net, dan);
    expect(
      end(
        net,
        dan,
        dan.do((peer, now, it) => peer.leaveRoom(now, alone, it)),
      ),
    ).toBe('done');

    dan.do((peer, now, it) => peer.openDirect(now, bob.id, it));
    net.run(1500);
    const direct = dan.of('store-private').find(({ kind }) => kind === 'direct')?.room as RoomId;
    expect(
      end(
        net,
        dan,
        dan.do((peer, now, it) => peer.leaveRoom(now, direct, it)),
      ),
    ).toBe('done');
    net.run(1000);
    expect(roles(bob, direct)).toEqual(['bob member']);
  });

  test('is no last one while another has the same rights', () => {
    const [net, ann, bob, cleo, dan] = four();
    const room = roomOf(net, ann, bob, cleo, dan);
    for (const who of [bob, cleo]) ann.do((peer, now, it) => peer.setRole(now, room, who.id, 'admin', it));
    net.run(1000);
    end(
      net,
      bob,
      bob.do((peer, now, it) => peer.leaveRoom(now, room, it)),
    );
    net.run(500);
    expect(roles(ann, room)).toEqual(['ann owner', 'cleo admin', 'dan member']);
  });

  test('cannot step down, and a plain member leaves as ever', () => {
    const [net, ann, bob, cleo] = four();
    const room = roomOf(net, ann, bob, cleo);
    const token = ann.do((peer, now, it) => peer.setRole(now, room, ann.id, 'member', it));
    expect(end(net, ann, token)).toBe('last-admin');
    ann.do((peer, now, it) => peer.setRole(now, room, bob.id, 'owner', it));
    net.run(500);
    const again = ann.do((peer, now, it) => peer.setRole(now, room, ann.id, 'member', it));
    expect(end(net, ann, again)).toBe('done');
    end(
      net,
      cleo,
      cleo.do((peer, now, it) => peer.leaveRoom(now, room, it)),
    );
    net.run(500);
    expect(roles(ann, room)).toEqual(['bob owner', 'ann member']);
  });
});

test('who left while it was cut off tells the others after a restart', () => {
  const [net, ann, bob, cleo] = four();
  const room = roomOf(net, ann, bob, cleo);
  net.run(500);
  cleo.side = 1;
  cleo.do((peer, now, it) => peer.leaveRoom(now, room, it));
  net.run(1000);
  expect(cleo.of('room-closed')).toMatchObject([{ reason: 'left' }]);
  cleo.crash();
  cleo.restart();
  net.run(1000);
  // Its daemon hears that it is over, where it did not note that in time.
  expect(cleo.of('room-closed')).toMatchObject([{ room, reason: 'left' }]);
  expect(ann.members(room)).toEqual(['ann', 'bob', 'cleo']);
  cleo.side = 0;
  net.until(() => ann.members(room).length === 2, 30_000, 'ann hearing of it');
  net.until(() => bob.members(room).length === 2, 5000, 'bob hearing of it');
  talk(net, room, ann, bob);
});

describe('a removal that is undone', () => {
  test('opens the room for who was off meanwhile, and until then nothing of it opens', () => {
    const [net, ann, bob, cleo] = four();
    const room = roomOf(net, ann, bob, cleo);
    ann.do((peer, now, it) => peer.setRole(now, room, bob.id, 'admin', it));
    net.run(500);
    // Ann removes bob while bob, cut off, removes cleo: the senior one undoes that.
    ann.side = 1;
    bob.do((peer, now, it) => peer.removeFromRoom(now, room, cleo.id, it));
    net.run(1000);
    expect(cleo.of('room-closed')).toMatchObject([{ reason: 'removed' }]);
    cleo.crash();
    cleo.restart();
    net.run(1000);
    expect(cleo.of('room-joined').map((event) => event.room)).not.toContain(room);
    const since = net.sent.length;
    net.run(10_000);
    const spoken = net.sent
      .slice(since)
      .filter(({ by, to }) => by === cleo && to.kind === 'control' && to.room === room);
    expect(spoken).toEqual([]);

    ann.do((peer, now, it) => peer.removeFromRoom(now, room, bob.id, it));
    net.run(500);
    ann.side = 0;
    net.until(() => cleo.of('room-joined').some((event) => event.room === room), 20_000, 'open again');
    net.until(() => cleo.peer.privateRoom(room).secured, 5000, 'secured');
    expect(cleo.members(room)).toEqual(['ann', 'cleo']);
    talk(net, room, ann, cleo);
  });

  test('a second start finds it open', () => {
    const [net, ann, bob, cleo] = four();
    const room = roomOf(net, ann, bob, cleo);
    ann.do((peer, now, it) => peer.removeFromRoom(now, room, cleo.id, it));
    net.run(500);
    cleo.crash();
    ann.do((peer, now, it) => peer.addMember(now, room, cleo.id, 'member', it));
    net.run(500);
    cleo.restart();
    net.until(() => cleo.of('room-joined').some((event) => event.room === room), 20_000, 'open again');
    net.run(1000);
    cleo.crash();
    cleo.restart();
    net.run(2000);
    talk(net, room, ann, bob, cleo);
  });
});
