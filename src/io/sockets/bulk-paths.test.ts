import { describe, expect, it } from 'vitest';
import type { NetworkInterface } from '../interfaces.ts';
import { HEARD_ADDRESSES_MAX, HEARD_MS_MAX } from '../limits.ts';
import { BulkPaths } from './bulk-paths.ts';

const one = (name: string, address: string, third: number): NetworkInterface => ({
  name,
  index: undefined,
  address,
  networks: [{ base: 0x0a000000 + third * 256, mask: 0xffffff00 }],
  loopback: false,
  multicast: true,
  kind: 'ethernet' as const,
  mtuBytes: 1500,
});
const lan = one('eth0', '10.0.0.1', 0);
const sameLan = one('wlan0', '10.0.0.2', 0);
const otherLan = one('eth1', '10.0.1.1', 1);
const used = [lan, sameLan, otherLan];
const names = (list: readonly NetworkInterface[]): string[] => list.map(({ name }) => name);

describe('BulkPaths', () => {
  it('goes once into every network while nobody was heard', () => {
    expect(names(new BulkPaths().choose(used, 0))).toEqual(['eth0', 'eth1']);
  });

  it('goes where members were heard, once for two cables into one LAN', () => {
    const paths = new BulkPaths();
    paths.heard('10.0.0.50', 0);
    paths.heard('10.0.0.51', 0);
    expect(names(paths.choose(used, 0))).toEqual(['eth0']);
    paths.heard('10.0.1.50', 1);
    expect(names(paths.choose(used, 500))).toEqual(['eth0', 'eth1']);
  });

  it('goes into every network while an address could be anywhere', () => {
    const paths = new BulkPaths();
    paths.heard('10.0.0.50', 0);
    paths.heard('169.254.3.4', 0);
    expect(names(paths.choose(used, 0))).toEqual(['eth0', 'eth1']);
  });

  it('leaves who is heard by IPv6 to IPv6 where there is IPv4 as well, and serves who has nothing else', () => {
    const paths = new BulkPaths();
    paths.heard('10.0.0.50', 0);
    paths.heard('fe80::2%eth1', 0);
    expect(names(paths.choose(used, 0))).toEqual(['eth0']);
    const six = { ...otherLan, name: 'eth2', address: 'fe80::1%eth2', networks: [] };
    paths.heard('fe80::3%eth2', 0);
    expect(names(paths.choose([...used, six], 0))).toEqual(['eth0', 'eth2']);
  });

  it('goes nowhere by IPv4 where everybody is served by IPv6', () => {
    const paths = new BulkPaths();
    paths.heard('fe80::2%eth0', 0);
    expect(names(paths.choose(used, 0, true))).toEqual([]);
  });

  it('serves another profile of this machine on the interface that it uses', () => {
    const paths = new BulkPaths();
    paths.heard('10.0.0.50', 0);
    paths.heard('10.0.0.2', 0);
    expect(names(paths.choose(used, 0))).toEqual(['eth0', 'wlan0']);
  });

  it('forgets who has been silent', () => {
    const paths = new BulkPaths();
    paths.heard('10.0.0.50', 0);
    paths.heard('10.0.1.50', 1000);
    expect(names(paths.choose(used, HEARD_MS_MAX + 500))).toEqual(['eth1']);
  });

  it('stays bounded under invented addresses, and still knows new ones once old ones are silent', () => {
    const paths = new BulkPaths();
    for (let i = 0; i < HEARD_ADDRESSES_MAX; i++) paths.heard(`10.0.0.${i}`, 0);
    paths.heard('10.0.1.50', HEARD_MS_MAX + 1);
    expect(names(paths.choose(used, HEARD_MS_MAX + 1))).toEqual(['eth1']);
  });
});
