/** When datagrams reached the machine: the kernel's stamps, which only the fast path reads. */
import { expect, it } from 'vitest';
import { loadKernel } from '../../src/io/sockets/fast-kernel.ts';
import { fastSockets } from '../../src/io/sockets/fast.ts';
import type { UdpSocket } from '../../src/io/sockets/udp.ts';

const LOOPBACK = { port: 0, address: '127.0.0.1', reuseAddr: false };
const loaded = await loadKernel();

it.runIf(loaded.ok)('are told as how long each lay in the socket', async () => {
  if (!loaded.ok) throw new Error(loaded.error);
  const sockets = fastSockets(loaded.value);
  const waits: number[] = [];
  const open = (): UdpSocket => {
    const bound = sockets.bind(LOOPBACK);
    if (!bound.ok) throw new Error(bound.error);
    bound.value.listen({
      onDatagram: (_from, _bytes, waitedMs) => waits.push(waitedMs),
      isBehind: () => false,
      onOversized() {},
      onSent() {},
    });
    return bound.value;
  };
  const [a, b] = [open(), open()];
  try {
    const { port } = b.socket.address();
    const send = (): void => a.send([{ bytes: new Uint8Array(100) }], '127.0.0.1', port);
    // The kernel begins to stamp a moment after it is asked to.
    await expect
      .poll(() => {
        waits.length = 0;
        send();
        for (const until = performance.now() + 20; performance.now() < until;);
        send();
        b.receive();
        return waits[0];
      })
      .toBeGreaterThan(19);
    const [first, second] = waits as [number, number];
    expect(second).toBeLessThan(first - 15);
    // What libuv reads for its wake-up comes without a stamp: one that stands alone was dealt with at once…
    send();
    await expect.poll(() => waits[2]).toBe(0);
    // …and one with another behind it waited as long as that.
    send();
    send();
    for (const until = performance.now() + 20; performance.now() < until;);
    await expect.poll(() => waits.length).toBe(5);
    expect(waits[3]).toBeGreaterThan(15);
    expect(waits[3]).toBe(waits[4]);
  } finally {
    await Promise.all([a.close(), b.close()]);
  }
});
