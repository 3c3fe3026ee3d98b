/** Settings for networks that route multicast: how far it goes, and the groups of rooms. */
import { afterEach, expect, it } from 'vitest';
import { Gathering } from './gathering.ts';
import type { Guest } from './gathering.ts';

let gathering: Gathering | undefined;
afterEach(() => gathering?.close());

/** How many datagrams to groups of Starling leave a host in so many seconds. */
const COUNT = `
import socket, sys, time
own = sys.argv[1]
listening = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0003))
listening.settimeout(0.5)
until, count = time.time() + float(sys.argv[2]), 0
while time.time() < until:
    try:
        packet = listening.recv(2048)
    except TimeoutError:
        continue
    if packet[0] >> 4 == 4 and packet[9] == 17 and '.'.join(str(octet) for octet in packet[12:16]) == own:
        count += 1
print(count)
`;
const QUIET_S = 12;

const TTL = `
import socket, sys
listening = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0003))
listening.settimeout(8)
while True:
    packet = listening.recv(2048)
    # Beats stay on their own network (protocol.md 3.3).
    if packet[0] >> 4 == 4 and packet[9] == 17 and packet[16] == 239 and packet[18:20] != b'\\xff\\xfe':
        print(packet[8], '.'.join(str(octet) for octet in packet[16:18]))
        break
`;

it('are remembered, count from the next start on, and are what is on the wire', async () => {
  gathering = await Gathering.of(2);
  const guests = gathering.guests as [Guest, Guest];
  for (const guest of guests) {
    const { person } = guest;
    const { status, lines } = await person.run('network', '--hops', '8', '--group-range', '239.192');
    expect(status).toBe(0);
    expect(lines.events[0]).toMatchObject({ hops: 8, groupRange: '239.192', fromNextStart: true });
    expect(person.host.run('python3', '-c', TTL).trim()).toBe('1 239.255');
    guest.host.kill('SIGINT');
    await guest.host.exited;
  }
  for (const guest of guests) guest.host = await guest.person.stay();
  await gathering.complete(20_000);
  const [finch] = guests;
  expect(finch.person.host.run('python3', '-c', TTL).trim()).toBe('8 239.192');
  const { lines } = await finch.person.run('rooms');
  const [first] = lines.events.find((event) => event['room'] === 'lobby')?.['groups'] ?? [];
  expect(first).toMatch(/^239\.192\./);
  expect((await finch.person.run('network', '--group-range', '10.0')).status).toBe(2);
});

it('quiet mode: all but nothing leaves while nobody says anything, and what is said arrives', async () => {
  gathering = await Gathering.of(2);
  const guests = gathering.guests as [Guest, Guest];
  for (const guest of guests) {
    const { person } = guest;
    const { lines } = await person.run('network', '--quiet', 'on');
    expect(lines.events[0]).toMatchObject({ quiet: true, fromNextStart: true });
    guest.host.kill('SIGINT');
    await guest.host.exited;
  }
  for (const guest of guests) guest.host = await guest.person.stay();
  await gathering.complete(20_000);
  // What the start itself brings is over.
  await new Promise((wait) => setTimeout(wait, 3_000));
  const counts = guests.map(({ person: { host } }) =>
    Number(host.run('python3', '-c', COUNT, host.address, String(QUIET_S)).trim()),
  );
  // One HELLO each at most falls into twelve seconds, and each host is counted after the other; usually there are twelve and pings.
  for (const count of counts) expect(count).toBeLessThanOrEqual(2);
  const [finch] = guests;
  const said = await finch.person.say('Is anybody there?');
  expect(said.status, said.lines.errors).toBe(0);
});
