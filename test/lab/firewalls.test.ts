/**
 * Firewalls that people have, with their real rules on a host: the doctor names the rule and the command of whoever keeps
 * it, and that command opens it. ufw and firewalld would change the machine if they were installed, so their rules are
 * loaded as they were read back from the kernel, and what their commands add likewise (test/corpus/firewalls/README.md).
 */
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { DoctorReport, Finding } from '../../src/contract/doctor.ts';
import { Attached } from './attached.ts';
import { Gathering } from './gathering.ts';
import type { Guest } from './gathering.ts';
import type { NetworkHost } from './network.ts';
import { nft } from './passage.ts';

/** Twenty datagrams a second to a group on the port of Starling, and whether one of them comes in. */
const SEND = `
import socket, time
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton('10.77.0.2'))
while True:
    out.sendto(b'x', ('239.255.77.7', 27420))
    time.sleep(0.05)
`;
const RECEIVE = `
import socket
into = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
into.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
into.bind(('239.255.77.7', 27420))
into.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton('239.255.77.7') + socket.inet_aton('10.77.0.1'))
into.settimeout(0.5)
try:
    into.recv(1)
    print('comes in')
except TimeoutError:
    print('is dropped')
`;

let gathering: Gathering;
let finch: Attached;
let host: NetworkHost;

beforeAll(async () => {
  gathering = await Gathering.of(2);
  const [guest, other] = gathering.guests as [Guest, Guest];
  finch = await Attached.to(guest.person);
  host = guest.person.host;
  // As long as there is something to try.
  other.person.host.spawn('python3', ['-c', SEND], { stdio: 'ignore' });
});
afterAll(() => gathering.close());
afterEach(() => nft(host, 'flush ruleset\n'));

const corpus = (name: string): string =>
  readFileSync(new URL(`../corpus/firewalls/${name}`, import.meta.url), 'utf8');
const shell = (...lines: string[]): string => host.run('sh', '-ec', lines.join('\n'));

const whatIsSent = (): string => host.run('python3', '-c', RECEIVE).trim();

async function dropping(): Promise<readonly Finding[]> {
  const { findings }: DoctorReport = await finch.request('doctor', {});
  return findings.filter(({ code }) => code === 'firewall-in' || code === 'firewall-out');
}

/** One finding for each rule; `opens` is done for its command, which is run itself where that can be. */
async function isNamedAndOpened(
  expected: readonly Partial<Finding>[],
  opens: (command: string) => void = (command) => shell(command),
): Promise<void> {
  const found = await dropping();
  expect(found).toMatchObject(expected);
  if (found.some(({ code }) => code === 'firewall-in')) expect(whatIsSent()).toBe('is dropped');
  for (const { command } of found) opens(command ?? '');
  expect(await dropping()).toEqual([]);
  expect(whatIsSent()).toBe('comes in');
}

const both = { interface: 'eth0', packets: 'multicast, unicast' };

it('iptables, which writes for nftables', async () => {
  shell('iptables-nft -A INPUT -i eth+ -p udp -m comment --comment "no games" -j REJECT');
  const command = 'iptables-nft -I INPUT -p udp --dport 27420:27435 -j ACCEPT';
  await isNamedAndOpened([
    { code: 'firewall-in', values: { ...both, rule: 'ip filter INPUT', keeper: 'iptables-nft' }, command },
  ] as Partial<Finding>[]);
});

it('iptables with everything closed that is not open, and a chain of its own', async () => {
  shell(
    'iptables-nft -P INPUT DROP',
    'iptables-nft -A INPUT -i lo -j ACCEPT',
    'iptables-nft -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    'iptables-nft -t raw -N QUIET',
    'iptables-nft -t raw -A PREROUTING -j QUIET',
    'iptables-nft -t raw -A QUIET -m pkttype --pkt-type multicast -j DROP',
  );
  await isNamedAndOpened([
    { command: 'iptables-nft -t raw -I QUIET -p udp --dport 27420:27435 -j ACCEPT' },
    { command: 'iptables-nft -I INPUT -p udp --dport 27420:27435 -j ACCEPT' },
  ]);
});

it('IPv6 alone, beside IPv4: a warning', async () => {
  shell('ip6tables-nft -A INPUT -p udp -j DROP');
  const command = 'ip6tables-nft -I INPUT -p udp --dport 27420:27435 -j ACCEPT';
  expect(await dropping()).toMatchObject([
    { code: 'firewall-in', severity: 'warning', values: both, command },
  ]);
  shell(command);
  expect(await dropping()).toEqual([]);
});

it('the older iptables, of which nft shows nothing', async ({ skip }) => {
  try {
    shell('iptables-legacy -S');
  } catch {
    skip('this kernel has no iptables-legacy');
  }
  shell('iptables-legacy -A INPUT -p udp -m addrtype --dst-type MULTICAST -j DROP');
  const command = 'iptables-legacy -I INPUT -p udp --dport 27420:27435 -j ACCEPT';
  await isNamedAndOpened([{ code: 'firewall-in', command }]);
  shell('iptables-legacy -A OUTPUT -p udp -d 224.0.0.0/4 -j DROP');
  const out = 'iptables-legacy -I OUTPUT -p udp --dport 27420:27435 -j ACCEPT';
  await isNamedAndOpened([{ code: 'firewall-out', command: out }]);
  shell('iptables-legacy -F', 'iptables-legacy -X');
});

it('ufw', async () => {
  for (const program of ['iptables', 'ip6tables'] as const)
    shell(`${program}-nft-restore <<'END'\n${corpus(`ufw.${program}`)}\nEND`);
  await isNamedAndOpened(
    [
      {
        code: 'firewall-in',
        values: { ...both, rule: 'ip filter INPUT', keeper: 'ufw' },
        command: 'ufw allow 27420:27435/udp',
      },
    ] as Partial<Finding>[],
    () =>
      shell(
        'iptables-nft -A ufw-user-input -p udp -m multiport --dports 27420:27435 -j ACCEPT',
        'ip6tables-nft -A ufw6-user-input -p udp -m multiport --dports 27420:27435 -j ACCEPT',
      ),
  );
});

it('firewalld, with a zone for the interface and a policy for what goes out', async () => {
  nft(host, corpus('firewalld.nft'));
  const command = (what: string): string =>
    `firewall-cmd --permanent ${what} --add-port=27420-27435/udp && firewall-cmd --reload`;
  const adds = new Map([
    [command('--zone=home'), 'filter_IN_home_allow'],
    [command('--policy=lockdown'), 'filter_OUT_policy_lockdown_allow'],
  ]);
  await isNamedAndOpened(
    [
      { code: 'firewall-in', command: command('--zone=home') },
      { code: 'firewall-out', command: command('--policy=lockdown') },
    ],
    (shown) => nft(host, `add rule inet firewalld ${adds.get(shown)} udp dport 27420-27435 accept\n`),
  );
});
