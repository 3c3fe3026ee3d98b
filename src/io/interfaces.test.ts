import { describe, expect, it } from 'vitest';
import {
  chooseInterfaces,
  datagramBytesMax,
  interfaceOf,
  presentInterfaces,
  sameInterfaces,
  unreadyIn,
} from './interfaces.ts';
import { isPart, kindOf } from './interface-kind.ts';
import type { NetworkInterface } from './interfaces.ts';

const one = (name: string, more: Partial<NetworkInterface> = {}): NetworkInterface => ({
  name,
  index: undefined,
  address: '10.0.0.5',
  networks: [{ base: 0x0a000000, mask: 0xffffff00 }],
  loopback: false,
  kind: 'ethernet',
  multicast: true,
  mtuBytes: 1500,
  ...more,
});
const lo = one('lo', {
  address: '127.0.0.1',
  networks: [{ base: 0x7f000000, mask: 0xff000000 }],
  loopback: true,
  kind: 'loopback',
  mtuBytes: 65_536,
});
const names = (list: readonly NetworkInterface[]): string[] => list.map(({ name }) => name);

describe('chooseInterfaces', () => {
  it('takes every usable one, and loopback only where there is no other', () => {
    const both = chooseInterfaces([lo, one('eth0'), one('wlan0')], []);
    expect(both.ok && names(both.value.used)).toEqual(['eth0', 'wlan0']);
    const alone = chooseInterfaces([lo], []);
    expect(alone.ok && names(alone.value.used)).toEqual(['lo']);
    const none = chooseInterfaces([], []);
    expect(none.ok && none.value.used).toEqual([]);
  });

  it('takes exactly the named ones, loopback included', () => {
    const chosen = chooseInterfaces([lo, one('eth0'), one('wlan0')], ['lo', 'wlan0']);
    expect(chosen.ok && names(chosen.value.used)).toEqual(['lo', 'wlan0']);
  });

  it('refuses a name that the machine does not have, and says which it has', () => {
    expect(chooseInterfaces([lo, one('eth0')], ['eth1'])).toEqual({
      ok: false,
      error: { code: 'interface-unknown', values: { interface: 'eth1', known: 'lo, eth0' } },
    });
  });

  it('skips what has no multicast, and says so', () => {
    const { used, problems } = presentInterfaces([lo, one('wg0', { multicast: false })], []);
    expect(names(used)).toEqual(['lo']);
    expect(problems).toEqual([{ code: 'interface-without-multicast', values: { interface: 'wg0' } }]);
  });

  it('uses no more than a group socket can join', () => {
    const many = Array.from({ length: 30 }, (_, index) => one(`br${index}`));
    const { used, problems } = presentInterfaces(many, []);
    expect(used.length).toBe(16);
    expect(problems).toEqual([{ code: 'interfaces-too-many', values: { count: 30, used: 16 } }]);
  });
});

describe('datagramBytesMax', () => {
  it('is what the smallest interface carries, within Ethernet and the least every host takes', () => {
    expect(datagramBytesMax([one('eth0')])).toBe(1472);
    expect(datagramBytesMax([one('eth0'), one('ppp0', { mtuBytes: 1492 })])).toBe(1464);
    expect(datagramBytesMax([lo])).toBe(1472);
    expect(datagramBytesMax([one('jumbo', { mtuBytes: 9000 })])).toBe(1472);
    expect(datagramBytesMax([one('tiny', { mtuBytes: 500 })])).toBe(548);
    expect(datagramBytesMax([one('unknown', { mtuBytes: undefined })])).toBe(1472);
    expect(datagramBytesMax([])).toBe(1472);
  });
});

