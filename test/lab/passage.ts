/** What tests of ways ask: that all hear each other's words and get each other's files, and by which way. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { messagesSeen } from './gathering.ts';
import type { Guest } from './gathering.ts';
import type { JsonEvent } from './json-lines.ts';
import type { NetworkHost } from './network.ts';

const FILE_BYTES = 20 * 1024 * 1024;
let words = 0;

export function nft(host: NetworkHost, rules: string): void {
  execFileSync('ip', ['netns', 'exec', host.namespace, 'nft', '-f', '-'], { input: rules });
}

/** The cable keeps it, so that nothing on the host can tell. */
export function dropMulticastIn(host: NetworkHost, match = ''): void {
  nft(
    host,
    `table netdev quiet { chain in { type filter hook ingress device "eth0" priority 0; policy accept; ${match} ip daddr { 224.0.0.0/4, 10.77.0.255, 255.255.255.255 } drop; meta protocol ip6 drop; }; }\n`,
  );
}

export function dropMulticastOut(host: NetworkHost): void {
  nft(
    host,
    'table netdev mute { chain out { type filter hook egress device "eth0" priority 0; policy accept; ip daddr { 224.0.0.0/4, 10.77.0.255, 255.255.255.255 } drop; meta protocol ip6 drop; }; }\n',
  );
}

export async function talk(guests: readonly Guest[]): Promise<void> {
  for (const { person } of guests) {
    const text = `from ${person.name}, ${++words}`;
    const { status, lines } = await person.run('say', text);
    expect(status, lines.errors + JSON.stringify(lines.events.at(-1))).toBe(0);
    for (const other of guests)
      await other.host.until(`${person.name}'s words at ${other.person.name}`, 10_000, () =>
        messagesSeen(other.host).some((message) => message['text'] === text) ? true : undefined,
      );
  }
}

/** `marker`: stands in the file again and again. */
export async function deliver(
  from: Guest,
  to: readonly Guest[],
  bytes = FILE_BYTES,
  { room = 'lobby', marker }: { readonly room?: string; readonly marker?: string } = {},
): Promise<void> {
  const content = marker === undefined ? randomBytes(bytes) : Buffer.alloc(bytes, marker);
  const name = `${from.person.name}-${++words}.bin`;
  const path = from.person.pathFor(name);
  writeFileSync(path, content);
  const { status, lines } = await from.person.run('send', path, '--room', room);
  expect(status, lines.errors).toBe(0);
  expect(lines.events.at(-1)).toMatchObject({ ok: true, verified: to.length });
  for (const { person } of to) expect(person.receivedBytes(name).equals(content), person.name).toBe(true);
}

export async function wayTo(from: Guest, to: Guest): Promise<string> {
  const { lines } = await from.person.run('members');
  return lines.events.find((event) => event['name'] === to.person.name)?.['way'];
}

export async function untilWay(from: Guest, to: Guest, way: string, timeoutMs: number): Promise<void> {
  await expect
    .poll(() => wayTo(from, to), {
      timeout: timeoutMs,
      interval: 500,
      message: `the way to ${to.person.name}`,
    })
    .toBe(way);
}

export async function findingsOf({ person }: Guest): Promise<readonly string[]> {
  const { lines } = await person.run('doctor');
  const report = lines.events.find((event) => event.type === 'doctor');
  return report?.['findings'].map((one: JsonEvent) => one['code']) ?? [];
}
