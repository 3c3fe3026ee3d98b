/** Datagrams in pieces: put together in any order, from anybody, and bounded whatever comes. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Bytes } from '../base/bytes.ts';
import { seededRandom } from '../base/prng.ts';
import { PATH_MTUS, PIECES_OPEN_MAX, PIECES_PER_DATAGRAM_MAX, PIECES_SOURCES_MAX } from './limits.ts';
import { packetBytes, smallerSizes } from './path-size.ts';
import { Pieces } from './pieces.ts';
import { cutDatagram } from './wire/piece.ts';

const from = (index: number) => ({ host: `10.0.${index >> 8}.${index & 255}`, port: 27421 });
const bytesOf = (length: number, seed: number): Bytes => {
  const random = seededRandom(seed);
  // The first byte is that of no frame.
  return Uint8Array.from({ length }, (_, index) => (index === 0 ? 0 : random.below(256)));
};

test('a datagram that is cut for any path comes back, in whatever order its pieces do, once or twice', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 549, max: 1472 }),
      fc.constantFrom(...PATH_MTUS.map((mtu) => mtu - 28), ...PATH_MTUS.map((mtu) => mtu - 58)),
      fc.nat(),
      (length, limit, seed) => {
        fc.pre(length > limit);
        const whole = bytesOf(length, seed);
        const pieces = cutDatagram(whole, seed, limit);
        expect(pieces.length).toBeLessThanOrEqual(PIECES_PER_DATAGRAM_MAX);
        expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(limit);
        const random = seededRandom(seed);
        const order = [...pieces, ...pieces.slice(0, 1)].toSorted(() => random.next() - 0.5);
        const inOrder = new Pieces();
        const came = order.flatMap((piece) => inOrder.take(from(1), piece) ?? []);
        expect(came).toEqual([whole]);
      },
    ),
    { numRuns: 300 },
  );
});

test('pieces of several senders and of several datagrams are kept apart', () => {
  const pieces = new Pieces();
  const sent = Array.from({ length: 20 }, (_, index) => ({
    at: from(index % 4),
    whole: bytesOf(1472, index),
  }));
  const parts = sent.map(({ whole }, index) => cutDatagram(whole, index >> 2, 1252));
  const came = [0, 1].flatMap((place) =>
    sent.flatMap(({ at }, index) => pieces.take(at, parts[index]![place]!) ?? []),
  );
  expect(came).toEqual(sent.map(({ whole }) => whole));
  expect(pieces.size).toBe(0);
});

test('what is hostile is bounded, and yields nothing that is not a datagram', () => {
  const pieces = new Pieces();
  for (let id = 0; id < 5000; id++) pieces.take(from(id % 40), cutDatagram(bytesOf(1472, 1), id, 1252)[0]!);
  expect(pieces.size).toBeLessThanOrEqual(PIECES_OPEN_MAX * PIECES_SOURCES_MAX);
  // Longer than any datagram; a piece of a piece; places that there are not.
  const [long] = cutDatagram(bytesOf(1472, 1), 7, 1472 + 6) as [Bytes];
  for (const index of [0, 1]) {
    const forged = long.slice();
    forged[5] = (index << 4) | 2;
    expect(pieces.take(from(1), forged)).toBeUndefined();
  }
  const inner = cutDatagram(bytesOf(1472, 1), 8, 1252)[0]!;
  for (const piece of cutDatagram(inner, 9, 548)) expect(pieces.take(from(1), piece)).toBeUndefined();
  for (const places of [0x00, 0x01, 0x22, 0x0f, 0xff]) {
    const forged = long.slice();
    forged[5] = places;
    expect(pieces.take(from(2), forged)).toBeUndefined();
  }
  expect(pieces.take(from(2), long.subarray(0, 6))).toBeUndefined();
});

test('a datagram that was confirmed is told as the packet that it makes, and none is longer than Ethernet takes', () => {
  expect(packetBytes(1472, { host: '10.0.0.1', isRelayed: false })).toBe(1500);
  expect(packetBytes(1232, { host: 'fe80::1%eth0', isRelayed: false })).toBe(1280);
  expect(packetBytes(1472, { host: 'fe80::1%eth0', isRelayed: false })).toBe(1500);
});

test('smaller sizes are below the full one, over IPv4, IPv6 and another member', () => {
  expect(smallerSizes(1472, { host: '10.0.0.1', isRelayed: false })[0]).toBe(1464);
  expect(smallerSizes(1464, { host: '10.0.0.1', isRelayed: false })[0]).toBe(1422);
  expect(smallerSizes(1452, { host: 'fe80::1%eth0', isRelayed: false })[0]).toBe(1444);
  expect(smallerSizes(1462, { host: '10.0.0.1', isRelayed: true })[0]).toBe(1454);
});