describe('IPv6 beside IPv4', () => {
  it('is another interface when it comes or goes', () => {
    const ipv6 = one('eth0', { ipv6: 'fe80::1%eth0' });
    expect(sameInterfaces([ipv6], [{ ...ipv6 }])).toBe(true);
    expect(sameInterfaces([ipv6], [one('eth0')])).toBe(false);
  });

  it('leaves room for the longer header only where it is alone', () => {
    expect(datagramBytesMax([one('eth0', { ipv6: 'fe80::1%eth0' })])).toBe(1472);
  });

  it('is not used before the system has asked about it', () => {
    const flagsOf = (flags: string): string =>
      [
        '00000000000000000000000000000001 01 80 10 80       lo',
        'fd000000000000000000000000000002 04 40 00 40     eth0',
        `fe8000000000000000fc00fffe000001 04 40 20 ${flags}     eth0`,
        '',
      ].join('\n');
    expect(unreadyIn(flagsOf('80'))).toEqual([]);
    expect(unreadyIn(flagsOf('c0'))).toEqual(['eth0']);
    expect(unreadyIn(flagsOf('88'))).toEqual(['eth0']);
  });
});

describe('interfaceOf', () => {
  it('finds the network an address belongs to', () => {
    const eth0 = one('eth0');
    expect(interfaceOf([lo, eth0], '10.0.0.77')).toBe(eth0);
    expect(interfaceOf([eth0], '10.0.1.77')).toBeUndefined();
    const high = one('eth1', { networks: [{ base: 0xc0a80000, mask: 0xffff0000 }] });
    expect(interfaceOf([eth0, high], '192.168.200.1')).toBe(high);
  });
});

describe('kinds', () => {
  const reading =
    (figures: Readonly<Record<string, string>>) =>
    (figure: string): string | undefined =>
      figures[figure];
  const nothing = reading({});

  it('by what the system says, then by the name', () => {
    expect(kindOf('lo', true, nothing)).toBe('loopback');
    expect(kindOf('enx0', false, reading({ phy80211: '' }))).toBe('wifi');
    expect(kindOf('office', false, reading({ tun_flags: '0x1' }))).toBe('vpn');
    for (const type of ['512', '768', '776', '65534'])
      expect(kindOf('office', false, reading({ type })), type).toBe('vpn');
    const byName = {
      ethernet: ['eth0', 'enp3s0', 'en0', 'br0', 'Ethernet 2', '以太网'],
      wifi: ['wlan0', 'wlp2s0', 'Wi-Fi', 'WLAN'],
      vpn: ['tun0', 'wg0', 'ppp0', 'utun3', 'tailscale0', 'OpenVPN TAP-Windows6'],
      virtual: ['virbr0', 'vmnet8', 'vboxnet0', 'vEthernet (WSL)', 'bridge100', 'awdl0', '本地连接* 10'],
      container: ['docker0', 'br-0123456789ab', 'cni0', 'veth1a2b3c4', 'lxdbr0'],
    } as const;
    for (const [kind, list] of Object.entries(byName))
      for (const name of list) expect(kindOf(name, false, reading({ type: '1' })), name).toBe(kind);
  });

  it('what is a part of a bridge or a bond is used only where it was named', () => {
    expect(isPart('eth0', nothing)).toBe(false);
    expect(isPart('veth1', reading({ 'master/uevent': 'DEVTYPE=bridge\nINTERFACE=docker0' }))).toBe(true);
    expect(isPart('eth0', reading({ 'master/uevent': 'INTERFACE=bond0' }))).toBe(true);
    expect(isPart('eth0', reading({ 'master/uevent': 'DEVTYPE=vrf\nINTERFACE=red' }))).toBe(false);
    const all = [lo, one('veth1', { isPart: true }), one('br0')];
    expect(names(presentInterfaces(all, []).used)).toEqual(['br0']);
    expect(names(presentInterfaces(all, ['veth1']).used)).toEqual(['veth1']);
  });

  it('cards come before what programs make', () => {
    const kinds = ['container', 'vpn', 'virtual', 'wifi', 'ethernet'] as const;
    const { used } = presentInterfaces(
      kinds.map((kind) => one(kind, { kind })),
      [],
    );
    expect(names(used)).toEqual(['ethernet', 'wifi', 'virtual', 'vpn', 'container']);
  });
});
