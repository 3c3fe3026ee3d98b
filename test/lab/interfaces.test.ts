/** Cables: two of them with the default route on the wrong one, one that is pulled, an address that changes, a switch that forgets. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { Gathering, membersSeen, messagesSeen } from './gathering.ts';
import type { Guest } from './gathering.ts';
import type { NetworkHost } from './network.ts';

let gathering: Gathering | undefined;
afterEach(() => {
  gathering?.close();
  gathering = undefined;
});

const pause = (durationMs: number): Promise<void> => new Promise((done) => setTimeout(done, durationMs));

/** The namespace of the switch that this host's cable ends at. */
const switchOf = (host: NetworkHost): string => host.namespace.replace(/h\d+$/, 'switch');
const ip = (...args: string[]): string => execFileSync('ip', args, { encoding: 'utf8' });

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

async function deliver(from: Guest, to: readonly Guest[], bytes: number): Promise<void> {
  const path = from.person.pathFor('cargo.bin');
  const content = randomBytes(bytes);
  writeFileSync(path, content);
  const { status, lines } = await from.person.run('send', path);
  expect(status, lines.errors).toBe(0);
  for (const { person } of to) expect(person.receivedBytes('cargo.bin').equals(content)).toBe(true);
}

async function talk(from: Guest, to: Guest, text: string): Promise<void> {
  const { status, lines } = await from.person.run('say', text);
  expect(status, lines.errors).toBe(0);
  await to.host.until(text, 5000, () =>
    messagesSeen(to.host).some((message) => message['text'] === text) ? true : undefined,
  );
}

/** Heard within the last two seconds, by what the other one lists. */
async function silentMs(of: Guest, at: Guest): Promise<number> {
  const { lines } = await at.person.run('members');
  const row = lines.events.find((event) => event['name'] === of.person.name);
  return row === undefined || row['away'] === true ? Infinity : row['silentMs'];
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
  await talk(finch, heron, 'past the wrong card');
  await deliver(finch, [heron], 20 * 1024 * 1024);
  const { status } = await finch.person.run('doctor');
  expect(status).toBe(0);
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
  await talk(finch, heron, 'at another address');
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

it('a switch that forgets groups does not silence anybody', async () => {
  gathering = await Gathering.of(2);
  const [finch, heron] = gathering.guests as [Guest, Guest];
  await gathering.complete(15_000);
  const snooping = ['mcast_snooping', '1', 'mcast_querier', '1', 'mcast_query_interval', '360000'];
  const forgetful = ['mcast_startup_query_count', '1', 'mcast_membership_interval', '1000'];
  ip('-n', switchOf(finch.person.host), 'link', 'set', 'br0', 'type', 'bridge', ...snooping, ...forgetful);
  for (let second = 0; second < 60; second += 5) {
    await pause(5000);
    expect(await silentMs(heron, finch), `after ${second + 5} s`).toBeLessThan(4000);
  }
  expect(membersSeen(finch.host)).toEqual(new Set(['Heron']));
  const { lines } = await finch.person.run('members');
  expect(lines.events.find((event) => event['name'] === 'Heron')?.['way']).toBe('multicast');
  await talk(finch, heron, 'still here');
  await deliver(heron, [finch], 20 * 1024 * 1024);
});

it('no IPv4 at all', async () => {
  gathering = await Gathering.of(3);
  const guests = gathering.guests as [Guest, Guest, Guest];
  const [finch, heron, wren] = guests;
  for (const { person, host } of guests) {
    host.kill('SIGINT');
    await host.exited;
    person.host.run('ip', 'address', 'flush', 'dev', 'eth0', 'scope', 'global');
  }
  for (const guest of guests) guest.host = await guest.person.stay();
  await gathering.complete(20_000);
  await talk(finch, heron, 'by IPv6');
  await deliver(finch, [heron, wren], 20 * 1024 * 1024);
  const { status, lines } = await finch.person.run('doctor');
  expect(status).toBe(0);
  const report = lines.events.find((event) => event.type === 'doctor');
  expect(report?.['members'][1].address).toMatch(/^fe80:/);
});
