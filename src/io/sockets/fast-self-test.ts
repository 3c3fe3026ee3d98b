/**
 * Proof, before anything relies on it, that this kernel and this C library lay out their structures as
 * `fast-kernel.ts` does: a train of known bytes goes from one socket to another on loopback, with a short one at its
 * end, one too long for a slot behind it, and one more.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bytes } from '../../base/bytes.ts';
import type { Address } from '../../core/api.ts';
import { INBOX_DATAGRAM_BYTES_MAX, SELF_TEST_MS_MAX } from '../limits.ts';
import { fastSockets, openAdopted } from './fast.ts';
import type { Kernel } from './fast-kernel.ts';

const LOOPBACK = { port: 0, address: '127.0.0.1', reuseAddr: false };
const LOOPBACK_IP = 0x7f00_0001;
/** More than a train of two, and short enough for the smallest receive buffer. */
const FULL = 20;
const FULL_BYTES = 300;
const SHORT_BYTES = 77;

/** What is wrong with the fast path; nothing where it may be used. */
export async function selfTest(kernel: Kernel): Promise<string | undefined> {
  const sender = openAdopted(kernel, LOOPBACK);
  if (!sender.ok) return `socket: ${sender.error}`;
  const receiver = fastSockets(kernel).bind(LOOPBACK);
  try {
    if (!receiver.ok) return `socket: ${receiver.error}`;
    const heard: { from: Address; bytes: Bytes }[] = [];
    let oversized = 0;
    const arrival = new AbortController();
    receiver.value.listen({
      onDatagram: (from, bytes) => {
        heard.push({ from, bytes });
        if (heard.length === FULL + 2) arrival.abort();
      },
      onOversized: () => oversized++,
      onSent() {},
    });
    const train = Array.from({ length: FULL + 1 }, (_, i) => known(i, i < FULL ? FULL_BYTES : SHORT_BYTES));
    const datagrams = [...train, known(99, INBOX_DATAGRAM_BYTES_MAX + 1), known(100, 1)];
    const { port } = receiver.value.socket.address();
    const cuts = [0, train.length, train.length + 1, train.length + 2];
    for (const [index, from] of cuts.slice(0, -1).entries()) {
      const to = cuts[index + 1] as number;
      const error = kernel.send(sender.value.descriptor, LOOPBACK_IP, port, datagrams, from, to);
      if (error !== undefined) return `send: ${error}`;
    }
    await sleep(SELF_TEST_MS_MAX, undefined, { signal: arrival.signal }).catch(() => {});
    const expected = [...train, known(100, 1)];
    const own = sender.value.socket.address().port;
    const isAllRight =
      heard.length === expected.length &&
      heard.every(({ from, bytes }, i) => isFrom(from, own) && isEqual(bytes, expected[i] as Bytes));
    return isAllRight && oversized === 1
      ? undefined
      : `receive: ${heard.length} of ${expected.length}, or altered`;
  } finally {
    sender.value.socket.close();
    if (receiver.ok) await receiver.value.close();
  }
}

function known(index: number, length: number): Bytes {
  return Uint8Array.from({ length }, (_, i) => index * 31 + i * 7);
}

function isFrom(address: Address, port: number): boolean {
  return address.host === '127.0.0.1' && address.port === port;
}

function isEqual(one: Bytes, other: Bytes): boolean {
  return Buffer.compare(one, other) === 0;
}
