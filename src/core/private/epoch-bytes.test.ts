/** The byte by which DATA names an epoch: never that of public rooms, and never two epochs of one room with one byte. */
import { expect, test } from 'vitest';
import { letIn, roomOf, TestNetwork } from '../../../test/private-network.ts';
import type { Person } from '../../../test/private-network.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { RoomId } from '../../base/ids.ts';
import { decodeEpoch } from '../secrecy/epoch.ts';
import { epochKeys } from '../secrecy/key-schedule.ts';
import { labelled } from '../secrecy/labels.ts';
import { PUBLIC_EPOCH } from '../wire/data.ts';
import { isTagTaken } from './epochs.ts';
import type { OpenEpoch } from './epochs.ts';
import type { PrivateRooms } from './private-rooms.ts';

/** Of 256 first bytes of tags only these are drawn, so that what is rare happens all the time. */
const BYTES_DRAWN = 16;

function narrow({ crypto }: Person): void {
  const { hmac } = crypto;
  const label = labelled('tag');
  crypto.hmac = (key, message) => {
    const output = hmac(key, message);
    const isTag = message.length === label.length + 1 && label.every((byte, i) => message[i] === byte);
    return isTag ? output.map((byte, i) => (i === 0 ? byte % BYTES_DRAWN : byte)) : output;
  };
}

function bytesOf(person: Person, room: RoomId): number[] {
  const { privates } = person.peer as unknown as { privates: PrivateRooms };
  return [...privates.get(room).epochs.all()].map(({ keys }) => keys.tag[0] as number);
}

test('an epoch is drawn again while its byte is 0 or that of another', () => {
  const net = new TestNetwork('ann', 'bob', 'cleo');
  const [ann, bob, cleo] = net.people as [Person, Person, Person];
  for (const one of net.people) narrow(one);
  const room = roomOf(net, ann, bob);
  for (let round = 0; round < 12; round++) {
    letIn(net, room, ann, cleo);
    net.run(200);
    ann.do((peer, now, token) => peer.removeFromRoom(now, room, cleo.id, token));
    net.run(700);
    for (const who of [ann, bob]) {
      const bytes = bytesOf(who, room);
      expect(bytes.length).toBeGreaterThan(1);
      expect(bytes).not.toContain(PUBLIC_EPOCH);
      expect(new Set(bytes).size, `round ${round}: ${bytes.join(' ')}`).toBe(bytes.length);
    }
  }
});

test('so is the first one of a room', () => {
  const net = new TestNetwork('ann');
  const [ann] = net.people as [Person];
  narrow(ann);
  for (let i = 0; i < 60; i++) expect(bytesOf(ann, roomOf(net, ann))).not.toContain(PUBLIC_EPOCH);
});

test('taken is what another has, and what public rooms have', () => {
  const other = { keys: { tag: Uint8Array.of(7, 1, 2, 3) } } as unknown as OpenEpoch;
  expect(isTagTaken(Uint8Array.of(7, 9, 9, 9), [other])).toBe(true);
  expect(isTagTaken(Uint8Array.of(8, 1, 2, 3), [other])).toBe(false);
  expect(isTagTaken(Uint8Array.of(PUBLIC_EPOCH, 1, 2, 3), [])).toBe(true);
});

test('what an epoch byte means is looked up, not worked out, each time that a stranger makes us ask', () => {
  const net = new TestNetwork('ann', 'bob');
  const [ann, bob] = net.people as [Person, Person];
  const room = roomOf(net, ann, bob);
  const { privates } = ann.peer as unknown as { privates: PrivateRooms };
  const { epochs, transferKeys } = privates.get(room);
  const [byte] = bytesOf(ann, room) as [number];
  const expected = transferKeys.of(byte);
  let walks = 0;
  const all = epochs.all.bind(epochs);
  epochs.all = () => {
    walks++;
    return all();
  };
  for (let i = 0; i < 1000; i++) {
    expect(transferKeys.of(i % 256) === undefined || bytesOf(ann, room).includes(i % 256)).toBe(true);
    transferKeys.rank(i % 256);
  }
  const looks = walks;
  for (let i = 0; i < 1000; i++) transferKeys.of(byte);
  expect(walks).toBe(looks);
  expect(transferKeys.of(byte)).toBe(expected);
  // A new epoch has its place at once.
  ann.do((peer, now, token) => peer.removeFromRoom(now, room, bob.id, token));
  net.run(500);
  const newest = decodeEpoch(ann.crypto, ann.epochsEver.get(room)?.at(-1)?.bytes as Bytes);
  const secret = ann.epochsEver.get(room)?.at(-1)?.secret as Bytes;
  const fresh = epochKeys(ann.crypto, newest?.id ?? '', secret).tag[0] as number;
  expect(transferKeys.current()?.epoch).toBe(fresh);
  expect(transferKeys.rank(fresh)).toBeGreaterThan(transferKeys.rank(byte));
  expect(transferKeys.rank(300)).toBe(-1);
});
