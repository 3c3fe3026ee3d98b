import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PacketFilter } from './filter.ts';
import type { FilterPacket, FilterVerdict } from './filter.ts';
import { chainsOfIptables } from './iptables.ts';
import { openingCommand, windowsCommand } from './opening.ts';

const packet: FilterPacket = {
  hook: 'input',
  device: 'eth0',
  destination: '239.255.1.2',
  port: 27_420,
  kind: 'multicast',
};
const unicast: FilterPacket = { ...packet, destination: '10.0.0.1', port: 27_421, kind: 'host' };
const six: FilterPacket = { ...packet, destination: 'ff12::efff:1:2' };
const filterOf = (
  text: string,
  program: 'iptables-legacy' | 'ip6tables-nft' = 'iptables-legacy',
): PacketFilter => new PacketFilter(chainsOfIptables(text, program));
const judge = (rules: readonly string[], one = packet, policy = 'ACCEPT'): FilterVerdict =>
  filterOf(`*filter\n:INPUT ${policy} [0:0]\n:OWN - [0:0]\n${rules.join('\n')}\nCOMMIT\n`).judge(one);
const corpus = (name: string): string =>
  readFileSync(new URL(`../../../test/corpus/firewalls/${name}`, import.meta.url), 'utf8');

describe('rules of iptables', () => {
  it('drop by what they match', () => {
    const dropping = [
      '-A INPUT -p udp -j DROP',
      '-A INPUT -d 224.0.0.0/4 -j REJECT --reject-with icmp-port-unreachable',
      '-A INPUT -i eth+ -p udp -m udp --dport 1024:65535 -j DROP',
      '-A INPUT -p udp -m multiport --dports 53,27000:28000 -m comment --comment "no \\"games\\" -j ACCEPT" -j DROP',
      '-A INPUT -m pkttype --pkt-type multicast -j DROP',
      '-A INPUT -m addrtype --dst-type LOCAL,MULTICAST -j DROP',
      '-A INPUT -m conntrack ! --ctstate RELATED,ESTABLISHED -j DROP',
      '-A INPUT ! -p tcp -j DROP',
    ];
    for (const rule of dropping) expect(judge([rule]).outcome, rule).toBe('drop');
    expect(judge(['-A INPUT -p tcp -j OWN', '-A INPUT -j OWN', '-A OWN -j DROP']).by).toMatchObject({
      chain: 'OWN',
      keeper: 'iptables-legacy',
    });
  });

  it('let pass what they do not match, and what came before', () => {
    const passing = [
      '-A INPUT -p tcp -m tcp --dport 22 -j DROP',
      '-A INPUT -s 10.0.0.0/8 -i wlan0 -j DROP',
      '-A INPUT ! -p udp -j DROP',
      '-A INPUT -p udp -m udp --sport 53 -j DROP',
      '-A INPUT -m limit --limit 3/min -j LOG --log-prefix "[DROP] "',
    ];
    for (const rule of passing) expect(judge([rule]).outcome, rule).toBe('accept');
    expect(judge(['-A INPUT -p udp -j ACCEPT', '-A INPUT -j DROP']).outcome).toBe('accept');
    expect(judge([], packet, 'DROP').outcome).toBe('drop');
    expect(judge(['-A INPUT -p udp -j ACCEPT'], packet, 'DROP').outcome).toBe('accept');
  });

  it('are not blamed where they are not understood', () => {
    expect(judge(['-A INPUT -m set --match-set bad src -j DROP']).outcome).toBe('maybe');
    expect(judge(['-A INPUT -p udp -m limit --limit 3/min -j DROP']).outcome).toBe('maybe');
    expect(judge(['-A INPUT -j NFQUEUE --queue-num 1']).outcome).toBe('maybe');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        filterOf(`*filter\n:INPUT DROP\n-A INPUT ${text}\nCOMMIT`).judge(packet);
      }),
    );
  });

  it('of ufw drop, until its own command opens the ports', () => {
    const rules = corpus('ufw.iptables');
    for (const one of [packet, unicast]) {
      const { outcome, by } = filterOf(rules).judge(one);
      expect(outcome).toBe('drop');
      expect(by && openingCommand(by, 'in', 27_420, 27_435)).toBe('ufw allow 27420:27435/udp');
      const opened = rules.replace(
        'COMMIT',
        '-A ufw-user-input -p udp -m multiport --dports 27420:27435 -j ACCEPT\nCOMMIT',
      );
      expect(filterOf(opened).judge(one).outcome).toBe('accept');
    }
    expect(filterOf(corpus('ufw.ip6tables'), 'ip6tables-nft').judge(six)).toMatchObject({
      outcome: 'drop',
      by: { keeper: 'ufw', family: 'ip6' },
    });
    expect(filterOf(corpus('ufw.ip6tables'), 'ip6tables-nft').judge(packet).outcome).toBe('accept');
  });
});

describe('the command that opens a firewall', () => {
  it('is that of whoever keeps the rules', () => {
    const of = { family: 'ip', table: 'filter', chain: 'INPUT' } as const;
    const command = (more: object, direction: 'in' | 'out' = 'in'): string =>
      openingCommand({ ...of, keeper: 'nft', ...more }, direction, 27_420, 27_435);
    expect(command({})).toBe('nft insert rule ip filter INPUT udp dport 27420-27435 accept');
    expect(command({ keeper: 'iptables-nft' })).toBe(
      'iptables-nft -I INPUT -p udp --dport 27420:27435 -j ACCEPT',
    );
    expect(command({ keeper: 'ip6tables-legacy', table: 'raw', chain: 'PREROUTING' })).toBe(
      'ip6tables-legacy -t raw -I PREROUTING -p udp --dport 27420:27435 -j ACCEPT',
    );
    expect(command({ keeper: 'ufw' })).toBe('ufw allow 27420:27435/udp');
    expect(command({ keeper: 'ufw' }, 'out')).toBe('ufw allow out 27420:27435/udp');
    const firewalld = (chain: string, direction: 'in' | 'out' = 'in'): string =>
      command({ keeper: 'firewalld', table: 'firewalld', family: 'inet', chain }, direction);
    const tail = '--add-port=27420-27435/udp && firewall-cmd --reload';
    expect(firewalld('filter_INPUT')).toBe(`firewall-cmd --permanent ${tail}`);
    expect(firewalld('filter_IN_home')).toBe(`firewall-cmd --permanent --zone=home ${tail}`);
    expect(firewalld('filter_IN_home_deny')).toBe(`firewall-cmd --permanent --zone=home ${tail}`);
    expect(firewalld('filter_OUT_policy_lock-down_post', 'out')).toBe(
      `firewall-cmd --permanent --policy=lock-down ${tail}`,
    );
    expect(firewalld('filter_OUTPUT', 'out')).toContain('nft insert rule inet firewalld filter_OUTPUT');
    expect(windowsCommand(27_420, 27_435)).toBe(
      'netsh advfirewall firewall add rule name="Starling" dir=in action=allow protocol=UDP localport=27420-27435',
    );
  });
});
