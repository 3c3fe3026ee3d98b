/** Two that have met, and whom multicast and broadcast then leave: pings still pass, and must not hide that nothing else does. */
import { afterEach, expect, it } from 'vitest';
import { Gathering } from './gathering.ts';
import type { Guest } from './gathering.ts';
import { deliver, dropMulticastIn, dropMulticastOut, talk, untilWay } from './passage.ts';

let gathering: Gathering | undefined;
afterEach(() => {
  gathering?.close();
  gathering = undefined;
});

it('whom multicast and broadcast leave after they have met, without an address that anybody named', async () => {
  gathering = await Gathering.of(2);
  const [finch, heron] = gathering.guests as [Guest, Guest];
  await gathering.complete(20_000);
  await untilWay(finch, heron, 'multicast', 15_000);
  dropMulticastIn(finch.person.host);
  dropMulticastOut(finch.person.host);
  await untilWay(finch, heron, 'unicast', 30_000);
  await untilWay(heron, finch, 'unicast', 10_000);
  await talk([finch, heron]);
  await deliver(heron, [finch]);
  // Nobody was missed meanwhile.
  for (const { host } of gathering.guests)
    expect(host.events.filter(({ type }) => type === 'member-left')).toEqual([]);
});
