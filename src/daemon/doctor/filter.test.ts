import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PacketFilter } from './filter.ts';
import type { FilterPacket } from './filter.ts';
import { chainsOfNft } from './nft.ts';

const packet: FilterPacket = {
  hook: 'input',
  device: 'eth0',
  destination: '239.255.1.2',
  port: 27_420,
  kind: 'multicast',
};
const base = (policy: string, more: object = {}): object => ({
  chain: {
    family: 'inet',
    table: 'filter',
    name: 'input',
    hook: 'input',
    type: 'filter',
    prio: 0,
    policy,
    ...more,
  },
});
const rule = (...expr: object[]): object => ({
  rule: { family: 'inet', table: 'filter', chain: 'input', expr },
});
const match = (left: object, right: unknown, op = '=='): object => ({ match: { op, left, right } });
const dport = { payload: { protocol: 'udp', field: 'dport' } };
const judge = (items: object[], one: FilterPacket = packet): unknown =>
  new PacketFilter(chainsOfNft(JSON.stringify({ nftables: items })) ?? []).judge(one);
const by = { family: 'inet', table: 'filter', chain: 'input', keeper: 'nft' };

describe('what the filter does with a packet', () => {
  it('is accepted where nothing speaks against it', () => {
    expect(judge([])).toEqual({ outcome: 'accept' });
    expect(judge([base('accept'), rule(match(dport, 53), { drop: null })])).toEqual({ outcome: 'accept' });
  });

  it('is dropped by a policy, unless a rule lets it in', () => {
    expect(judge([base('drop')])).toEqual({ outcome: 'drop', by });
    const range = { range: [27_420, 27_435] };
    expect(judge([base('drop'), rule(match(dport, range), { accept: null })])).toEqual({ outcome: 'accept' });
    const established = match({ ct: { key: 'state' } }, ['established', 'related'], 'in');
    expect(judge([base('drop'), rule(established, { accept: null })])).toEqual({ outcome: 'drop', by });
  });

  it('is dropped by rules on kind, network, interface and protocol', () => {
    const kinds = [
      match({ meta: { key: 'pkttype' } }, 'multicast'),
      match({ payload: { protocol: 'ip', field: 'daddr' } }, { prefix: { addr: '224.0.0.0', len: 4 } }),
      match({ meta: { key: 'iifname' } }, 'eth*'),
      match({ meta: { key: 'l4proto' } }, { set: ['tcp', 17] }),
      match({ fib: { result: 'type', flags: ['daddr'] } }, 'multicast'),
      match(dport, 1024, '>'),
    ];
    for (const one of kinds) {
      const items = [base('accept'), rule(one, { counter: { packets: 1, bytes: 1 } }, { drop: null })];
      expect(judge(items), JSON.stringify(one)).toEqual({ outcome: 'drop', by });
      expect(
        judge(items, { ...packet, kind: 'host', destination: '10.0.0.1', device: 'wlan0', port: 1 }),
      ).not.toEqual(JSON.stringify(one).includes('l4proto') ? {} : { outcome: 'drop', by });
    }
  });

  it('follows jumps, and names the chain that drops and whose it is', () => {
    const items = [
      base('accept'),
      { chain: { family: 'inet', table: 'filter', name: 'ufw-user-input' } },
      rule({ jump: { target: 'ufw-user-input' } }),
      { rule: { family: 'inet', table: 'filter', chain: 'ufw-user-input', expr: [{ reject: null }] } },
    ];
    const dropping = { ...by, chain: 'ufw-user-input', keeper: 'ufw' };
    expect(judge(items)).toEqual({ outcome: 'drop', by: dropping });
  });

  it('follows maps of verdicts', () => {
    const map = (...set: unknown[]): object => ({ vmap: { key: { ct: { key: 'state' } }, data: { set } } });
    const lets = ['established', { accept: null }];
    expect(judge([base('accept'), rule(map(lets, ['new', { drop: null }]))])).toEqual({
      outcome: 'drop',
      by,
    });
    expect(judge([base('drop'), rule(map(lets))])).toEqual({ outcome: 'drop', by });
    expect(judge([base('drop'), rule(map(lets, ['@more', { accept: null }]))])).toEqual({ outcome: 'maybe' });
  });

  it('of IPv6 is judged by rules for IPv6', () => {
    const six: FilterPacket = { ...packet, destination: 'ff12::efff:1:2' };
    const daddr = { payload: { protocol: 'ip6', field: 'daddr' } };
    const drop = (prefix: object): object[] => [
      base('accept'),
      rule(match(daddr, { prefix }), { drop: null }),
    ];
    expect(judge(drop({ addr: 'ff00::', len: 8 }), six)).toEqual({ outcome: 'drop', by });
    expect(judge(drop({ addr: 'fe80::', len: 10 }), six)).toEqual({ outcome: 'accept' });
    expect(judge(drop({ addr: 'ff00::', len: 8 }))).toEqual({ outcome: 'accept' });
    expect(judge([base('drop', { family: 'ip' })], six)).toEqual({ outcome: 'accept' });
  });

  it('is not judged by what is not understood', () => {
    const some = match({ numgen: { mode: 'random', mod: 1000, offset: 0 } }, 100, '<');
    expect(judge([base('accept'), rule(some, { drop: null })])).toEqual({ outcome: 'maybe' });
    expect(judge([base('drop'), rule(match(dport, '@open'), { accept: null })])).toEqual({
      outcome: 'maybe',
    });
    // Whatever the limit says, it is dropped.
    expect(judge([base('drop'), rule({ limit: {} }, { reject: null })])).toEqual({ outcome: 'drop', by });
    const endless = [base('accept'), rule({ jump: { target: 'input' } })];
    expect(judge(endless)).toEqual({ outcome: 'maybe' });
    expect(chainsOfNft('no JSON')).toBeUndefined();
    expect(chainsOfNft('{}')).toBeUndefined();
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (items) => {
        judge(items as object[]);
      }),
    );
  });
});
