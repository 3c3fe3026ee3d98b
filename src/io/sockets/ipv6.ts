/**
 * Rooms' groups by IPv6 (protocol.md §3): link-local, so each needs a scope and each interface a socket of its own. Always
 * `node:dgram`.
 */
import { datagramLength } from '../../core/datagram.ts';
import type { Datagram } from '../../core/datagram.ts';
import { DATAGRAM_BYTES_MAX, IPV4_UDP_HEADER_BYTES, IPV6_UDP_HEADER_BYTES } from '../../core/limits.ts';
import { interfaceKey, isIpv6, type NetworkInterface } from '../interfaces.ts';
import { errorCode, type IoProblem } from '../problems.ts';
import { zoneIn } from './ipv6-use.ts';
import type { UdpSocket } from './udp.ts';

/** `ff12::efff:A:B` for 239.255.A.B: transient, link-local. */
export function ipv6Group(group: string): string {
  const [, , third = 0, fourth = 0] = group.split('.').map(Number);
  return `ff12::efff:${third.toString(16)}:${fourth.toString(16)}`;
}

/** The link-local address with its scope, beside an IPv4 one or alone. */
export const ipv6AddressOf = ({ address, ipv6 }: NetworkInterface): string | undefined =>
  isIpv6(address) ? address : ipv6;

export const hasIpv6 = (interfaces: readonly NetworkInterface[]): boolean =>
  interfaces.some((one) => ipv6AddressOf(one) !== undefined);

/** The rest leaves in fragments: what is asked by it, as PROBEs are, would be answered for what gets through whole. */
export const fitsIpv6 = (datagram: Datagram): boolean =>
  datagramLength(datagram) <= DATAGRAM_BYTES_MAX + IPV4_UDP_HEADER_BYTES - IPV6_UDP_HEADER_BYTES;

/** Where a member is one: the scope, and what it is bound for. */
export interface Ipv6Place {
  readonly zone: string;
  readonly network: NetworkInterface;
  /** It has IPv4 as well. */
  readonly isBeside: boolean;
}

export interface Ipv6GroupPorts {
  /** Undefined where the system refuses; that was told. */
  open(address: string, place: Ipv6Place): UdpSocket | undefined;
  onProblem(problem: IoProblem): void;
}

/** One group's sockets, one for each interface. */
export class Ipv6GroupSocket {
  readonly isBulk: boolean;
  readonly #group: string;
  readonly #ports: Ipv6GroupPorts;
  /** By interface. */
  readonly #sockets = new Map<string, { readonly udp: UdpSocket; readonly place: Ipv6Place }>();

  constructor(group: string, isBulk: boolean, ports: Ipv6GroupPorts) {
    this.#group = ipv6Group(group);
    this.isBulk = isBulk;
    this.#ports = ports;
  }

  /** A file's group is joined beside IPv4 only in `zones`, where somebody sends by IPv6 alone. */
  joinOn(interfaces: readonly NetworkInterface[], zones: ReadonlySet<string>): void {
    const wanted = new Map<string, Ipv6Place>();
    for (const network of interfaces) {
      const address = ipv6AddressOf(network);
      if (address === undefined) continue;
      const place = { zone: zoneIn(address), network, isBeside: address !== network.address };
      if (!this.isBulk || !place.isBeside || zones.has(place.zone)) {
        wanted.set(interfaceKey({ ...network, address }), place);
      }
    }
    for (const [key, { udp, place }] of this.#sockets) {
      if (wanted.get(key)?.isBeside === place.isBeside) continue;
      this.#sockets.delete(key);
      void udp.close();
    }
    for (const [key, place] of wanted) if (!this.#sockets.has(key)) this.#add(key, place);
  }

  /** As for IPv4: a switch that has forgotten us hears of us again (MLD). */
  rejoin(isDue: (place: Ipv6Place) => boolean): void {
    for (const { udp, place } of this.#sockets.values()) {
      if (!isDue(place)) continue;
      try {
        udp.socket.dropMembership(this.#group, `::%${place.zone}`);
        udp.socket.addMembership(this.#group, `::%${place.zone}`);
      } catch {
        // The interface is gone.
      }
    }
  }

  close(): void {
    for (const { udp } of this.#sockets.values()) void udp.close();
    this.#sockets.clear();
  }

  #add(key: string, place: Ipv6Place): void {
    const { zone, network } = place;
    const udp = this.#ports.open(process.platform === 'win32' ? '::' : `${this.#group}%${zone}`, place);
    if (udp === undefined) return;
    try {
      udp.socket.addMembership(this.#group, `::%${zone}`);
      this.#sockets.set(key, { udp, place });
    } catch (error) {
      void udp.close();
      const values = { interface: network.name, group: this.#group, error: errorCode(error) };
      if (!place.isBeside) this.#ports.onProblem({ code: 'group-join-failed', values });
    }
  }
}
