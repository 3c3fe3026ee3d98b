/**
 * The datagram port over either kind of UDP socket (`UdpSockets`).
 *
 * A wildcard socket of Linux receives every group that any socket of the machine joined, so each group has its own
 * socket, bound to the group's address; Windows refuses that bind, and there a wildcard socket receives only what
 * it joined itself. Multicast leaves by one socket for each interface, bound to its address; unicast has one more
 * socket, whose port belongs to this process alone. All binding is synchronous, so there is no half-open state.
 */
import type { Bytes } from '../../base/bytes.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { Address, Counters } from '../../core/api.ts';
import type { Datagram } from '../../core/datagram.ts';
import { monotonicClock } from '../clock.ts';
import { isEnvelope } from '../envelope.ts';
import { broadcastAddresses, interfaceKey, isIpv6, type NetworkInterface } from '../interfaces.ts';
import {
  ECHO_MS_MAX,
  GROUPS_MAX,
  RECEIVE_BUFFER_BYTES_WANTED,
  REJOIN_INTERVAL_MS,
  SENDS_IN_FLIGHT_MAX,
  SHUTDOWN_MS_MAX,
  UNICAST_PORTS_MAX,
} from '../limits.ts';
import type { IoFault, IoProblem } from '../problems.ts';
import { BroadcastSockets } from './broadcast.ts';
import { BulkPaths } from './bulk-paths.ts';
import { GroupSocket } from './group-socket.ts';
import { groupAt, Ipv6GroupSocket, ipv6Interfaces, zoneOf } from './ipv6.ts';
import type { DatagramHandlers, DatagramPort, DatagramPortOptions, PortFacts, SendTarget } from './port.ts';
import type { UdpSocket, UdpSockets } from './udp.ts';

/** No room's group, so that the probe for the port disturbs nobody. */
const PROBE_GROUP = '239.255.255.255';
const HOPS = 1;
const WILDCARD_GROUPS = process.platform === 'win32';
/** Below this many in flight a full port calls for more: half, so that it is not woken for every single datagram. */
const SENDS_IN_FLIGHT_LOW = SENDS_IN_FLIGHT_MAX / 2;

/** Datagrams in a row from one source of which one is noted: far more often than HEARD_MS_MAX asks for. */
const NOTE_EVERY = 64;

/** A full queue is congestion; an address that is none is somebody's false claim; and a closed socket is our own doing. */
const HARMLESS: ReadonlySet<string> = new Set(['ENOBUFS', 'EAGAIN', 'EINVAL', 'ECANCELED']);

/** Opens the unicast socket and a sending socket for each interface; joins nothing yet. */
export function openUdpPort(
  options: DatagramPortOptions,
  sockets: UdpSockets,
): Result<DatagramPort, IoFault> {
  const { port } = options;
  const address = WILDCARD_GROUPS ? '0.0.0.0' : PROBE_GROUP;
  const probe = sockets.bind({ port, address, reuseAddr: true });
  if (!probe.ok) {
    const taken = probe.error === 'EADDRINUSE';
    return err(
      taken
        ? { code: 'port-in-use', values: { port } }
        : { code: 'network-unusable', values: { error: probe.error } },
    );
  }
  void probe.value.close();
  const own = options.loopbackOnly ? '127.0.0.1' : '0.0.0.0';
  for (let unicastPort = port + 1; unicastPort <= port + UNICAST_PORTS_MAX; unicastPort++) {
    const unicast = sockets.bind({ port: unicastPort, address: own, reuseAddr: false });
    if (unicast.ok) return ok(new UdpPort(options, sockets, unicast.value, unicastPort));
  }
  return err({ code: 'unicast-ports-in-use', values: { first: port + 1, last: port + UNICAST_PORTS_MAX } });
}

interface Sender {
  readonly udp: UdpSocket;
  readonly network: NetworkInterface;
  readonly localPort: number;
  readonly echo: Echo;
}

/** Our multicasts come back to us, or something is in the way. Monotonic milliseconds. */
interface Echo {
  /** Of the first of those that did not come back yet. */
  unansweredSince: number | undefined;
  heard: boolean;
}

