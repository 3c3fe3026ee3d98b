/** Each row of docs/doctor.md that can be made on hosts of a lab: the cause is made, and the doctor names it. */
import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { Gathering } from './gathering.ts';
import type { JsonEvent } from './json-lines.ts';
import type { NetworkHost } from './network.ts';
import { Person } from './person.ts';

let gathering: Gathering | undefined;
const others: Person[] = [];
afterEach(() => {
  gathering?.close();
  gathering = undefined;
  for (const person of others.splice(0)) person.forget();
});

interface Examined {
  readonly status: number | null;
  readonly report: JsonEvent;
  readonly codes: readonly string[];
}

async function examine(person: Person): Promise<Examined> {
  const { status, lines } = await person.run('doctor');
  const report = lines.events.find((event) => event.type === 'doctor');
  if (report === undefined) throw new Error(`no report: ${lines.errors}`);
  return { status, report, codes: report['findings'].map((finding: JsonEvent) => finding['code']) };
}

const finding = ({ report }: Examined, code: string): JsonEvent =>
  report['findings'].find((one: JsonEvent) => one['code'] === code);

function nft(host: NetworkHost, rules: string): void {
  execFileSync('ip', ['netns', 'exec', host.namespace, 'nft', '-f', '-'], { input: rules });
}

const dropIn = (what: string): string =>
  `table inet guard { chain in { type filter hook input priority 0; policy accept; iifname "eth0" ${what} drop; }; }\n`;

async function gather(count: number): Promise<Person[]> {
  gathering = await Gathering.of(count);
  await gathering.complete(20_000);
  return gathering.guests.map(({ person }) => person);
}

it('finds nothing wrong where nothing is, and who hears whom', async () => {
  const [finch, heron, wren] = (await gather(3)) as [Person, Person, Person];
  await new Promise((done) => setTimeout(done, 3500));
  const examined = await examine(finch);
  expect(examined.status).toBe(0);
  expect(examined.codes.filter((code) => code !== 'portable-path')).toEqual([]);
  const { members, links, interfaces } = examined.report as any;
  expect(members.map((one: any) => one.name).toSorted()).toEqual(['Finch', 'Heron', 'Wren']);
  for (const by of members)
    for (const of of members) {
      if (by === of) continue;
      const link = links.find((one: any) => one.by === by.id && one.of === of.id);
      expect(link, `${by.name} hears ${of.name}`).toMatchObject({ heard: true });
      expect(link.loss).toBeLessThan(0.2);
      // A busy machine answers late; what is wrong would be seconds, or nothing.
      expect(link.roundTripMs).toBeLessThan(1000);
    }
  expect(interfaces.find((one: any) => one.name === 'eth0')).toMatchObject({
    used: true,
    ownComesBack: true,
  });
  expect([heron, wren].length).toBe(2);
});

it('alone: nobody-heard, and the network can be used', async () => {
  const [finch] = (await gather(1)) as [Person];
  const examined = await examine(finch);
  expect(examined.status).toBe(0);
  expect(examined.codes).toContain('nobody-heard');
});

it('no cable: no-interface, exit status 4', async () => {
  const [finch] = (await gather(1)) as [Person];
  finch.host.run('ip', 'link', 'set', 'eth0', 'down');
  await new Promise((done) => setTimeout(done, 3000));
  const examined = await examine(finch);
  expect(examined.status).toBe(4);
  expect(examined.codes[0]).toBe('no-interface');
});

it('incoming multicast dropped by nft: firewall-in with the command that opens it, which does', async () => {
  const [finch] = (await gather(2)) as [Person];
  nft(finch.host, dropIn('pkttype multicast udp dport 27420'));
  await new Promise((done) => setTimeout(done, 12_000));
  const examined = await examine(finch);
  expect(examined.codes[0]).toBe('firewall-in');
  const { command, values } = finding(examined, 'firewall-in') as any;
  expect(values).toMatchObject({ interface: 'eth0', packets: 'multicast', rule: 'inet guard in' });
  expect(command).toBe('nft insert rule inet guard in udp dport 27420-27435 accept');
  finch.host.run('nft', ...command.split(' ').slice(1));
  const after = await examine(finch);
  expect(after.codes).not.toContain('firewall-in');
  expect(after.status).toBe(0);
});

