/** A switch that forgets groups, and a network without IPv4. */
import { afterEach, expect, it } from 'vitest';
import { ip, pause, silentMs, switchOf } from './cables.ts';
import { examine, finding } from './examined.ts';
import { Gathering, membersSeen } from './gathering.ts';
import type { Guest } from './gathering.ts';
import { deliver, talk } from './passage.ts';

let gathering: Gathering | undefined;
afterEach(() => {
  gathering?.close();
  gathering = undefined;
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
  await talk([finch, heron]);
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
  await talk([finch, heron]);
  await deliver(finch, [heron, wren], 20 * 1024 * 1024);
  const { host } = finch.person;
  // Finch's firewall knows IPv6 as well.
  host.run('ip6tables-nft', '-A', 'INPUT', '-p', 'udp', '-j', 'DROP');
  const dropping = await examine(finch.person);
  expect(dropping.report['members'][1].address).toMatch(/^fe80:/);
  expect(finding(dropping, 'ipv6-only')['values']).toEqual({ interface: 'eth0' });
  const { command } = finding(dropping, 'firewall-in') as { command?: string };
  expect(command).toBe('ip6tables-nft -I INPUT -p udp --dport 27420:27435 -j ACCEPT');
  host.run('sh', '-ec', command ?? '');
  const examined = await examine(finch.person);
  expect(examined.status).toBe(0);
  // What was dropped a moment ago counts as lost for a while.
  const passing = new Set(['portable-path', 'member-lossy']);
  expect(examined.codes.filter((code) => !passing.has(code))).toEqual(['ipv6-only']);
});