class UdpPort implements DatagramPort {
  readonly unicastPort: number;
  readonly trainMax: number;
  readonly gatherMax: number;
  readonly #port: number;
  readonly #hops: number;
  readonly #handlers: DatagramHandlers;
  readonly #sockets: UdpSockets;
  readonly #unicast: UdpSocket;
  readonly #groups = new Map<string, GroupSocket>();
  readonly #groups6 = new Map<string, Ipv6GroupSocket>();
  /** The unicast port once more, for IPv6; while an interface has that alone. */
  #unicast6: UdpSocket | undefined;
  readonly #broadcasts = new BroadcastSockets();
  readonly #paths = new BulkPaths();
  readonly #rejoinTimer: NodeJS.Timeout;
  readonly #counts = new Map<string, number>();
  readonly #reported = new Set<string>();
  #interfaces: readonly NetworkInterface[] = [];
  #senders: readonly Sender[] = [];
  #inFlight = 0;
  #lastFrom: Address = { host: '', port: 0 };
  #sameCount = 0;
  /** The sender of ours that the last datagram came from. */
  #lastOwn: Sender | undefined;
  #drainOwed = false;
  #closing: Promise<void> | undefined;
  #onIdle: (() => void) | undefined;

  constructor(options: DatagramPortOptions, sockets: UdpSockets, unicast: UdpSocket, unicastPort: number) {
    this.#port = options.port;
    this.#hops = options.hops ?? HOPS;
    this.#handlers = options.handlers;
    this.#sockets = sockets;
    this.trainMax = sockets.trainMax;
    this.gatherMax = sockets.gatherMax;
    this.unicastPort = unicastPort;
    this.#unicast = unicast;
    this.#listen(unicast);
    this.setInterfaces(options.interfaces);
    this.#rejoinTimer = setInterval(() => this.#rejoin(), options.rejoinIntervalMs ?? REJOIN_INTERVAL_MS);
  }