it('everything dropped: firewall-in for both kinds, and the network cannot be used', async () => {
  const [finch] = (await gather(1)) as [Person];
  nft(finch.host, dropIn('meta l4proto udp'));
  const examined = await examine(finch);
  expect(examined.status).toBe(4);
  expect(finding(examined, 'firewall-in')['values']).toMatchObject({ packets: 'multicast, unicast' });
});

it('outgoing multicast dropped: firewall-out', async () => {
  const [finch] = (await gather(2)) as [Person];
  nft(
    finch.host,
    'table inet guard { chain out { type filter hook output priority 0; policy accept; oifname "eth0" ip daddr 224.0.0.0/4 drop; }; }\n',
  );
  const examined = await examine(finch);
  expect(examined.codes).toContain('firewall-out');
  expect(finding(examined, 'firewall-out')['command']).toBe(
    'nft insert rule inet guard out udp dport 27420-27435 accept',
  );
});

it('a firewall of another host: not-heard-by here, one-way at a third', async () => {
  const [finch, heron, wren] = (await gather(3)) as [Person, Person, Person];
  // Heron takes nothing from Finch, and Finch everything from Heron.
  nft(heron.host, dropIn(`ip saddr ${finch.host.address} meta l4proto udp`));
  await new Promise((done) => setTimeout(done, 14_000));
  const atFinch = await examine(finch);
  expect(finding(atFinch, 'not-heard-by')['values']).toMatchObject({ member: 'Heron' });
  const atWren = await examine(wren);
  expect(finding(atWren, 'one-way')['values']).toMatchObject({ member: 'Heron', other: 'Finch' });
});

it.for([
  ['eth0', 'unheard-member'],
  ['wlan0', 'ap-isolation'],
] as const)('a member that only others hear, on %s: %s', async ([name, code]) => {
  const [finch, heron] = (await gather(3)) as [Person, Person, Person];
  const { host } = finch;
  if (name === 'wlan0') {
    host.run('ip', 'link', 'set', 'eth0', 'down');
    host.run('ip', 'link', 'set', 'eth0', 'name', 'wlan0');
    host.run('ip', 'link', 'set', 'wlan0', 'up');
  }
  // On the wire, where the host cannot see it.
  nft(
    host,
    `table netdev air { chain in { type filter hook ingress device "${name}" priority 0; policy accept; ip saddr ${heron.host.address} udp dport 1-65535 drop; }; }\n`,
  );
  await new Promise((done) => setTimeout(done, 13_000));
  const examined = await examine(finch);
  expect(examined.codes).toContain(code);
  expect(finding(examined, code)['values']).toMatchObject({ member: heron.host.address });
});

it('losses of a member: member-lossy', async () => {
  const [finch, heron] = (await gather(2)) as [Person, Person];
  heron.host.setLoss({ inPerMille: 0, outPerMille: 500, at: 'wire' });
  await new Promise((done) => setTimeout(done, 14_000));
  const examined = await examine(finch);
  expect(finding(examined, 'member-lossy')['values']).toMatchObject({ member: 'Heron' });
});

it('a copied profile: own-id-twice', async () => {
  const [finch, heron] = (await gather(2)) as [Person, Person];
  const clone = new Person('Finch', heron.host);
  others.push(clone);
  cpSync(finch.profile, clone.profile, {
    recursive: true,
    filter: (path) => !/lock\.db|daemon\.json/.test(path),
  });
  const lines = clone.start('watch');
  await lines.find('ready', 15_000, (event) => event.type === 'ready');
  await new Promise((done) => setTimeout(done, 2500));
  const examined = await examine(finch);
  expect(finding(examined, 'own-id-twice')['values']).toMatchObject({ address: heron.host.address });
});
