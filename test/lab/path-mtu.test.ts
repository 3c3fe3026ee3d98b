/**
 * A port of the switch that takes less than the hosts on both sides, and drops what is longer without a word; and a host
 * that would send jumbo frames into a switch that does not: messages and files get through, and the doctor says where it is.
 */
import { afterEach, expect, it } from 'vitest';
import { examine, finding } from './examined.ts';
import type { Examined } from './examined.ts';
import { Gathering, messagesSeen } from './gathering.ts';
import type { Guest } from './gathering.ts';
import { deliver } from './passage.ts';

const PORT_MTU = 1300;
/** Of the sizes that are tried. */
const FOUND_MTU = 1280;
const FILE_BYTES = 5_000_000;

let gathering: Gathering | undefined;
afterEach(() => {
  gathering?.close();
  gathering = undefined;
});

it('a port that becomes narrow, and a host with jumbo frames: path-mtu', { timeout: 90_000 }, async () => {
  gathering = await Gathering.of(3);
  const [finch, heron, wren] = gathering.guests as [Guest, Guest, Guest];
  finch.person.host.run('ip', 'link', 'set', 'eth0', 'mtu', '9000');
  await gathering.complete(20_000);
  // Full packets pass, and are known to.
  await new Promise((done) => setTimeout(done, 2500));
  heron.person.host.limitPortMtu(PORT_MTU);

  const text = 'x'.repeat(60_000);
  const { status, lines } = await finch.person.say(text);
  expect(status, lines.errors).toBe(0);
  for (const { host } of [heron, wren])
    await host.until('the long message', 10_000, () =>
      messagesSeen(host).some((message) => message['text'] === text) ? true : undefined,
    );
  // Its symbols are too long for Heron, or are made so that they are not: as far as was known when it was offered.
  await deliver(finch, [heron, wren], FILE_BYTES);
  await deliver(heron, [finch, wren], FILE_BYTES);

  const examined = await examine(finch.person);
  expect(finding(examined, 'path-mtu')['values']).toEqual({ member: 'Heron', bytes: FOUND_MTU });
  expect(linkOf(examined, 'Finch', 'Heron')).toMatchObject({ pathMtuBytes: FOUND_MTU, narrow: true });
  expect(linkOf(examined, 'Finch', 'Wren')).toMatchObject({ pathMtuBytes: 1500 });
  expect(linkOf(examined, 'Finch', 'Wren')).not.toHaveProperty('narrow');
  // Heron was told by Finch, looked, and says so with its next HELLO.
  await expect
    .poll(async () => linkOf(await examine(finch.person), 'Heron', 'Finch'), {
      timeout: 20_000,
      interval: 500,
    })
    .toMatchObject({ pathMtuBytes: FOUND_MTU, narrow: true });
});

function linkOf({ report }: Examined, by: string, of: string): unknown {
  const { members, links } = report as any;
  const idOf = (name: string): string => members.find((one: any) => one.name === name).id;
  return links.find((link: any) => link.by === idOf(by) && link.of === idOf(of));
}
