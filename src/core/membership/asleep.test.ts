/** A machine that slept, or a process that was stopped: nobody else was silent meanwhile, and everybody is met again at once. */
import { expect, test } from 'vitest';
import { TestNetwork, WALL_MS } from '../../../test/private-network.ts';
import type { Person } from '../../../test/private-network.ts';
import { FRAME, typeOf } from '../wire/header.ts';

const HOUR_MS = 3_600_000;

test('whose clock ran on misses nobody for it, and is seen again within a second', () => {
  const net = new TestNetwork('ann', 'bob', 'cleo');
  const [ann, bob, cleo] = net.people as [Person, Person, Person];
  ann.isDown = true;
  net.run(20_000);
  expect(bob.of('member-left').map(({ member }) => member.id)).toEqual([ann.id]);
  ann.isDown = false;
  const wokenAt = net.now;
  net.until(() => [bob, cleo].every((one) => one.of('member-joined').at(-1)?.member.id === ann.id), 1000);
  expect(net.now - wokenAt).toBeLessThan(100);
  net.run(5000);
  expect([ann.of('member-left'), ann.of('member-away')]).toEqual([[], []]);
  // Who is gone indeed is missed as ever.
  bob.isDown = true;
  net.run(12_000);
  expect(ann.of('member-left').map(({ member }) => member.id)).toEqual([bob.id]);
});

test('whose clock stood still sees by the wall clock that it slept, and asks who is there', () => {
  const net = new TestNetwork('ann', 'bob');
  const [ann] = net.people as [Person, Person];
  const hellosAfter = (aheadMs: number): number => {
    const count = net.sent.length;
    ann.do((peer, now) => peer.setClock(now, WALL_MS + now + aheadMs));
    return net.sent.slice(count).filter(({ bytes }) => typeOf(bytes[0] as number) === FRAME.hello).length;
  };
  expect(hellosAfter(1000)).toBe(0);
  expect(hellosAfter(HOUR_MS)).toBe(1);
  expect(hellosAfter(HOUR_MS + 1000)).toBe(0);
  expect(hellosAfter(0)).toBe(0);
});
