/** Rows of docs/doctor.md about this host and its firewall: the cause is made on hosts of a lab, and the doctor names it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { Attached } from './attached.ts';
import { dropIn, examine, finding } from './examined.ts';
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
  const { host } = gathering!.guests[0]!;
  const attached = await Attached.to(finch);
  // It cannot read for a moment in which more comes than the kernel keeps.
  host.kill('SIGSTOP');
  heron.host.run('python3', '-c', FLOOD, finch.host.address);
  host.kill('SIGCONT');
  const { findings } = await attached.request('doctor', {});
  const dropping = findings.find(({ code }) => code === 'buffer-drops');
  expect(Number(dropping?.values['count'])).toBeGreaterThan(0);
});

/** 11 MB to the unicast port, of which a buffer takes 4 at most. */
const FLOOD = `
import socket, sys
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(8000):
    out.sendto(bytes(1400), (sys.argv[1], 27421))
`;

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

it('everything dropped: firewall-in for both kinds, or what shows without the rights to read rules', async () => {
  const [finch] = (await gather(1)) as [Person];
  nft(finch.host, dropIn('meta l4proto udp'));
  // Who may not read the rules, on sockets without the fast path, goes by what comes back.
  const heron = new Person('Heron', finch.host, [], { STARLING_SOCKETS: 'portable' });
  others.push(heron);
  const lines = heron.startWith(withoutRights(heron), 'watch');
  await lines.find('ready', 15_000, (event) => event.type === 'ready');
  await new Promise((done) => setTimeout(done, 2600));
  const [examined, unread] = await Promise.all([examine(finch), examine(heron)]);
  expect(examined.status).toBe(4);
  expect(finding(examined, 'firewall-in')['values']).toMatchObject({ packets: 'multicast, unicast' });
  expect(unread.status).toBe(4);
  expect(unread.codes).toEqual([
    'own-multicast-lost',
    'firewall-unreadable',
    'nobody-heard',
    'portable-path',
  ]);
});

/** A Node that may not change, nor read, what belongs to the administrator of the network. */
function withoutRights(person: Person): string {
  const path = join(person.folder, 'node');
  const rights = '--bounding-set=-net_admin --inh-caps=-net_admin';
  writeFileSync(path, `#!/bin/sh\nexec setpriv ${rights} "${process.execPath}" "$@"\n`, { mode: 0o755 });
  return path;
}

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
