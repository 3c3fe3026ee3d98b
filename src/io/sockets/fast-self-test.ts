/**
 * Proof, before anything relies on it, that this kernel and this C library lay out their structures as
 * `fast-kernel.ts` does: a train of known bytes goes from one socket to another on loopback, with a short one at its
 * end, one too long for a slot behind it, and one more.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bytes } from '../../base/bytes.ts';
import { INBOX_DATAGRAM_BYTES_MAX, SELF_TEST_ATTEMPTS_MAX, SELF_TEST_MS_MAX } from '../limits.ts';
import type { Kernel, Message } from './fast-kernel.ts';
import { openAdopted, type Adopted } from './fast.ts';

const LOOPBACK = { port: 0, address: '127.0.0.1', reuseAddr: false };
const LOOPBACK_IP = 0x7f00_0001;
/** More than a train of two, and short enough for the smallest receive buffer. */
const FULL = 20;
const FULL_BYTES = 300;
const SHORT_BYTES = 77;

/** What is wrong with the fast path; nothing where it may be used. */
export async function selfTest(kernel: Kernel): Promise<string | undefined> {
  let failure: string | undefined;
  // A wake-up in the middle of what arrives, as on a busy machine, spoils an attempt.
  for (let attempt = 0; attempt < SELF_TEST_ATTEMPTS_MAX; attempt++) {
    failure = await exchange(kernel);
    if (failure === undefined) return undefined;
  }
  return failure;
}

async function exchange(kernel: Kernel): Promise<string | undefined> {
  const opened = [openAdopted(kernel, LOOPBACK), openAdopted(kernel, LOOPBACK)] as const;
  const [sender, receiver] = opened;
  try {
    if (!sender.ok) return `socket: ${sender.error}`;
    if (!receiver.ok) return `socket: ${receiver.error}`;
    return await sendAndCompare(kernel, sender.value, receiver.value);
  } finally {
    for (const one of opened) if (one.ok) one.value.socket.close();
  }
}

async function sendAndCompare(
  kernel: Kernel,
  sender: Adopted,
  receiver: Adopted,
): Promise<string | undefined> {
  const train = Array.from({ length: FULL + 1 }, (_, i) => known(i, i < FULL ? FULL_BYTES : SHORT_BYTES));
  const tooLong = known(99, INBOX_DATAGRAM_BYTES_MAX + 1);
  const last = known(100, 1);
  const expected = [...train, undefined, last];
  const heard: Message[] = [];
  let failure: string | undefined;
  const arrival = new AbortController();
  receiver.socket.on('message', (bytes, { port }) => {
    // The first comes by libuv, as in `FastSocket`; all others must come by the kernel's own call.
    heard.push({ ip: LOOPBACK_IP, port, bytes, waitedMs: 0 });
    const batch = kernel.receive(receiver.descriptor);
    if (typeof batch === 'string') failure = batch;
    else heard.push(...batch.map((message) => ({ ...message, bytes: message.bytes?.slice() })));
    if (failure !== undefined || heard.length >= expected.length) arrival.abort();
  });
  const { port } = receiver.socket.address();
  const parts = [train, [tooLong], [last]];
  for (const part of parts) {
    const datagrams = part.map((bytes) => ({ bytes: bytes.subarray(0, 1), payload: bytes.subarray(1) }));
    const error = kernel.send(sender.descriptor, LOOPBACK_IP, port, datagrams, 0, part.length);
    if (error !== undefined) return `send: ${error}`;
  }
  await sleep(SELF_TEST_MS_MAX, undefined, { signal: arrival.signal }).catch(() => {});
  if (failure !== undefined) return `receive: ${failure}`;
  const own = sender.socket.address().port;
  const isAsSent =
    heard.length === expected.length &&
    heard.every((one, i) => one.ip === LOOPBACK_IP && one.port === own && isEqual(one.bytes, expected[i]));
  return isAsSent ? undefined : `receive: ${heard.length} of ${expected.length}, or altered`;
}

function known(index: number, length: number): Bytes {
  return Uint8Array.from({ length }, (_, i) => index * 31 + i * 7);
}

function isEqual(one: Bytes | undefined, other: Bytes | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return Buffer.compare(one, other) === 0;
}
