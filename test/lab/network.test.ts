/** The rig itself: what it claims to lose it loses, and it leaves nothing behind. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, it } from 'vitest';
import { openNetwork } from './network.ts';
import type { Network, NetworkHost } from './network.ts';

let network: Network | undefined;
afterEach(() => network?.close());

const GROUP = '239.255.77.7';
const PORT = 40_000;
const SENT = 4_000;

const receiver = `
  const socket = require('node:dgram').createSocket({ type: 'udp4', reuseAddr: true });
  let count = 0;
  socket.on('message', (bytes) => {
    if (bytes[0] === 1) { process.stdout.write(String(count)); process.exit(0); }
    count++;
  });
  socket.bind(${PORT}, () => { socket.addMembership('${GROUP}', process.argv[1]); process.stdout.write('ready '); });`;
const sender = `
  const socket = require('node:dgram').createSocket({ type: 'udp4', reuseAddr: true });
  socket.bind(0, async () => {
    socket.setMulticastInterface(process.argv[1]);
    const send = (kind) => new Promise((done) => socket.send(Buffer.alloc(1000, kind), ${PORT}, '${GROUP}', () => done()));
    for (let i = 0; i < ${SENT}; i++) {
      await send(0);
      if (i % 20 === 19) await new Promise((done) => setTimeout(done, 1));
    }
    await new Promise((done) => setTimeout(done, 100));
    for (let i = 0; i < 20; i++) await send(1);
    process.exit(0);
  });`;

/** The share of multicast datagrams that did not get from one host to the other. */
async function measureLoss(from: NetworkHost, to: NetworkHost): Promise<number> {
  const listening = to.spawn(process.execPath, ['-e', receiver, to.address]);
  let output = '';
  listening.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  while (!output.includes('ready')) await once(listening.stdout!, 'data');
  from.run(process.execPath, '-e', sender, from.address);
  await once(listening, 'close');
  return 1 - Number(output.replace('ready ', '')) / SENT;
}

it('loses what it is told to, on the wire and in the host', async () => {
  network = openNetwork(2);
  const [a, b] = network.hosts as [NetworkHost, NetworkHost];
  expect(await measureLoss(a, b)).toBeLessThan(0.005);
  // 10 % out of one and 10 % into the other: 19 %, with a standard deviation of 0.6 points at 4000 packets.
  for (const at of ['wire', 'host'] as const) {
    for (const host of [a, b]) host.setLoss({ inPerMille: 100, outPerMille: 100, at });
    const lost = await measureLoss(a, b);
    expect(lost, at).toBeGreaterThan(0.16);
    expect(lost, at).toBeLessThan(0.22);
  }
  expect(a.counters().sent.bytes).toBeGreaterThan(SENT * 1000);
});

it('leaves no namespace and no process behind', () => {
  network = openNetwork(2);
  const [a] = network.hosts as [NetworkHost];
  const child = a.spawn('sleep', ['60']);
  const names = network.hosts.map((host) => host.namespace);
  network.close();
  const left = spawnSync('ip', ['netns', 'list'], { encoding: 'utf8' }).stdout;
  for (const name of names) expect(left).not.toContain(name);
  expect(child.killed).toBe(true);
});
