/**
 * Someone on the network who means harm: listens to a room's group and throws at it, and at one member's unicast port,
 * random bytes, what it heard, cut, stretched and flipped, and the same again unchanged.
 * `node attack.ts OWN_ADDRESS GROUP PORT VICTIM UNICAST_PORT SECONDS`
 */
import { createSocket } from 'node:dgram';
import { randomBytes, randomInt } from 'node:crypto';

const [ownAddress, group, port, victim, unicastPort, seconds] = process.argv.slice(2);
if (!ownAddress || !group || !victim) throw new Error('usage: see the head of this file');

const HEARD_MAX = 500;
const PER_TICK = 20;
const TICK_MS = 10;
const heard: Buffer[] = [];

const socket = createSocket({ type: 'udp4', reuseAddr: true });
socket.on('message', (bytes, from) => {
  if (from.address === ownAddress) return;
  if (heard.length < HEARD_MAX) heard.push(bytes);
  else heard[randomInt(HEARD_MAX)] = bytes;
});

const pick = (): Buffer => heard[randomInt(Math.max(1, heard.length))] ?? randomBytes(randomInt(1472));

function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let i = randomInt(1, 9); i > 0 && copy.length > 0; i--) {
    const at = randomInt(copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << randomInt(8));
  }
  return copy;
}

const malice: readonly (() => Buffer)[] = [
  () => randomBytes(randomInt(1473)),
  () => flipped(pick()),
  () => pick().subarray(0, randomInt(200)),
  () => Buffer.concat([pick(), randomBytes(randomInt(600))]),
  () => pick(),
  // The right header, then noise: as deep into every decoder as it gets.
  () => Buffer.concat([pick().subarray(0, randomInt(5, 40)), randomBytes(randomInt(1400))]),
];

function tick(): void {
  for (let i = 0; i < PER_TICK; i++) {
    const bytes = malice[randomInt(malice.length)]!();
    socket.send(bytes, Number(port), group);
    socket.send(bytes, Number(unicastPort), victim);
  }
  // Larger than any frame: arrives in fragments.
  socket.send(randomBytes(60_000), Number(unicastPort), victim);
}

socket.bind(Number(port), () => {
  socket.addMembership(group, ownAddress);
  socket.setMulticastInterface(ownAddress);
  socket.setMulticastLoopback(false);
  // First it listens, to have something worth replaying.
  setTimeout(() => {
    process.stdout.write(`${JSON.stringify({ type: 'attacking', heard: heard.length })}\n`);
    const timer = setInterval(tick, TICK_MS);
    setTimeout(
      () => {
        clearInterval(timer);
        process.stdout.write(`${JSON.stringify({ type: 'attacked', heard: heard.length })}\n`);
        socket.close();
      },
      Number(seconds) * 1000,
    );
  }, 2500);
});
