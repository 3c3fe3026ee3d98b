/**
 * Rooms' groups on interfaces that have IPv6 alone (protocol.md §3): link-local, so each needs a scope and each interface a
 * socket of its own. Always `node:dgram`.
 */
import { isIpv6, type NetworkInterface } from '../interfaces.ts';
import { errorCode, type IoProblem } from '../problems.ts';
import type { UdpSocket } from './udp.ts';

/** `ff12::efff:A:B` for 239.255.A.B: transient, link-local. */
export function ipv6Group(group: string): string {
  const [, , third = 0, fourth = 0] = group.split('.').map(Number);
  return `ff12::efff:${third.toString(16)}:${fourth.toString(16)}`;
}

/** The scope of a link-local address: `eth0` of `fe80::1%eth0`. */
export const zoneOf = ({ address }: NetworkInterface): string => address.split('%')[1] ?? '';

export const ipv6Interfaces = (interfaces: readonly NetworkInterface[]): readonly NetworkInterface[] =>
  interfaces.filter(({ address }) => isIpv6(address));

/** Where the group is reached by this interface. */
export const groupAt = (group: string, network: NetworkInterface): string =>
  isIpv6(network.address) ? `${ipv6Group(group)}%${zoneOf(network)}` : group;

export interface Ipv6GroupPorts {
  /** Undefined where the system refuses; that was told. */
  open(address: string): UdpSocket | undefined;
  onProblem(problem: IoProblem): void;
}

/** One group's sockets, one for each interface. */
export class Ipv6GroupSocket {
  readonly #group: string;
  readonly #ports: Ipv6GroupPorts;
  readonly #sockets = new Map<string, { readonly udp: UdpSocket; readonly zone: string }>();

  constructor(group: string, ports: Ipv6GroupPorts) {
    this.#group = ipv6Group(group);
    this.#ports = ports;
  }

  joinOn(interfaces: readonly NetworkInterface[]): void {
    const wanted = new Map(ipv6Interfaces(interfaces).map((one) => [one.address, one]));
    for (const [address, { udp }] of this.#sockets) {
      if (wanted.has(address)) continue;
      this.#sockets.delete(address);
      void udp.close();
    }
    for (const [address, network] of wanted) if (!this.#sockets.has(address)) this.#add(address, network);
  }

  /** As for IPv4: a switch that has forgotten us hears of us again (MLD). */
  rejoin(): void {
    for (const { udp, zone } of this.#sockets.values()) {
      try {
        udp.socket.dropMembership(this.#group, `::%${zone}`);
        udp.socket.addMembership(this.#group, `::%${zone}`);
      } catch {
        // The interface is gone.
      }
    }
  }

  close(): void {
    for (const { udp } of this.#sockets.values()) void udp.close();
    this.#sockets.clear();
  }

  #add(address: string, network: NetworkInterface): void {
    const zone = zoneOf(network);
    const udp = this.#ports.open(process.platform === 'win32' ? '::' : `${this.#group}%${zone}`);
    if (udp === undefined) return;
    try {
      udp.socket.addMembership(this.#group, `::%${zone}`);
      this.#sockets.set(address, { udp, zone });
    } catch (error) {
      void udp.close();
      const values = { interface: network.name, group: this.#group, error: errorCode(error) };
      this.#ports.onProblem({ code: 'group-join-failed', values });
    }
  }
}
