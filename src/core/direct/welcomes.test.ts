import { expect, test } from 'vitest';
import type { MemberId, RoomId } from '../../base/ids.ts';
import { WELCOME_GRACE_MS, WELCOMES_MAX } from '../limits.ts';
import type { Welcome } from './body.ts';
import { Welcomes } from './welcomes.ts';

const bob = 'b0'.repeat(16) as MemberId;
const roomOf = (number: number): RoomId => number.toString(16).padStart(32, '0') as RoomId;
const welcomeTo = (number: number): Welcome => ({
  room: roomOf(number),
  genesisSecret: new Uint8Array(32),
  kind: 'private',
  name: 'room',
});

function owing(): { posted: number[]; welcomes: Welcomes; reach: { is: boolean } } {
  const posted: number[] = [];
  const reach = { is: true };
  const welcomes = new Welcomes({
    post: (now) => {
      if (reach.is) posted.push(now);
      return reach.is;
    },
  });
  return { posted, welcomes, reach };
}

test('a welcome goes at once, and anew when the member is seen anew and was not heard in the room', () => {
  const { posted, welcomes } = owing();
  welcomes.owe(0, bob, welcomeTo(1));
  welcomes.seen(1, bob);
  expect(posted).toEqual([0]);
  welcomes.settled(2, bob, welcomeTo(1), true);
  welcomes.seen(3, bob);
  expect(posted).toEqual([0]);
  welcomes.seen(WELCOME_GRACE_MS + 10, bob);
  expect(posted).toHaveLength(2);
  welcomes.settled(WELCOME_GRACE_MS + 11, bob, welcomeTo(1), false);
  welcomes.settle(roomOf(1), bob);
  welcomes.seen(10 * WELCOME_GRACE_MS, bob);
  expect(posted).toHaveLength(2);
});

test('who cannot be reached yet is tried again by and by', () => {
  const { posted, welcomes, reach } = owing();
  reach.is = false;
  welcomes.owe(0, bob, welcomeTo(1));
  reach.is = true;
  expect(welcomes.nextTimeout()).toBe(WELCOME_GRACE_MS);
  welcomes.handleTimeout(WELCOME_GRACE_MS);
  expect(posted).toEqual([WELCOME_GRACE_MS]);
  welcomes.settled(WELCOME_GRACE_MS + 5, bob, welcomeTo(1), true);
  expect(welcomes.nextTimeout()).toBe(Infinity);
});

test('no more are owed than a room has members; a closed room owes none', () => {
  const { welcomes } = owing();
  for (let number = 0; number < WELCOMES_MAX + 10; number++) welcomes.owe(0, bob, welcomeTo(number));
  expect(welcomes.size).toBe(WELCOMES_MAX);
  welcomes.retain(roomOf(50), () => false);
  welcomes.retain(roomOf(51), (id) => id === bob);
  expect(welcomes.size).toBe(WELCOMES_MAX - 1);
});
