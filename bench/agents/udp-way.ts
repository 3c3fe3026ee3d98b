/** A bare datagram to a group: what the machine and its kernel take, before any protocol. */
import { createSocket } from 'node:dgram';
import type { Way } from './latency.ts';

const GROUP = '239.255.66.66';
const PORT = 6600;

export function udpWay({ address = '' }: Record<string, string>): Way {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  return {
    start: (hear) =>
      new Promise((resolve) => {
        socket.on('message', (bytes) => hear(bytes.toString()));
        socket.bind(PORT, GROUP, () => {
          socket.addMembership(GROUP, address);
          socket.setMulticastInterface(address);
          socket.setMulticastLoopback(false);
          resolve();
        });
      }),
    say: (text) => socket.send(text, PORT, GROUP),
    offer: () => undefined,
  };
}
