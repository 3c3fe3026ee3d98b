/** A switch that forgets groups, and a network without IPv4. */
import { afterEach, expect, it } from 'vitest';
import type { Finding } from '../../src/contract/doctor.ts';
import { Attached } from './attached.ts';
import { ip, pause, silentMs, switchOf } from './cables.ts';
import { examine, finding } from './examined.ts';
import { Gathering, membersSeen } from './gathering.ts';
import type { Guest } from './gathering.ts';
import { deliver, talk } from './passage.ts';

const gatherings: Gathering[] = [];
afterEach(() => {
  for (const gathering of gatherings.splice(0)) gathering.close();
});

async function gather(count: number): Promise<Gathering> {
  const gathering = await Gathering.of(count);
  gatherings.push(gathering);
  return gathering;
}

/** Of the bridge, which is its own querier; times in hundredths of a second. */
async function onSwitch(...settings: string[]): Promise<[Guest, Guest]> {
  const gathering = await gather(2);
  const guests = gathering.guests as [Guest, Guest];
  await gathering.complete(15_000);
  const snooping = ['mcast_snooping', '1', 'mcast_querier', '1', ...settings];
  ip('-n', switchOf(guests[0].person.host), 'link', 'set', 'br0', 'type', 'bridge', ...snooping);
  return guests;
}

it('a switch that forgets groups does not silence anybody, and is found out', async () => {
  const forgetful = ['mcast_query_interval', '360000', 'mcast_startup_query_count', '1'];
  const asking = ['mcast_query_interval', '400', 'mcast_query_response_interval', '200'];
  const [[finch, heron], [other]] = await Promise.all([
    onSwitch(...forgetful, 'mcast_membership_interval', '1000'),
    // It forgets as soon, but asks in time.
    onSwitch(...asking, 'mcast_membership_interval', '1000'),
  ]);
  for (let second = 0; second < 60; second += 5) {
    await pause(5000);
    expect(await silentMs(heron, finch), `after ${second + 5} s`).toBeLessThan(4000);
  }
  expect(membersSeen(finch.host)).toEqual(new Set(['Heron']));
  const { lines } = await finch.person.run('members');
  expect(lines.events.find((event) => event['name'] === 'Heron')?.['way']).toBe('multicast');
  for (const { person } of [finch, heron]) {
    const attached = await Attached.to(person);
    const found = async (): Promise<Finding | undefined> =>
      (await attached.request('doctor', {})).findings.find(({ code }) => code === 'switch-forgets');
    const wait = { timeout: 40_000, interval: 1000 };
    await expect.poll(found, wait).toMatchObject({ severity: 'info', values: { interface: 'eth0' } });
    const seconds = (await found())?.values['seconds'];
    process.stdout.write(`forgotten after ${seconds} s\n`);
    // Into a pause of 30 s.
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(30);
  }
  expect((await examine(other.person)).codes).not.toContain('switch-forgets');
  await talk([finch, heron]);
  await deliver(heron, [finch], 20 * 1024 * 1024);
}, 180_000);

it('no IPv4 at all', async () => {
  const gathering = await gather(3);
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
  // Finch's firewall knows IPv6 as well; for a moment, since what is lost counts.
  const attached = await Attached.to(finch.person);
  const { host } = finch.person;
  host.run('ip6tables-nft', '-A', 'INPUT', '-p', 'udp', '-j', 'DROP');
  const { members, findings } = await attached.request('doctor', {});
  const command = findings.find(({ code }) => code === 'firewall-in')?.command;
  expect(command).toBe('ip6tables-nft -I INPUT -p udp --dport 27420:27435 -j ACCEPT');
  host.run('sh', '-ec', command ?? '');
  expect(members[1]?.address).toMatch(/^fe80:/);
  const examined = await examine(finch.person);
  expect(examined.status).toBe(0);
  // What was dropped a moment ago counts as lost for a while.
  const passing = new Set(['portable-path', 'member-lossy']);
  expect(examined.codes.filter((code) => !passing.has(code))).toEqual(['ipv6-only']);
  expect(finding(examined, 'ipv6-only')['values']).toEqual({ interface: 'eth0' });
});
