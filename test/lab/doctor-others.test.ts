/** Rows of docs/doctor.md about other hosts and what is between: the cause is made on hosts of a lab, and the doctor names it. */
import { cpSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { examine, finding } from './examined.ts';
import { Gathering } from './gathering.ts';
import { nft } from './passage.ts';
import { Person } from './person.ts';

let gathering: Gathering | undefined;
const others: Person[] = [];
afterEach(() => {
  gathering?.close();
  gathering = undefined;
  for (const person of others.splice(0)) person.forget();
});

async function gather(count: number): Promise<Person[]> {
  gathering = await Gathering.of(count);
  await gathering.complete(20_000);
  return gathering.guests.map(({ person }) => person);
}

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
    `table netdev air { chain in { type filter hook ingress device "${name}" priority 0; policy accept; ip saddr ${heron.host.address} udp dport 1-65535 drop; meta protocol ip6 drop; }; }\n`,
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

it('a copied profile: own-id-twice there, id-twice at others', async () => {
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
  // As on a line by PPPoE or a VPN.
  heron.host.run('ip', 'link', 'set', 'eth0', 'mtu', '1400');
  const [atFinch, atHeron] = await Promise.all([examine(finch), examine(heron)]);
  expect(finding(atFinch, 'own-id-twice')['values']).toMatchObject({ address: heron.host.address });
  expect(finding(atHeron, 'id-twice')['values']).toMatchObject({ member: 'Finch' });
  expect(finding(atHeron, 'small-datagrams')['values']).toMatchObject({ member: 'eth0', bytes: 1372 });
});
