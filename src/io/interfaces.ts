/**
 * Which network interfaces Starling uses. Reading the machine (`listInterfaces`) is kept apart from choosing
 * (`chooseInterfaces`), which is pure.
 */
import { readFileSync } from 'node:fs';
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';
import { err, ok, type Result } from '../base/result.ts';
import { DATAGRAM_BYTES_MAX, DATAGRAM_BYTES_MIN, IPV4_UDP_HEADER_BYTES } from '../core/limits.ts';
import { headerBytes } from '../core/path-size.ts';
import { isPart, kindOf, rankOf, type InterfaceKind } from './interface-kind.ts';
import { BROADCAST_NETWORKS_MAX, INTERFACES_MAX } from './limits.ts';
import type { IoFault, IoProblem } from './problems.ts';

export interface NetworkInterface {
  readonly name: string;
  /** The system's number for it: one that was pulled and plugged in again is another, though it looks the same. */
  readonly index: number | undefined;
  /** The first IPv4 address; where there is none, the link-local IPv6 address with its scope (`fe80::1%eth0`). */
  readonly address: string;
  /** That IPv6 address where it has an IPv4 one as well (protocol.md §3). */
  readonly ipv6?: string;
  /** Every IPv4 network on it, as `first address & mask` and mask, unsigned. */
  readonly networks: readonly Network[];
  readonly loopback: boolean;
  /** False where the platform says that the interface has no multicast. Loopback has none, yet carries it. */
  readonly multicast: boolean;
  readonly kind: InterfaceKind;
  /** Of a bridge or a bond: used only where it was named. */
  readonly isPart?: boolean;
  /** Undefined where the platform does not show it. */
  readonly mtuBytes: number | undefined;
}

export interface Network {
  readonly base: number;
  readonly mask: number;
}

export interface InterfaceChoice {
  readonly used: readonly NetworkInterface[];
  readonly problems: readonly IoProblem[];
}

const IFF_MULTICAST = 0x1000;
/** IFA_F_TENTATIVE | IFA_F_DADFAILED. */
const IFA_F_UNREADY = 0x40 | 0x08;

/** Every interface that is up and has an IPv4 address, or a link-local IPv6 one that can be used already; in the order of the system. */
export function listInterfaces(): readonly NetworkInterface[] {
  const found: NetworkInterface[] = [];
  const unready = unreadyIpv6();
  for (const [name, entries] of Object.entries(networkInterfaces())) {
    const ipv4 = (entries ?? []).filter((entry) => entry.family === 'IPv4');
    const ipv6 = unready.has(name) ? undefined : linkLocalOf(name, entries ?? []);
    const first = ipv4[0] ?? ipv6;
    if (first === undefined) continue;
    const flags = readNumber(name, 'flags');
    found.push({
      name,
      index: readNumber(name, 'ifindex'),
      address: first.address,
      ...(ipv6 === undefined || first === ipv6 ? {} : { ipv6: ipv6.address }),
      networks: ipv4.map((entry) => networkOf(entry.address, entry.netmask)),
      loopback: first.internal,
      kind: kindOf(name, first.internal),
      isPart: isPart(name),
      multicast: first.internal || flags === undefined || (flags & IFF_MULTICAST) !== 0,
      mtuBytes: readNumber(name, 'mtu'),
    });
  }
  return found;
}

/**
 * With names: exactly those, and a name that the machine does not have is a fault. Without: every interface that is
 * neither loopback nor part of another one, and carries multicast; where none is left, loopback.
 */
export function chooseInterfaces(
  all: readonly NetworkInterface[],
  names: readonly string[],
): Result<InterfaceChoice, IoFault> {
  const known = all.map((one) => one.name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    return err({ code: 'interface-unknown', values: { interface: unknown, known: known.join(', ') } });
  }
  return ok(presentInterfaces(all, names));
}

/** The same once running, where a chosen interface may be gone for a while. */
export function presentInterfaces(
  all: readonly NetworkInterface[],
  names: readonly string[],
): InterfaceChoice {
  const isNamed = names.length > 0;
  // Cards before what programs make: the first address is the one that is shown, and of too many the last are left out.
  const candidates = isNamed
    ? all.filter((one) => names.includes(one.name))
    : all
        .filter((one) => !one.loopback && one.isPart !== true)
        .toSorted((a, b) => rankOf(a.kind) - rankOf(b.kind));
  const problems: IoProblem[] = candidates
    .filter((one) => !one.multicast)
    .map((one) => ({ code: 'interface-without-multicast', values: { interface: one.name } }));
  let used = candidates.filter((one) => one.multicast);
  if (used.length === 0 && names.length === 0) used = all.filter((one) => one.loopback);
  if (used.length > INTERFACES_MAX) {
    problems.push({
      code: 'interfaces-too-many',
      values: { count: used.length, used: INTERFACES_MAX },
    });
    used = used.slice(0, INTERFACES_MAX);
  }
  return { used, problems };
}

