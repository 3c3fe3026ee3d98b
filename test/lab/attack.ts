/**
 * Someone on the network who means harm: listens to a room's group and throws at it, and at one member's unicast port,
 * random bytes, what it heard, cut, stretched and flipped, and the same again unchanged. With RATE so many datagrams a second,
 * in trains, as fast as a host can.
 * `node attack.ts OWN_ADDRESS GROUP PORT VICTIM UNICAST_PORT SECONDS [RATE]`
 */
import { createSocket } from 'node:dgram';
import { randomBytes, randomInt } from 'node:crypto';
import { TRAIN_DATAGRAMS_MAX } from '../../src/io/limits.ts';
import { fastSockets } from '../../src/io/sockets/fast.ts';
import { loadKernel } from '../../src/io/sockets/fast-kernel.ts';
import type { UdpSocket } from '../../src/io/sockets/udp.ts';

const [ownAddress, group, port, victim, unicastPort, seconds, rate] = process.argv.slice(2);
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

/** A socket that takes many datagrams in one call. */
async function openTrain(): Promise<UdpSocket> {
  const kernel = await loadKernel();
  if (!kernel.ok) throw new Error(kernel.error);
  const bound = fastSockets(kernel.value).bind({ port: 0, address: '0.0.0.0', reuseAddr: false });
  if (!bound.ok) throw new Error(bound.error);
  bound.value.listen({ onDatagram() {}, isBehind: () => false, onOversized() {}, onSent: counted });
  bound.value.socket.setMulticastInterface(ownAddress ?? '');
  bound.value.socket.setMulticastLoopback(false);
  return bound.value;
}

let sent = 0;
let unsent = 0;
function counted(error: string | undefined, count: number): void {
  if (error === undefined) sent += count;
  else unsent += count;
}

/** Trains that are made ahead, and slowly replaced: to make malice costs more than to send it. */
const TRAINS_KEPT = 256;
type Train = readonly { readonly bytes: Uint8Array }[];
const trains: Train[] = [];

/** Equal lengths leave in one call. */
function newTrain(): Train {
  const length = 16 + randomInt(180);
  return Array.from({ length: TRAIN_DATAGRAMS_MAX }, () => {
    const bytes = malice[randomInt(malice.length)]!().subarray(0, length);
    return { bytes: Buffer.concat([bytes, Buffer.alloc(length - bytes.length)]) };
  });
}

/** Half of them go to everybody, half to the victim. */
function flood(socket: UdpSocket, startedAt: number, given: { count: number }): void {
  const due = ((performance.now() - startedAt) / 1000) * Number(rate);
  // What could not be given in time is not made up for all at once.
  given.count = Math.max(given.count, due - Number(rate) / 50);
  if (trains.length >= TRAINS_KEPT) trains[randomInt(TRAINS_KEPT)] = newTrain();
  while (given.count < due) {
    if (trains.length < TRAINS_KEPT) trains.push(newTrain());
    const datagrams = trains[randomInt(trains.length)]!;
    if (randomInt(2) === 0) socket.send(datagrams, group ?? '', Number(port));
    else socket.send(datagrams, victim ?? '', Number(unicastPort));
    given.count += datagrams.length;
  }
}

const train = rate === undefined ? undefined : await openTrain();

socket.bind(Number(port), () => {
  socket.addMembership(group, ownAddress);
  socket.setMulticastInterface(ownAddress);
  socket.setMulticastLoopback(false);
  // First it listens, to have something worth replaying.
  setTimeout(() => {
    process.stdout.write(`${JSON.stringify({ type: 'attacking', heard: heard.length })}\n`);
    const startedAt = performance.now();
    const given = { count: 0 };
    const timer = setInterval(
      train === undefined ? tick : () => flood(train, startedAt, given),
      train === undefined ? TICK_MS : 1,
    );
    setTimeout(
      () => {
        clearInterval(timer);
        const perSecond = sent / ((performance.now() - startedAt) / 1000);
        process.stdout.write(
          `${JSON.stringify({ type: 'attacked', heard: heard.length, perSecond, unsent })}\n`,
        );
        socket.close();
        void train?.close();
      },
      Number(seconds) * 1000,
    );
  }, 2500);
});
