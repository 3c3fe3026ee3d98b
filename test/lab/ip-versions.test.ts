/** IPv4 and IPv6 in one room: who has only one of them, who has both, and what goes out by which. */
import { afterEach, expect, it } from 'vitest';
import { pause, silentMs } from './cables.ts';
import { Gathering } from './gathering.ts';
import type { Guest } from './gathering.ts';
import type { Network, NetworkHost } from './network.ts';
import { deliver, findingsOf, nft, talk, untilWay } from './passage.ts';

let gathering: Gathering | undefined;
afterEach(() => {
  gathering?.close();
  gathering = undefined;
});

const FILE_BYTES = 5 * 1024 * 1024;
/** An IPv6 address can be used once the system has asked the network about it. */
const ASKED_MS = 2500;

const removeIpv4 = ({ run, address }: NetworkHost): void => {
  run('ip', 'address', 'del', `${address}/24`, 'dev', 'eth0');
};
const addIpv4 = ({ run, address }: NetworkHost): void => {
  run('ip', 'address', 'add', `${address}/24`, 'broadcast', '+', 'dev', 'eth0');
};
const removeIpv6 = ({ run }: NetworkHost): void => {
  run('sh', '-c', 'echo 1 > /proc/sys/net/ipv6/conf/eth0/disable_ipv6');
};

/** From now on counts bytes of UDP that leave the host, by IP version. */
function count(host: NetworkHost): () => { readonly ipv4: number; readonly ipv6: number } {
  const chain = 'type filter hook egress device "eth0" priority 0; policy accept;';
  nft(
    host,
    `table netdev versions { counter ipv4 { }; counter ipv6 { }; chain out { ${chain} meta l4proto udp meta protocol ip counter name ipv4; meta l4proto udp meta protocol ip6 counter name ipv6; }; }\n`,
  );
  return () => {
    const { nftables } = JSON.parse(host.run('nft', '-j', 'list', 'counters')) as {
      nftables: { counter?: { name: string; bytes: number } }[];
    };
    const bytes = (name: string): number =>
      nftables.find(({ counter }) => counter?.name === name)?.counter?.bytes ?? Number.NaN;
    return { ipv4: bytes('ipv4'), ipv6: bytes('ipv6') };
  };
}

async function isHeardAgain(of: Guest, at: Guest, sinceMs: number, withinMs: number): Promise<void> {
  while ((await silentMs(of, at)) > 1500)
    if (performance.now() - sinceMs > withinMs) throw new Error(`${of.person.name} is not heard again`);
}

it('one has IPv4 alone, one both, one IPv6 alone: all meet, talk and get files', async () => {
  gathering = await Gathering.of(3, undefined, [], ({ hosts }: Network) => {
    removeIpv6(hosts[0] as NetworkHost);
    removeIpv4(hosts[2] as NetworkHost);
  });
  const [finch, heron, wren] = gathering.guests as [Guest, Guest, Guest];
  await untilWay(heron, wren, 'multicast', 10_000);
  await untilWay(heron, finch, 'multicast', 5000);
  await untilWay(finch, wren, 'relay', 10_000);
  await untilWay(wren, finch, 'relay', 10_000);
  await talk([finch, heron, wren]);
  await deliver(finch, [heron, wren], FILE_BYTES);
  await deliver(wren, [heron, finch], FILE_BYTES);
  expect(await findingsOf(finch)).toContain('other-ip-version');
  // Who had both loses one, and is still heard by whoever has the other; it comes back, and so do those that it passed on for.
  removeIpv4(heron.person.host);
  await pause(2000);
  await isHeardAgain(heron, wren, performance.now(), 3000);
  addIpv4(heron.person.host);
  const backAt = performance.now();
  await isHeardAgain(heron, finch, backAt, 5000);
  process.stdout.write(`heard again after ${Math.round(performance.now() - backAt)} ms\n`);
});

it('where everybody has both, nothing goes by IPv6; who loses IPv4 is heard by it within five seconds', async () => {
  gathering = await Gathering.of(2);
  const [finch, heron] = gathering.guests as [Guest, Guest];
  await gathering.complete(10_000);
  await pause(ASKED_MS + 2000);
  const sent = count(finch.person.host);
  await talk([finch, heron]);
  await deliver(finch, [heron], FILE_BYTES);
  const { ipv4, ipv6 } = sent();
  expect(ipv4).toBeGreaterThan(FILE_BYTES);
  expect(ipv6).toBe(0);
  finch.person.host.limitRate(50);
  const delivered = deliver(finch, [heron], 4 * FILE_BYTES);
  await heron.host.find('progress', 20_000, (event) => event.type === 'transfer-progress');
  removeIpv4(finch.person.host);
  const lostAt = performance.now();
  await pause(1600);
  await isHeardAgain(finch, heron, lostAt, 5000);
  await isHeardAgain(heron, finch, lostAt, 5000);
  process.stdout.write(`heard by IPv6 after ${Math.round(performance.now() - lostAt)} ms\n`);
  await delivered;
  expect(sent().ipv6).toBeGreaterThan(FILE_BYTES);
});
