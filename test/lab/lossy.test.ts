/** Multicast that loses most while unicast loses nothing, as on bad Wi-Fi. */
import { afterEach, expect, it } from 'vitest';
import { Gathering } from './gathering.ts';
import type { Guest } from './gathering.ts';
import { pause } from './cables.ts';
import { deliver, findingsOf, nft, untilWay, wayTo } from './passage.ts';

/** Of seven HELLOs one comes through, with 95 %. */
const STEADY_MS = 7000;

let gathering: Gathering | undefined;
afterEach(() => {
  gathering?.close();
  gathering = undefined;
});

it('whom multicast reaches badly is served by unicast, and by multicast again once that is good', async () => {
  gathering = await Gathering.of(2);
  const [finch, heron] = gathering.guests as [Guest, Guest];
  await gathering.complete(20_000);
  nft(
    heron.person.host,
    'table netdev air { chain in { type filter hook ingress device "eth0" priority 0; policy accept; ip daddr 224.0.0.0/4 numgen random mod 100 < 65 drop; }; }\n',
  );
  // Five HELLOs lost in a row are enough for a moment; that most are lost holds when the next one comes.
  for (let steadyMs = 0; steadyMs < STEADY_MS; steadyMs += 1000) {
    await untilWay(finch, heron, 'unicast', 80_000);
    await pause(1000);
    if ((await wayTo(finch, heron)) !== 'unicast') steadyMs = 0;
  }
  const size = 20 * 1024 * 1024;
  const before = finch.person.host.counters().sent.bytes;
  await deliver(finch, [heron], size);
  // One copy, and no multicast of which most would be lost.
  expect((finch.person.host.counters().sent.bytes - before) / size).toBeLessThan(1.2);
  expect(await findingsOf(finch)).toContain('by-unicast');
  nft(heron.person.host, 'delete table netdev air\n');
  await untilWay(finch, heron, 'multicast', 60_000);
}, 180_000);