  get full(): boolean {
    if (this.#inFlight < SENDS_IN_FLIGHT_MAX) return false;
    this.#drainOwed = true;
    return true;
  }

  subscribe(group: string): void {
    if (this.#closing !== undefined || this.#groups.has(group)) return;
    if (this.#groups.size >= GROUPS_MAX) {
      this.#problem({ code: 'group-unusable', values: { group, port: this.#port, error: 'EMFILE' } });
      return;
    }
    const address = WILDCARD_GROUPS ? '0.0.0.0' : group;
    const bound = this.#sockets.bind({ port: this.#port, address, reuseAddr: true });
    if (!bound.ok) {
      this.#problem({ code: 'group-unusable', values: { group, port: this.#port, error: bound.error } });
      return;
    }
    this.#listen(bound.value);
    const member = new GroupSocket(bound.value, group, (problem) => this.#problem(problem));
    member.joinOn(this.#interfaces);
    this.#groups.set(group, member);
    const member6 = new Ipv6GroupSocket(group, {
      open: (bindTo) => this.#openGroup6(bindTo),
      onProblem: (problem) => this.#problem(problem),
    });
    member6.joinOn(this.#interfaces);
    this.#groups6.set(group, member6);
  }

  unsubscribe(group: string): void {
    this.#groups.get(group)?.close();
    this.#groups.delete(group);
    this.#groups6.get(group)?.close();
    this.#groups6.delete(group);
  }

  setInterfaces(interfaces: readonly NetworkInterface[]): void {
    this.#reported.clear();
    this.#useInterfaces(interfaces);
  }

  #useInterfaces(interfaces: readonly NetworkInterface[]): void {
    if (this.#closing !== undefined) return;
    const kept = new Map(this.#senders.map((sender) => [interfaceKey(sender.network), sender]));
    const senders: Sender[] = [];
    for (const network of interfaces) {
      const known = kept.get(interfaceKey(network));
      kept.delete(interfaceKey(network));
      const sender = known === undefined ? this.#openSender(network) : { ...known, network };
      if (sender !== undefined) senders.push(sender);
    }
    for (const gone of kept.values()) void gone.udp.close();
    this.#senders = senders;
    this.#interfaces = interfaces;
    this.#openUnicast6();
    this.#broadcasts.use(interfaces, (address) => this.#openBroadcast(address));
    for (const member of this.#groups.values()) member.joinOn(interfaces);
    for (const member of this.#groups6.values()) member.joinOn(interfaces);
  }

  send(target: SendTarget, datagrams: readonly Datagram[]): void {
    if (this.#closing !== undefined) return;
    if (target.kind === 'unicast') {
      const { host, port } = target.address;
      const udp = isIpv6(host) ? this.#unicast6 : this.#unicast;
      if (udp === undefined) return;
      this.#inFlight += datagrams.length;
      udp.send(datagrams, host, port);
      return;
    }
    if (target.kind === 'broadcast') return this.#broadcast(datagrams);
    const chosen = target.bulk ? this.#paths.choose(this.#interfaces, monotonicClock()) : undefined;
    for (const { udp, network, echo } of this.#senders) {
      if (chosen !== undefined && !chosen.includes(network)) continue;
      this.#inFlight += datagrams.length;
      echo.unansweredSince ??= monotonicClock();
      udp.send(datagrams, groupAt(target.group, network), this.#port);
    }
  }

  #broadcast(datagrams: readonly Datagram[]): void {
    for (const { udp, network } of this.#senders)
      for (const host of broadcastAddresses(network)) {
        this.#inFlight += datagrams.length;
        udp.send(datagrams, host, this.#port);
      }
  }

  receive(): void {
    this.#unicast.receive();
    for (const group of this.#groups.values()) group.receive();
  }

  facts(): PortFacts {
    const now = monotonicClock();
    const interfaces = this.#senders.map(({ network: { name }, echo }) => {
      const ownComesBack = comesBack(echo, now);
      return { name, ...(ownComesBack === undefined ? {} : { ownComesBack }) };
    });
    return { interfaces, groups: [...this.#groups.keys()] };
  }

  counters(): Counters {
    return Object.fromEntries(this.#counts);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#rejoinTimer);
    for (const member of [...this.#groups.values(), ...this.#groups6.values()]) member.close();
    this.#groups.clear();
    this.#groups6.clear();
    this.#broadcasts.close();
    if (this.#inFlight > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, SHUTDOWN_MS_MAX);
        this.#onIdle = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const six = this.#unicast6 === undefined ? [] : [this.#unicast6];
    const sockets = [this.#unicast, ...six, ...this.#senders.map((sender) => sender.udp)];
    await Promise.all(sockets.map((udp) => udp.close()));
  }

  #openSender(network: NetworkInterface): Sender | undefined {
    const bound = this.#sockets.bind({ port: 0, address: network.address, reuseAddr: false });
    if (!bound.ok) {
      this.#count(`io-send-${bound.error}`);
      this.#problem(sendProblem(bound.error, network.name));
      return undefined;
    }
    const udp = bound.value;
    try {
      udp.socket.setMulticastInterface(isIpv6(network.address) ? `::%${zoneOf(network)}` : network.address);
      udp.socket.setMulticastTTL(this.#hops);
      udp.socket.setMulticastLoopback(true);
      if (!isIpv6(network.address)) udp.socket.setBroadcast(true);
    } catch {
      void udp.close();
      this.#problem({ code: 'interface-without-multicast', values: { interface: network.name } });
      return undefined;
    }
    // Nobody is told this port: what arrives there is read, because an unread socket would wake us for ever, and dropped.
    const unexpected = (): void => this.#count('io-unexpected-port');
    udp.listen({
      onDatagram: unexpected,
      isBehind: () => false,
      onOversized: unexpected,
      onSent: (error, count) => this.#sent(error, count, network.name),
    });
    const echo = { unansweredSince: undefined, heard: false };
    return { udp, network, localPort: udp.socket.address().port, echo };
  }

  #openUnicast6(): void {
    if (this.#unicast6 !== undefined || ipv6Interfaces(this.#interfaces).length === 0) return;
    const bound = this.#sockets.bind({ port: this.unicastPort, address: '::', reuseAddr: false });
    if (!bound.ok)
      return this.#problem({ code: 'network-unreachable', values: { interface: '::', error: bound.error } });
    this.#unicast6 = bound.value;
    this.#listen(bound.value);
  }

  /** Where it cannot be, others are not heard by broadcast, which is one way of several. */
  #openBroadcast(address: string): UdpSocket | undefined {
    const bound = this.#sockets.bind({ port: this.#port, address, reuseAddr: true });
    if (bound.ok) this.#listen(bound.value);
    else this.#count(`io-broadcast-${bound.error}`);
    return bound.ok ? bound.value : undefined;
  }

  #openGroup6(address: string): UdpSocket | undefined {
    const port = this.#port;
    const bound = this.#sockets.bind({ port, address, reuseAddr: true });
    if (bound.ok) {
      this.#listen(bound.value);
      return bound.value;
    }
    this.#problem({ code: 'group-unusable', values: { group: address, port, error: bound.error } });
    return undefined;
  }

  #listen(udp: UdpSocket): void {
    try {
      udp.socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES_WANTED);
    } catch {
      // The default of the system is what the pacing is made for.
    }
    udp.listen({
      onDatagram: (from, bytes, waitedMs) =>
        this.#received(from, bytes, waitedMs, udp !== this.#unicast && udp !== this.#unicast6),
      isBehind: () => this.#handlers.isBehind(),
      onOversized: () => this.#count('io-oversized'),
      onSent: (error, count) => this.#sent(error, count, undefined),
    });
  }

  #received(from: Address, bytes: Bytes, waitedMs: number, byMulticast: boolean): void {
    // Of a stream from one source it is enough to note a part.
    const { host, port } = this.#lastFrom;
    const isSame = from.host === host && from.port === port;
    if (!isSame || ++this.#sameCount >= NOTE_EVERY) {
      this.#lastFrom = from;
      this.#sameCount = 0;
      this.#lastOwn = this.#ownSender(from);
      if (this.#lastOwn === undefined) this.#paths.heard(from.host, monotonicClock());
    }
    if (this.#lastOwn !== undefined && !isEnvelope(bytes)) {
      this.#lastOwn.echo.unansweredSince = undefined;
      this.#lastOwn.echo.heard = true;
    }
    this.#handlers.onDatagram(from, bytes, waitedMs, byMulticast);
  }

  /** For the choice of paths only: the core knows its own packets by their sender's id. */
  #ownSender(from: Address): Sender | undefined {
    return this.#senders.find(
      (sender) => sender.localPort === from.port && sender.network.address === from.host,
    );
  }

  /** `name` of the interface; none for unicast, where the system chose. */
  #sent(error: string | undefined, count: number, name: string | undefined): void {
    this.#inFlight -= count;
    if (error !== undefined) {
      this.#count(`io-send-${error}`, count);
      const problem = sendProblem(error, name ?? this.#interfaces.map((one) => one.name).join(', '));
      // One member out of reach is that member's trouble; the network as a whole shows in multicast.
      const oneMember = name === undefined && problem.code === 'network-unreachable';
      if (!HARMLESS.has(error) && !error.startsWith('ERR_') && !oneMember) this.#problem(problem);
    }
    if (this.#inFlight === 0) this.#onIdle?.();
    if (this.#drainOwed && this.#inFlight <= SENDS_IN_FLIGHT_LOW) {
      this.#drainOwed = false;
      this.#handlers.onDrain();
    }
  }

  #rejoin(): void {
    // An IPv6 address is not to be used in its first second or two, and a card may be slow, too.
    if (this.#senders.length < this.#interfaces.length) this.#useInterfaces(this.#interfaces);
    for (const member of this.#groups.values()) member.rejoin(this.#interfaces);
    for (const member of this.#groups6.values()) member.rejoin();
  }

  #count(name: string, count = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
  }

  /** Once for each cause, until the interfaces change. */
  #problem(problem: IoProblem): void {
    const key = JSON.stringify(problem);
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    this.#handlers.onProblem(problem);
  }
}

/** Undefined while it is too early to say. */
function comesBack({ unansweredSince, heard }: Echo, now: number): boolean | undefined {
  if (unansweredSince !== undefined && now - unansweredSince > ECHO_MS_MAX) return false;
  return heard ? true : undefined;
}

function sendProblem(error: string, name: string): IoProblem {
  const values = { interface: name, error };
  switch (error) {
    case 'EPERM':
    case 'EACCES':
      return { code: 'send-blocked', values };
    case 'EMSGSIZE':
      return { code: 'send-too-large', values };
    case 'ENETUNREACH':
    case 'ENETDOWN':
    case 'EHOSTUNREACH':
    case 'EADDRNOTAVAIL':
      return { code: 'network-unreachable', values };
    default:
      return { code: 'send-failed', values };
  }
}
