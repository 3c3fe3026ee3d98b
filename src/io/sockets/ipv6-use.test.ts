import { describe, expect, it } from 'vitest';
import { ANNOUNCED_MS, HEARD_ADDRESSES_MAX, STRANGER_MS } from '../limits.ts';
import { Ipv6Use } from './ipv6-use.ts';

const needs = (hosts: readonly string[], more: { isLone?: boolean; isQuiet?: boolean } = {}) => ({
  hosts: new Set(hosts),
  isLone: false,
  isQuiet: false,
  ...more,
});
const zones = (use: Ipv6Use, now: number): string[] => [...use.zones(now)].toSorted();

describe('what goes by IPv6 beside IPv4', () => {
  it('nothing, while everybody is heard by IPv4', () => {
    const use = new Ipv6Use();
    use.learn(needs([]));
    expect(zones(use, 0)).toEqual([]);
    expect(use.announces(0)).toBe(false);
    expect(use.takesFrom('fe80::2%eth0', 0)).toBe(false);
  });

  it('all of it where somebody is who has IPv6 alone, and nowhere else', () => {
    const use = new Ipv6Use();
    use.learn(needs(['fe80::2%eth0']));
    expect(zones(use, 0)).toEqual(['eth0']);
    expect([...use.needed]).toEqual(['eth0']);
    expect(use.takesFrom('fe80::2%eth0', 0)).toBe(true);
    expect(use.takesFrom('fe80::3%eth0', 0)).toBe(false);
    use.learn(needs([]));
    expect(zones(use, 1000)).toEqual([]);
  });

  it('a new host counts until its HELLOs have told, and once only', () => {
    const use = new Ipv6Use();
    use.learn(needs([]));
    use.heard('fe80::2%eth1', 0);
    expect(zones(use, STRANGER_MS - 1)).toEqual(['eth1']);
    // Everybody's first seconds would be sent twice.
    expect([...use.needed]).toEqual([]);
    expect(use.takesFrom('fe80::2%eth1', STRANGER_MS - 1)).toBe(true);
    expect(zones(use, STRANGER_MS)).toEqual([]);
    use.heard('fe80::2%eth1', STRANGER_MS);
    expect(zones(use, STRANGER_MS)).toEqual([]);
  });

  it('who needed it and went is answered at once when it is back', () => {
    const use = new Ipv6Use();
    use.heard('fe80::2%eth0', 0);
    use.learn(needs(['fe80::2%eth0']));
    use.learn(needs([]));
    use.heard('fe80::2%eth0', 10_000);
    expect(zones(use, 10_000)).toEqual(['eth0']);
  });

  it('HELLOs: at first, after a change, and while nobody is heard; never in quiet mode', () => {
    const use = new Ipv6Use();
    use.restarted(0);
    use.learn(needs([]));
    expect(use.announces(ANNOUNCED_MS - 1)).toBe(true);
    expect(use.announces(ANNOUNCED_MS)).toBe(false);
    use.learn(needs([], { isLone: true }));
    expect(use.announces(ANNOUNCED_MS)).toBe(true);
    use.learn(needs([], { isLone: true, isQuiet: true }));
    use.restarted(ANNOUNCED_MS);
    expect(use.announces(ANNOUNCED_MS)).toBe(false);
  });

  it('stays bounded under invented hosts and scopes', () => {
    const use = new Ipv6Use();
    use.learn(needs([]));
    for (let i = 0; i < 2 * HEARD_ADDRESSES_MAX; i++) use.heard(`fe80::${i}%eth${i}`, 0);
    expect(zones(use, 0).length).toBeLessThanOrEqual(16);
    expect(use.takesFrom('fe80::0%eth0', 0)).toBe(false);
  });
});
