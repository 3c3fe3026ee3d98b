/** Where multicast fails, then broadcast as well, then all between two of three: what is said and sent arrives, and the doctor names the cause. */
import { resolve } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { Attached } from './attached.ts';
import { Eavesdropper } from './eavesdropper.ts';
import { Gathering } from './gathering.ts';
import type { Guest } from './gathering.ts';
import type { JsonEvent } from './json-lines.ts';
import type { NetworkHost } from './network.ts';
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
  chain in { type filter hook ingress device "eth0" priority 0; policy accept; ${inwards ? `${match} drop; ${IPV6}` : ''} }
  chain out { type filter hook egress device "eth0" priority 0; policy accept; ${outwards ? `${match} drop; ${IPV6}` : ''} }
}
`;
/** It would pass otherwise, where IPv4 does not. */
const IPV6 = 'meta protocol ip6 drop;';
const MULTICAST = 'ip daddr 224.0.0.0/4';
const MULTICAST_AND_BROADCAST = 'ip daddr { 224.0.0.0/4, 10.77.0.255, 255.255.255.255 }';

/** What leaves in more than one packet. */
const COUNT_FRAGMENTS = `
table netdev pieces {
  chain out { type filter hook egress device "eth0" priority 1; policy accept; ip frag-off & 0x3fff != 0 counter; }
}
`;
function fragmentsOf(host: NetworkHost): number {
  const list = host.run('nft', '-j', 'list', 'chain', 'netdev', 'pieces', 'out');
  return Number(/"packets": (\d+)/.exec(list)?.[1] ?? Number.NaN);
}

const SECRET = 'where the nest is';

/** Finch and Heron in rooms that Wren, through whom they reach each other, is not in. */
async function meetInPrivate({ guests }: Gathering): Promise<void> {
  const [finch, heron, wren] = guests as [Guest, Guest, Guest];
  const [owner, guest] = await Promise.all([Attached.to(finch.person), Attached.to(heron.person)]);
  const added = await owner.request('create', { name: 'added' });
  const ear = await Eavesdropper.on(wren.person, added.groups);
  await owner.request('add', { room: 'added', member: 'Heron' });
  const offer = await guest.lines.find('an offer', 10_000, ({ type }) => type === 'room-offered');
  await guest.request('accept-room', { offer: offer['id'] });
  await owner.request('create', { name: 'invited' });
  const { invite } = await owner.request('invite', { room: 'invited', form: 'link' });
  await guest.request('join', { room: invite });
  for (const room of ['added', 'invited']) {
    for (const { lines } of [owner, guest])
      await lines.find(`both in ${room}`, 10_000, ({ type, room: label, members }) => {
        if (type !== 'members' || label !== room) return false;
        return members.filter((member: JsonEvent) => member['present']).length === 2;
      });
    for (const [speaker, listener] of [
      [owner, guest],
      [guest, owner],
    ] as const) {
      const text = `${SECRET}, in ${room}`;
      await speaker.request('say', { room, text });
      await listener.lines.find(
        text,
        10_000,
        (event) => event.type === 'message' && event['own'] !== true && event['text'] === text,
      );
    }
  }
  await deliver(finch, [heron], 300_000, { room: 'added', marker: SECRET });
  await deliver(heron, [finch], 300_000, { room: 'invited', marker: SECRET });
  await talk([finch]);
  for (const { lines } of [owner, guest]) lines.child.stdin?.end();

  const heard = await ear.stop(0);
  const passedOn = heard.filter((one) => one.passedOn);
  expect(ear.loot(passedOn).sealed).toBeGreaterThan(20);
  expect(ear.loot(passedOn).data).toBeGreaterThan(400);
  expect(ear.loot(heard)).toMatchObject({ opened: 0, ofKnownEpoch: 0 });
  const holds = (text: string): boolean => heard.some(({ frame }) => Buffer.from(frame).includes(text));
  // What is said in the lobby is there to be read, so the rest would be seen.
  expect(holds('from Finch')).toBe(true);
  expect(holds(SECRET)).toBe(false);
}

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
  // The longest HELLOs are what would not fit a packet with an envelope around it.
  const strangers = resolve(import.meta.dirname, 'strangers.ts');
  wren.person.host.run(process.execPath, strangers, wren.person.host.address, '40');
  for (const { person } of gathering.guests) nft(person.host, COUNT_FRAGMENTS);
  nft(finch.person.host, drops(`ip saddr ${heron.person.host.address}`, [true, false]));
  nft(heron.person.host, drops(`ip saddr ${finch.person.host.address}`, [true, false]));
  await untilWay(finch, heron, 'relay', 40_000);
  await untilWay(heron, finch, 'relay', 10_000);
  await talk([finch, heron, wren]);
  await deliver(finch, [heron, wren]);
  expect(await findingsOf(heron)).toContain('by-relay');
  await meetInPrivate(gathering);
  for (const { person } of gathering.guests) expect(fragmentsOf(person.host), person.name).toBe(0);
  // Once packets pass again, nobody is asked to pass them on.
  nft(finch.person.host, 'delete table netdev quiet\n');
  nft(heron.person.host, 'delete table netdev quiet\n');
  await untilWay(finch, heron, 'multicast', 20_000);
});
