import { expect, it } from 'vitest';
import type { MemberId, RoomId } from '../base/ids.ts';
import type { LinkView, Standing } from '../core/api.ts';
import { COPIES_MAX, INTRODUCTIONS_MAX, RELAY_AFTER_MS } from './limits.ts';
import { Ways } from './ways.ts';

const PORT = 27_420;
const room = '00' as RoomId;
const member = (digit: string, more: Partial<LinkView> = {}): LinkView => ({
  id: digit.repeat(32) as MemberId,
  name: digit,
  address: { host: `10.0.0.${Number.parseInt(digit, 16)}`, port: PORT + 1 },
  away: false,
  silentMs: 0,
  loss: 0,
  datagramBytesMax: 1472,
  isCloned: false,
  heard: [],
  byMulticast: true,
  straight: true,
  relayed: false,
  needsCopies: false,
  hearsUs: true,
  ...more,
});
const ways = (members: readonly LinkView[], peers: readonly string[] = []) => {
  const all = new Ways('0'.repeat(32) as MemberId, PORT, peers);
  all.update(0, room, { members }, () => 'unknown');
  return all.of(room);
};

it('whom multicast does not reach, and another room knows, is met in a room whose own members say nothing of it', () => {
  const all = new Ways('0'.repeat(32) as MemberId, PORT, []);
  const lobby = [
    member('1'),
    member('2', { needsCopies: true }),
    member('3', { straight: false, relayed: true }),
    member('4', { needsCopies: true, away: true }),
    member('5', { needsCopies: true }),
  ];
  const standings: Record<string, Standing> = { 2: 'member', 3: 'former', 4: 'member', 5: 'stranger' };
  const standing = (id: MemberId) => standings[id.charAt(0)] ?? 'unknown';
  const other = '01' as RoomId;
  all.update(0, room, { members: lobby }, () => 'unknown');
  all.update(0, other, { members: [] }, standing);
  expect(all.of(other).elsewhere).toEqual([
    { address: member('2').address, sealed: true },
    { address: member('3').address, sealed: false },
  ]);
  all.update(0, other, { members: [member('2')] }, standing);
  expect(all.of(other).elsewhere).toHaveLength(1);
  all.update(0, other, { members: [] }, () => 'unknown');
  expect(all.of(other).elsewhere.map(({ sealed }) => sealed)).toEqual([false, false, false]);
});

it('no file goes by multicast where everybody has copies of it, through others, too', () => {
  const all = new Ways('0'.repeat(32) as MemberId, PORT, []);
  const two = '01' as RoomId;
  const entry = {
    prefix: '9'.repeat(16),
    loss: 0,
    byMulticast: true,
    address: member('9').address,
    roundTripMs: 1,
  };
  const lobby = [member('1', { roundTripMs: 1, heard: [entry] })];
  for (const now of [0, RELAY_AFTER_MS]) all.update(now, room, { members: lobby }, () => 'unknown');
  const only = (...members: readonly LinkView[]): boolean => {
    all.update(RELAY_AFTER_MS, two, { members }, () => 'member');
    return all.of(two).onlyCopies;
  };
  const relayed = member('9', { straight: false, relayed: true, needsCopies: true, roundTripMs: 1 });
  const served = member('2', { needsCopies: true, roundTripMs: 1 });
  expect(only(relayed)).toBe(true);
  expect(only(relayed, served)).toBe(true);
  expect(only(relayed, member('3', { roundTripMs: 1 }))).toBe(false);
  expect(only(member('8', { straight: false, relayed: true, needsCopies: true, roundTripMs: 1 }))).toBe(
    false,
  );
  expect(only(member('9', { straight: false, relayed: true, needsCopies: true }))).toBe(false);
  expect(only({ ...relayed, away: true })).toBe(false);
  expect(only()).toBe(false);
});

it('copies go to whom multicast does not reach, while it is there', () => {
  expect(
    ways([member('1'), member('2', { needsCopies: true }), member('3', { needsCopies: true, away: true })])
      .copies,
  ).toEqual([{ host: '10.0.0.2', port: PORT + 1 }]);
  const many = Array.from({ length: 40 }, () => member('2', { needsCopies: true }));
  expect(ways(many).copies).toHaveLength(COPIES_MAX);
});

it('introductions go to whom only others hear, at ports that members take', () => {
  const entry = (prefix: string, port: number) => ({
    prefix,
    loss: 0,
    byMulticast: true,
    address: { host: '10.0.0.9', port },
  });
  const heard = [
    entry('9'.repeat(16), PORT + 1),
    entry('1'.repeat(16), PORT + 1),
    entry('8'.repeat(16), 53),
    entry('7'.repeat(16), PORT + 16),
  ];
  expect(ways([member('1', { heard })]).introductions).toEqual([{ host: '10.0.0.9', port: PORT + 1 }]);
  const flood = Array.from({ length: 500 }, (_, i) => ({
    ...entry(i.toString(16).padStart(16, 'f'), PORT + 1),
    address: { host: `10.1.${i >> 8}.${i & 255}`, port: PORT + 1 },
  }));
  expect(ways([member('1', { heard: flood })]).introductions).toHaveLength(INTRODUCTIONS_MAX);
});

it('and to machines that were named, until somebody there hears us', () => {
  const named = ways([], ['10.0.0.1']).introductions;
  expect(named.map(({ port }) => port)).toEqual([PORT + 1, PORT + 2, PORT + 3]);
  expect(ways([member('1')], ['10.0.0.1']).introductions).toEqual([]);
  expect(ways([member('1', { hearsUs: false })], ['10.0.0.1']).introductions).toHaveLength(3);
});

const nobody = () => 'stranger' as const;

it('IPv6 beside IPv4 is for those of all rooms who have it alone, and HELLOs go there while nobody is heard', () => {
  const all = new Ways('0'.repeat(32) as MemberId, PORT, []);
  expect(all.ipv6Needs()).toMatchObject({ hosts: new Set(), isLone: false });
  all.update(0, room, { members: [] }, nobody);
  expect(all.ipv6Needs().isLone).toBe(true);
  all.update(0, room, { members: [member('1'), member('2', { ipv6Alone: 'fe80::2%eth0' })] }, nobody);
  const gone = member('3', { ipv6Alone: 'fe80::3%eth0', away: true });
  all.update(0, '01' as RoomId, { members: [gone] }, nobody);
  expect(all.ipv6Needs()).toEqual({ hosts: new Set(['fe80::2%eth0']), isLone: false, isQuiet: false });
  all.forget(room);
  expect(all.ipv6Needs().hosts.size).toBe(0);
});

it('without IPv4 nobody is introduced at an address of it', () => {
  const all = new Ways('0'.repeat(32) as MemberId, PORT, ['10.0.0.1', 'fe80::1%eth0']);
  all.setHasIpv4(false);
  all.update(0, room, { members: [] }, nobody);
  expect(all.of(room).introductions.map(({ host }) => host)).toEqual(Array(3).fill('fe80::1%eth0'));
});
