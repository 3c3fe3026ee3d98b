/**
 * Where broadcasts come in: a group's socket takes its group alone, so each broadcast address has a socket of its own, on the
 * same port. Windows cannot bind one, and needs none: there a group's socket takes broadcasts as well.
 */
import { broadcastAddresses, type NetworkInterface } from '../interfaces.ts';
import type { UdpSocket } from './udp.ts';

export class BroadcastSockets {
  readonly #sockets = new Map<string, UdpSocket>();

  /** `open`: undefined where the system refuses. */
  use(interfaces: readonly NetworkInterface[], open: (address: string) => UdpSocket | undefined): void {
    if (process.platform === 'win32') return;
    const wanted = new Set(interfaces.flatMap(broadcastAddresses));
    for (const [address, udp] of this.#sockets) {
      if (wanted.has(address)) continue;
      this.#sockets.delete(address);
      void udp.close();
    }
    for (const address of wanted) {
      if (this.#sockets.has(address)) continue;
      const udp = open(address);
      if (udp !== undefined) this.#sockets.set(address, udp);
    }
  }

  close(): void {
    for (const udp of this.#sockets.values()) void udp.close();
    this.#sockets.clear();
  }
}