/** Largest UDP payload that leaves every one of them in a single packet. */
export function datagramBytesMax(used: readonly NetworkInterface[]): number {
  const payloads = used.map(({ mtuBytes, address }) => {
    const headers = headerBytes({ host: address, isRelayed: false });
    return (mtuBytes ?? DATAGRAM_BYTES_MAX + IPV4_UDP_HEADER_BYTES) - headers;
  });
  return Math.max(DATAGRAM_BYTES_MIN, Math.min(...payloads, DATAGRAM_BYTES_MAX));
}

/** True where both lists mean the same sockets and memberships. */
export function sameInterfaces(a: readonly NetworkInterface[], b: readonly NetworkInterface[]): boolean {
  const key = (list: readonly NetworkInterface[]): string =>
    JSON.stringify(list.map((one) => [interfaceKey(one), one.ipv6, one.networks]));
  return key(a) === key(b);
}

/** Equal where a socket bound for one of them still works for the other. */
export function interfaceKey(one: NetworkInterface): string {
  return `${one.name} ${one.index ?? ''} ${one.address}`;
}

/** The interface on whose network this IPv4 address is. */
export function interfaceOf(
  used: readonly NetworkInterface[],
  address: string,
): NetworkInterface | undefined {
  const value = ipv4Number(address);
  return used.find((one) => one.networks.some(({ base, mask }) => (value & mask) >>> 0 === base));
}

/** Everybody on its networks, and everybody on its cable; none of loopback and of IPv6. */
export function broadcastAddresses({ loopback, networks }: NetworkInterface): readonly string[] {
  if (loopback) return [];
  const directed = networks
    // A network of one or two addresses (a tunnel) has none.
    .filter(({ mask }) => ~mask >>> 0 > 1)
    .slice(0, BROADCAST_NETWORKS_MAX)
    .map(({ base, mask }) => ipv4Text((base | ~mask) >>> 0));
  return directed.length === 0 ? [] : [...new Set([...directed, LIMITED_BROADCAST])];
}

const LIMITED_BROADCAST = '255.255.255.255';

export const isIpv6 = (address: string): boolean => address.includes(':');

export const hasIpv4 = (used: readonly NetworkInterface[]): boolean =>
  used.some(({ address }) => !isIpv6(address));

/** In the form in which Node tells where a datagram came from. */
function linkLocalOf(
  name: string,
  entries: readonly NetworkInterfaceInfo[],
): { readonly address: string; readonly internal: boolean } | undefined {
  const own = entries.find(({ family, address }) => family === 'IPv6' && address.startsWith('fe80:'));
  if (own === undefined) return undefined;
  const zone = process.platform === 'win32' && own.family === 'IPv6' ? String(own.scopeid) : name;
  return { address: `${own.address}%${zone}`, internal: own.internal };
}

/**
 * Interfaces whose link-local address is still being asked about on the network (RFC 4862 §5.4, some two seconds), or is
 * somebody else's: nothing can be bound to it. Empty off Linux, where a bind that fails is tried again.
 */
function unreadyIpv6(): ReadonlySet<string> {
  let text: string;
  try {
    text = readFileSync('/proc/net/if_inet6', 'utf8');
  } catch {
    return new Set();
  }
  return new Set(unreadyIn(text));
}

/** Of the lines of `/proc/net/if_inet6`: address, index, prefix, scope, flags (hexadecimal), name. */
export function unreadyIn(text: string): readonly string[] {
  const rows = text.split('\n').map((line) => line.trim().split(/\s+/));
  return rows.flatMap(([address = '', , , , flags = '0', name]) =>
    name !== undefined && address.startsWith('fe80') && (Number.parseInt(flags, 16) & IFA_F_UNREADY) !== 0
      ? [name]
      : [],
  );
}

function networkOf(address: string, netmask: string): Network {
  const mask = ipv4Number(netmask);
  return { base: (ipv4Number(address) & mask) >>> 0, mask };
}

const ipv4Text = (value: number): string =>
  [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join('.');

function ipv4Number(address: string): number {
  return address.split('.').reduce((value, part) => ((value << 8) | Number(part)) >>> 0, 0);
}

/** A figure of `/sys/class/net`, decimal or hexadecimal; undefined off Linux. */
function readNumber(name: string, figure: 'mtu' | 'flags' | 'ifindex'): number | undefined {
  try {
    const value = Number(readFileSync(`/sys/class/net/${name}/${figure}`, 'utf8').trim());
    return Number.isFinite(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
