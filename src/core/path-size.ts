/**
 * The sizes that datagrams may have, in one place: what headers take, and which sizes a path is tried with. *Packet* sizes
 * are those of IP packets, as MTUs are; *datagram* sizes are of UDP payloads.
 */
import {
  DATAGRAM_BYTES_MAX,
  IPV4_UDP_HEADER_BYTES,
  IPV6_UDP_HEADER_BYTES,
  PATH_MTUS,
  RELAY_HEADER_BYTES,
} from './limits.ts';

/** To where, and whether another member passes it on in an envelope. */
export interface PathWay {
  readonly host: string;
  readonly isRelayed: boolean;
}

/** What stands around a datagram on its way there. */
export function headerBytes({ host, isRelayed }: PathWay): number {
  const ip = host.includes(':') ? IPV6_UDP_HEADER_BYTES : IPV4_UDP_HEADER_BYTES;
  return ip + (isRelayed ? RELAY_HEADER_BYTES : 0);
}

/** Datagrams below `fullBytes` that are tried where those do not get through, the largest first. */
export function smallerSizes(fullBytes: number, way: PathWay): number[] {
  const headers = headerBytes(way);
  return PATH_MTUS.map((mtu) => mtu - headers).filter((bytes) => bytes < fullBytes);
}

/** Ethernet's. */
const PACKET_BYTES_MAX = DATAGRAM_BYTES_MAX + IPV4_UDP_HEADER_BYTES;

/** The packet that a datagram of that size makes; what is longer than any is cut by IP, as full ones of IPv4 are on their way by IPv6. */
export const packetBytes = (datagramBytes: number, way: PathWay): number =>
  Math.min(PACKET_BYTES_MAX, datagramBytes + headerBytes(way));
