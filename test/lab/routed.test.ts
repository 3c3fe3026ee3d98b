/** Settings for networks that route multicast: how far it goes, and the groups of rooms. */
import { afterEach, expect, it } from 'vitest';
import { Gathering } from './gathering.ts';
import type { Guest } from './gathering.ts';

let gathering: Gathering | undefined;
afterEach(() => gathering?.close());

const TTL = `
import socket, sys
listening = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0003))
listening.settimeout(8)
while True:
    packet = listening.recv(2048)
    if packet[0] >> 4 == 4 and packet[9] == 17 and packet[16] == 239:
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
