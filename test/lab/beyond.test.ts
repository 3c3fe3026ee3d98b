/** Where multicast fails, then broadcast as well, then all between two of three: what is said and sent arrives, and the doctor names the cause. */
import { afterEach, expect, it } from 'vitest';
import { Gathering } from './gathering.ts';
import type { Guest } from './gathering.ts';
import { deliver, findingsOf, nft, talk, untilWay } from './passage.ts';

let gathering: Gathering | undefined;
afterEach(() => {
  gathering?.close();
  gathering = undefined;
});

/** On the cable, in both directions, so that nothing on the host can tell. */
const drops = (match: string, [inwards, outwards] = [true, true]): string => `
table netdev quiet
delete table netdev quiet
table netdev quiet {
  chain in { type filter hook ingress device "eth0" priority 0; policy accept; ${inwards ? `${match} drop;` : ''} }
  chain out { type filter hook egress device "eth0" priority 0; policy accept; ${outwards ? `${match} drop;` : ''} }
}
`;
const MULTICAST = 'ip daddr 224.0.0.0/4';
const MULTICAST_AND_BROADCAST = 'ip daddr { 224.0.0.0/4, 10.77.0.255, 255.255.255.255 }';

it('multicast is dropped, then broadcast, too, then one direction only', async () => {
  gathering = await Gathering.of(2);
  const [finch, heron] = gathering.guests as [Guest, Guest];
  nft(finch.person.host, drops(MULTICAST));
  nft(heron.person.host, drops(MULTICAST));
  await gathering.complete(30_000);
  await untilWay(finch, heron, 'broadcast', 15_000);
  await talk([finch, heron]);
  await deliver(finch, [heron]);
  expect(await findingsOf(heron)).toContain('by-unicast');
  nft(finch.person.host, drops(MULTICAST_AND_BROADCAST));
  nft(heron.person.host, drops(MULTICAST_AND_BROADCAST));
  await untilWay(finch, heron, 'unicast', 15_000);
  await talk([finch, heron]);
  await deliver(heron, [finch]);
  expect(await findingsOf(finch)).toContain('by-unicast');
  // From Finch to Heron everything passes again, and back nothing but unicast.
  nft(finch.person.host, drops(MULTICAST_AND_BROADCAST, [true, false]));
  nft(heron.person.host, drops(MULTICAST_AND_BROADCAST, [false, true]));
  await untilWay(heron, finch, 'unicast', 15_000);
  await talk([finch, heron]);
  await deliver(finch, [heron]);
  await deliver(heron, [finch]);
  expect(await findingsOf(heron)).toContain('by-unicast');
});

it('two that reach each other only through a third', async () => {
  gathering = await Gathering.of(3);
  const [finch, heron, wren] = gathering.guests as [Guest, Guest, Guest];
  nft(finch.person.host, drops(`ip saddr ${heron.person.host.address}`, [true, false]));
  nft(heron.person.host, drops(`ip saddr ${finch.person.host.address}`, [true, false]));
  await untilWay(finch, heron, 'relay', 40_000);
  await untilWay(heron, finch, 'relay', 10_000);
  await talk([finch, heron, wren]);
  await deliver(finch, [heron, wren]);
  expect(await findingsOf(heron)).toContain('by-relay');
  // Once packets pass again, nobody is asked to pass them on.
  nft(finch.person.host, 'delete table netdev quiet\n');
  nft(heron.person.host, 'delete table netdev quiet\n');
  await untilWay(finch, heron, 'multicast', 20_000);
});
