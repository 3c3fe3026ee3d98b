import { describe, expect, test } from 'vitest';
import type { MemberId } from '../../base/ids.ts';
import type { HelloFrame } from '../wire/hello.ts';
import { linkView } from './links.ts';
import { helloIntervalMs, isHeardStraight, isRelayed, Roster } from './roster.ts';
import type { Member } from './roster.ts';

const id = 'aa'.repeat(16) as MemberId;
const from = { host: '10.0.0.1', port: 9999 };
const hello = (counter: number, more: Partial<HelloFrame> = {}): HelloFrame => ({
  type: 'hello',
  publicKey: new Uint8Array(32),
  incarnation: '01'.repeat(8),
  counter,
  wantsReply: false,
  intervalMs: 1000,
  unicastPort: 27421,
  datagramBytesMax: 1472,
  name: 'Finch',
  frontierDigest: '00'.repeat(8),
  frontiers: [],
  heardAll: false,
  heard: [],
  number: 0,
  clock: 0,
  ...more,
});

describe('roster', () => {
  test('a member joins once, under the port that it announces', () => {
    const roster = new Roster();
    const outcome = roster.hello(0, id, from, hello(1));
    expect(outcome.kind).toBe('joined');
    expect(roster.get(id)?.address).toEqual({ host: '10.0.0.1', port: 27421 });
    expect(roster.hello(10, id, from, hello(2)).kind).toBe('same');
    expect(roster.hello(20, id, from, hello(2)).kind).toBe('stale');
  });

  test('silence: asked at two intervals, away at three, gone at ten, each told once', () => {
    const roster = new Roster();
    roster.hello(0, id, from, hello(1));
    expect(roster.expire(1999)).toEqual({ away: [], gone: [], suspect: [] });
    expect(roster.expire(2000).suspect).toHaveLength(1);
    expect(roster.expire(2299).suspect).toHaveLength(0);
    expect(roster.expire(2300).suspect).toHaveLength(1);
    expect(roster.expire(3000).away).toHaveLength(1);
    expect(roster.expire(3001).away).toHaveLength(0);
    expect(roster.hello(3500, id, from, hello(2)).kind).toBe('back');
    expect(roster.expire(13_499).gone).toHaveLength(0);
    expect(roster.expire(13_500).gone).toHaveLength(1);
    expect(roster.size).toBe(0);
  });

  test('a LEAVE ends its own incarnation only, and old HELLOs do not bring it back', () => {
    const roster = new Roster();
    roster.hello(0, id, from, hello(5));
    expect(
      roster.leave({ type: 'leave', member: id, incarnation: '02'.repeat(8), counter: 9 }),
    ).toBeUndefined();
    expect(
      roster.leave({ type: 'leave', member: id, incarnation: '01'.repeat(8), counter: 5 }),
    ).toBeUndefined();
    expect(roster.leave({ type: 'leave', member: id, incarnation: '01'.repeat(8), counter: 6 })?.id).toBe(id);
    expect(roster.hello(1, id, from, hello(4)).kind).toBe('stale');
    expect(roster.hello(1, id, from, hello(6)).kind).toBe('stale');
    expect(roster.hello(2, id, from, hello(7)).kind).toBe('joined');
  });

  test('a restart is the same member; a late HELLO of the process before changes nothing', () => {
    const roster = new Roster();
    roster.hello(0, id, from, hello(5));
    const again = roster.hello(1, id, from, hello(1, { incarnation: '02'.repeat(8) }));
    expect(again).toMatchObject({ kind: 'same', restarted: true });
    expect(roster.hello(2, id, from, hello(5)).kind).toBe('stale');
    expect(roster.get(id)?.incarnation).toBe('02'.repeat(8));
  });

  test('who is silent is relayed only once somebody passes its HELLOs on, and until they come straight again', () => {
    const roster = new Roster();
    roster.hello(0, id, from, hello(1));
    const member = roster.get(id) as Member;
    expect([isHeardStraight(5000, member), isRelayed(5000, member)]).toEqual([true, false]);
    expect([isHeardStraight(5001, member), isRelayed(5001, member)]).toEqual([false, false]);
    roster.hello(5002, id, { ...from, byRelay: true }, hello(2));
    expect([isHeardStraight(5002, member), isRelayed(5002, member)]).toEqual([false, true]);
    roster.hello(5003, id, from, hello(3));
    expect([isHeardStraight(5003, member), isRelayed(5003, member)]).toEqual([true, false]);
  });

  test('who fell silent gets copies, whatever it said of multicast before', () => {
    const roster = new Roster();
    roster.hello(0, id, { ...from, byMulticast: true }, hello(1));
    const member = roster.get(id) as Member;
    member.hearsMulticast = true;
    const needsCopies = (now: number): boolean =>
      linkView(now, member, {
        byMulticast: false,
        straight: isHeardStraight(now, member),
        relayed: isRelayed(now, member),
        way: undefined,
        ipv6Alone: undefined,
      }).needsCopies;
    expect(needsCopies(5000)).toBe(false);
    expect(needsCopies(5001)).toBe(true);
    // What it says by another way counts again.
    roster.hello(5002, id, { ...from, byRelay: true }, hello(2));
    expect(needsCopies(5002)).toBe(false);
  });

  test('removed members are neither present nor counted as such', () => {
    const roster = new Roster();
    roster.hello(0, id, from, hello(1));
    roster.removed.add(id);
    expect(roster.present()).toEqual([]);
    expect(roster.size).toBe(1);
  });

  test('the room as a whole sends at most twenty HELLOs a second', () => {
    expect(helloIntervalMs(1)).toBe(1000);
    expect(helloIntervalMs(20)).toBe(1000);
    expect(helloIntervalMs(1000)).toBe(50_000);
  });
});
