/** Cables: two of them with the default route on the wrong one, one that is pulled, an address that changes. */
import { afterEach, expect, it } from 'vitest';
import { Attached } from './attached.ts';
import { ip, pause, silentMs, switchOf } from './cables.ts';
import { examine, finding } from './examined.ts';
import { Gathering } from './gathering.ts';
import type { Guest } from './gathering.ts';
import type { NetworkHost } from './network.ts';
import { deliver, talk } from './passage.ts';

let gathering: Gathering | undefined;
afterEach(() => {
  gathering?.close();
  gathering = undefined;
});

/** A second card, into a network where nobody is, with the default route on it. */
function addWrongCard(host: NetworkHost, index: number): void {
  ip(
    'link',
    'add',
    'eth1',
    'netns',
    host.namespace,
    'type',
    'veth',
    'peer',
    'name',
    `w${index}`,
    'netns',
    switchOf(host),
  );
  ip('-n', switchOf(host), 'link', 'set', `w${index}`, 'up');
  host.run('ip', 'address', 'add', `192.168.${index}.2/24`, 'broadcast', '+', 'dev', 'eth1');
  host.run('ip', 'link', 'set', 'eth1', 'up');
  host.run('ip', 'route', 'add', 'default', 'via', `192.168.${index}.1`, 'dev', 'eth1');
}

async function isHeardAgain(of: Guest, at: Guest, withinMs: number): Promise<void> {
  const end = performance.now() + withinMs;
  while ((await silentMs(of, at)) > 1500) {
    if (performance.now() > end) throw new Error(`${of.person.name} is not heard again`);
    await pause(100);
  }
}

it('two cards with the default route on the wrong one', async () => {
  gathering = await Gathering.of(2);
  const [finch, heron] = gathering.guests as [Guest, Guest];
  addWrongCard(finch.person.host, 1);
  addWrongCard(heron.person.host, 2);
  await pause(3000);
  await gathering.complete(15_000);
  await talk([finch, heron]);
  await deliver(finch, [heron], 20 * 1024 * 1024);
  const examined = await examine(finch.person);
  const attached = await Attached.to(finch.person);
  expect(examined.status).toBe(0);
  expect(finding(examined, 'default-route-elsewhere')).toMatchObject({
    severity: 'info',
    values: { interface: 'eth1', used: 'eth0' },
  });
  finch.person.host.run('ip', 'link', 'set', 'eth1', 'multicast', 'off');
  const { findings } = await attached.request('doctor', {});
  const values = { interface: 'eth1' };
  expect(findings).toContainEqual(expect.objectContaining({ code: 'interface-without-multicast', values }));
});

it('a cable that is pulled and put back, and an address that changes: heard again within five seconds', async () => {
  gathering = await Gathering.of(2);
  const [finch, heron] = gathering.guests as [Guest, Guest];
  await gathering.complete(15_000);
  const { host } = finch.person;
  host.run('ip', 'link', 'set', 'eth0', 'down');
  await pause(6000);
  host.run('ip', 'link', 'set', 'eth0', 'up');
  const upAt = performance.now();
  await isHeardAgain(finch, heron, 5000);
  await isHeardAgain(heron, finch, 5000);
  process.stdout.write(`back after ${Math.round(performance.now() - upAt)} ms\n`);
  host.run('ip', 'address', 'del', `${host.address}/24`, 'dev', 'eth0');
  host.run('ip', 'address', 'add', '10.77.0.99/24', 'broadcast', '+', 'dev', 'eth0');
  const changedAt = performance.now();
  await pause(1600);
  await isHeardAgain(finch, heron, 5000 - (performance.now() - changedAt));
  await talk([finch, heron]);
  const { lines } = await heron.person.run('members');
  expect(lines.events.find((event) => event['name'] === 'Finch')?.['address']).toBe('10.77.0.99');
});

it('a card that goes away in the middle of a file and comes back', async () => {
  gathering = await Gathering.of(2);
  const [finch, heron] = gathering.guests as [Guest, Guest];
  await gathering.complete(15_000);
  finch.person.host.limitRate(50);
  const sent = deliver(finch, [heron], 40 * 1024 * 1024);
  await heron.host.find('progress', 20_000, (event) => event.type === 'transfer-progress');
  const { host } = heron.person;
  host.run('ip', 'link', 'set', 'eth0', 'down');
  await pause(4000);
  host.run('ip', 'link', 'set', 'eth0', 'up');
  await sent;
});
