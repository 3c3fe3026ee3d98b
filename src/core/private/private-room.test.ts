import { describe, expect, test } from 'vitest';
import { letIn, roomOf, TestNetwork } from '../../../test/private-network.ts';
import type { Person } from '../../../test/private-network.ts';

const four = (): [TestNetwork, Person, Person, Person, Person] => {
  const net = new TestNetwork('ann', 'bob', 'cleo', 'dan');
  const [ann, bob, cleo, dan] = net.people as [Person, Person, Person, Person];
  return [net, ann, bob, cleo, dan];
};

describe('a private room', () => {
  test('is made, filled, talked in, and goes on without who is removed', () => {
    const [net, ann, bob, cleo] = four();
    const room = roomOf(net, ann, bob);
    ann.say(room, 'hello bob');
    bob.say(room, 'hello ann');
    net.run(500);
    expect(ann.texts(room).toSorted()).toEqual(['hello ann', 'hello bob']);
    expect(bob.texts(room).toSorted()).toEqual(['hello ann', 'hello bob']);

    letIn(net, room, ann, cleo);
    net.run(500);
    cleo.say(room, 'here I am');
    net.run(500);
    expect(ann.texts(room)).toContain('here I am');
    expect(bob.texts(room)).toContain('here I am');
    expect(cleo.texts(room)).toEqual(['here I am']);

    const token = ann.do((peer, now, it) => peer.removeFromRoom(now, room, bob.id, it));
    net.run(300);
    expect(ann.outcome(token)).toBe('done');
    expect(bob.of('room-closed')).toMatchObject([{ room, reason: 'removed', by: ann.id }]);
    expect(cleo.of('member-left')).toMatchObject([{ reason: 'removed', member: { id: bob.id } }]);
    ann.say(room, 'among us');
    cleo.say(room, 'indeed');
    net.run(500);
    expect(ann.members(room)).toEqual(['ann', 'cleo']);
    for (const who of [ann, cleo])
      expect(who.texts(room).slice(-2).toSorted()).toEqual(['among us', 'indeed']);
    expect(bob.texts(room)).not.toContain('among us');
  });
});
