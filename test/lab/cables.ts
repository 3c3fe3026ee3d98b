/** What tests of cables and switches ask: what arrives, and who is heard. */
import { execFileSync } from 'node:child_process';
import type { Guest } from './gathering.ts';
import type { NetworkHost } from './network.ts';

export const pause = (durationMs: number): Promise<void> =>
  new Promise((done) => setTimeout(done, durationMs));

/** The namespace of the switch that this host's cable ends at. */
export const switchOf = (host: NetworkHost): string => host.namespace.replace(/h\d+$/, 'switch');
export const ip = (...args: string[]): string => execFileSync('ip', args, { encoding: 'utf8' });

/** Heard within the last two seconds, by what the other one lists. */
export async function silentMs(of: Guest, at: Guest): Promise<number> {
  const { lines } = await at.person.run('members');
  const row = lines.events.find((event) => event['name'] === of.person.name);
  return row === undefined || row['away'] === true ? Infinity : row['silentMs'];
}
