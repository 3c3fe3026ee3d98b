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
import { broadcastAddresses, isIpv6, type NetworkInterface } from '../interfaces.ts';
import {
  GROUPS_MAX,
  IPV6_GROUP_SOCKETS_MAX,
  RECEIVE_BUFFER_BYTES_WANTED,
  REJOIN_INTERVAL_MS,
  REJOIN_UNNEEDED_EVERY,
  SENDS_IN_FLIGHT_MAX,
  SHUTDOWN_MS_MAX,
  UNICAST_PORTS_MAX,
} from '../limits.ts';
import type { IoFault, IoProblem } from '../problems.ts';
import { BroadcastSockets } from './broadcast.ts';
import { BulkPaths } from './bulk-paths.ts';
import { GroupSocket } from './group-socket.ts';
import { isIntroduction } from './introduction.ts';
import { fitsIpv6, hasIpv6, Ipv6GroupSocket } from './ipv6.ts';
import type { Ipv6Place } from './ipv6.ts';
import { Ipv6Use } from './ipv6-use.ts';
import type { Ipv6Needs } from './ipv6-use.ts';
import type { DatagramHandlers, DatagramPort, DatagramPortOptions, PortFacts, SendTarget } from './port.ts';
import { isHarmless, sendProblem } from './send-problem.ts';
import { Senders } from './senders.ts';
import type { Sender } from './senders.ts';
import type { UdpSocket, UdpSockets } from './udp.ts';

/** No room's group, so that the probe for the port disturbs nobody. */
const PROBE_GROUP = '239.255.255.255';
const HOPS = 1;
const WILDCARD_GROUPS = process.platform === 'win32';
/** Below this many in flight a full port calls for more: half, so that it is not woken for every single datagram. */
const SENDS_IN_FLIGHT_LOW = SENDS_IN_FLIGHT_MAX / 2;

/** Datagrams in a row from one source of which one is noted: far more often than HEARD_MS_MAX asks for. */
const NOTE_EVERY = 64;

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

class UdpPort implements DatagramPort {
  readonly unicastPort: number;
  readonly trainMax: number;
  readonly gatherMax: number;
  readonly #port: number;
  readonly #handlers: DatagramHandlers;
  readonly #sockets: UdpSockets;
  readonly #unicast: UdpSocket;
  readonly #groups = new Map<string, GroupSocket>();
  readonly #groups6 = new Map<string, Ipv6GroupSocket>();
  /** The unicast port once more, for IPv6. */
  #unicast6: UdpSocket | undefined;
  readonly #broadcasts = new BroadcastSockets();
  readonly #paths = new BulkPaths();
  readonly #senders: Senders;
  readonly #ipv6 = new Ipv6Use();
  /** Where files' groups are joined beside IPv4. */
  #zones: ReadonlySet<string> = new Set();
  #groups6Open = 0;
  #rejoins = 0;
  readonly #rejoinTimer: NodeJS.Timeout;
  readonly #counts = new Map<string, number>();
  readonly #reported = new Set<string>();
  #interfaces: readonly NetworkInterface[] = [];
  #isPaused = false;
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
    this.#handlers = options.handlers;
    this.#sockets = sockets;
    this.trainMax = sockets.trainMax;
    this.gatherMax = sockets.gatherMax;
    this.unicastPort = unicastPort;
    this.#senders = new Senders(sockets, options.hops ?? HOPS, {
      onSent: (error, count, name) => this.#sent(error, count, name),
      onProblem: (problem) => this.#problem(problem),
      count: (name) => this.#count(name),
    });
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

  subscribe(group: string, isBulk = false): void {
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
    const member6 = new Ipv6GroupSocket(group, isBulk, {
      open: (bindTo, place) => this.#openGroup6(bindTo, place, isBulk),
      onProblem: (problem) => this.#problem(problem),
    });
    member6.joinOn(this.#interfaces, this.#zones);
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
    this.#ipv6.restarted(monotonicClock());
    this.#useInterfaces(interfaces);
  }

  #useInterfaces(interfaces: readonly NetworkInterface[]): void {
    if (this.#closing !== undefined) return;
    this.#senders.use(interfaces);
    this.#interfaces = interfaces;
    this.#openUnicast6();
    this.#broadcasts.use(interfaces, (address) => this.#openBroadcast(address));
    for (const member of this.#groups.values()) member.joinOn(interfaces);
    for (const member of this.#groups6.values()) member.joinOn(interfaces, this.#zones);
  }

  useIpv6(needs: Ipv6Needs): void {
    if (this.#closing !== undefined) return;
    this.#ipv6.learn(needs);
    this.#joinBulk6(this.#ipv6.zones(monotonicClock()));
  }

  #joinBulk6(zones: ReadonlySet<string>): void {
    if (zones.size === this.#zones.size && [...zones].every((zone) => this.#zones.has(zone))) return;
    this.#zones = zones;
    for (const member of this.#groups6.values()) if (member.isBulk) member.joinOn(this.#interfaces, zones);
  }

  pauseRenewing(isPaused: boolean): void {
    this.#isPaused = isPaused;
    if (!isPaused) this.#rejoin();
  }

  send(target: SendTarget, datagrams: readonly Datagram[]): void {
    if (this.#closing !== undefined) return;
    if (target.kind === 'broadcast') return this.#broadcast(datagrams);
    if (target.kind === 'multicast') return this.#multicast(target, datagrams);
    const { host, port } = target.address;
    const udp = isIpv6(host) ? this.#unicast6 : this.#unicast;
    if (udp === undefined) return;
    this.#inFlight += datagrams.length;
    udp.send(datagrams, host, port);
  }

  #multicast(
    { group, bulk }: Extract<SendTarget, { kind: 'multicast' }>,
    datagrams: readonly Datagram[],
  ): void {
    const now = monotonicClock();
    const { needed } = this.#ipv6;
    const tried = bulk ? needed : this.#ipv6.zones(now);
    const chosen = bulk ? this.#paths.choose(this.#interfaces, now, needed.size > 0) : undefined;
    const short = tried.size > needed.size ? datagrams.filter(fitsIpv6) : [];
    const introductions =
      bulk || !this.#ipv6.announces(now)
        ? []
        : datagrams.filter((datagram) => isIntroduction(datagram, true));
    for (const sender of this.#senders.all) {
      const { network, zone, isBeside } = sender;
      if (!isBeside && chosen?.includes(network) === false) continue;
      const isNeeded = !isBeside || needed.has(zone);
      const leaving = isNeeded ? datagrams : tried.has(zone) ? short : introductions;
      if (leaving.length === 0) continue;
      this.#inFlight += leaving.length;
      this.#senders.send(sender, group, this.#port, leaving);
    }
  }

  #broadcast(datagrams: readonly Datagram[]): void {
    for (const { udp, network, zone } of this.#senders.all)
      for (const host of zone === '' ? broadcastAddresses(network) : []) {
        this.#inFlight += datagrams.length;
        udp.send(datagrams, host, this.#port);
      }
  }

  receive(): void {
    this.#unicast.receive();
    for (const group of this.#groups.values()) group.receive();
  }

  facts(): PortFacts {
    return { interfaces: this.#senders.facts(), groups: [...this.#groups.keys()] };
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
    await Promise.all([this.#senders.close(), ...[this.#unicast, ...six].map((udp) => udp.close())]);
  }

  #openUnicast6(): void {
    if (this.#unicast6 !== undefined || !hasIpv6(this.#interfaces)) return;
    const bound = this.#sockets.bind({ port: this.unicastPort, address: '::', reuseAddr: false });
    if (!bound.ok) {
      this.#count(`io-unicast-ipv6-${bound.error}`);
      const isNeeded = this.#interfaces.some(({ address }) => isIpv6(address));
      const values = { interface: '::', error: bound.error };
      if (isNeeded) this.#problem({ code: 'network-unreachable', values });
      return;
    }
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

  #openGroup6(address: string, { isBeside }: Ipv6Place, isBulk: boolean): UdpSocket | undefined {
    if (this.#groups6Open >= IPV6_GROUP_SOCKETS_MAX) {
      this.#count('io-ipv6-groups-full');
      return undefined;
    }
    const port = this.#port;
    const bound = this.#sockets.bind({ port, address, reuseAddr: true });
    if (!bound.ok) {
      this.#count(`io-ipv6-group-${bound.error}`);
      const values = { group: address, port, error: bound.error };
      if (!isBeside) this.#problem({ code: 'group-unusable', values });
      return undefined;
    }
    this.#groups6Open++;
    bound.value.socket.once('close', () => this.#groups6Open--);
    this.#listen(bound.value, isBeside ? (isBulk ? 'file' : 'beside') : undefined);
    return bound.value;
  }

  /** `beside`: what comes there by IPv6 on an interface that has IPv4 as well. */
  #listen(udp: UdpSocket, beside?: 'file' | 'beside'): void {
    try {
      udp.socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES_WANTED);
    } catch {
      // The default of the system is what the pacing is made for.
    }
    udp.listen({
      onDatagram: (from, bytes, waitedMs) => {
        if (beside !== undefined && !this.#takes(from, beside === 'file')) return;
        this.#received(from, bytes, waitedMs, udp !== this.#unicast && udp !== this.#unicast6);
      },
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
      this.#lastOwn = this.#senders.ownOf(from);
      if (this.#lastOwn === undefined) this.#paths.heard(from.host, monotonicClock());
    }
    const own = isEnvelope(bytes) ? undefined : this.#lastOwn;
    if (own !== undefined) {
      own.echo.unansweredSince = undefined;
      own.echo.heard = true;
    }
    this.#handlers.onDatagram(from, bytes, waitedMs, byMulticast, own !== undefined);
  }

  /**
   * Of a file, what IPv4 brings as well is dropped: counted twice it would hide what is lost. Anything else may come twice, as it does
   * by two cables.
   */
  #takes(from: Address, isOfFile: boolean): boolean {
    const now = monotonicClock();
    if (!isOfFile) {
      if (this.#senders.ownOf(from) === undefined) this.#ipv6.heard(from.host, now);
      return true;
    }
    if (this.#ipv6.takesFrom(from.host, now)) return true;
    this.#count('io-ipv6-twice');
    return false;
  }

  /** `name` of the interface; none for unicast, where the system chose. */
  #sent(error: string | undefined, count: number, name: string | undefined): void {
    this.#inFlight -= count;
    if (error !== undefined) {
      this.#count(`io-send-${error}`, count);
      const problem = sendProblem(error, name ?? this.#interfaces.map((one) => one.name).join(', '));
      // One member out of reach is that member's trouble; the network as a whole shows in multicast.
      const oneMember = name === undefined && problem.code === 'network-unreachable';
      if (!isHarmless(error) && !oneMember) this.#problem(problem);
    }
    if (this.#inFlight === 0) this.#onIdle?.();
    if (this.#drainOwed && this.#inFlight <= SENDS_IN_FLIGHT_LOW) {
      this.#drainOwed = false;
      this.#handlers.onDrain();
    }
  }

  #rejoin(): void {
    // An IPv6 address is not to be used in its first second or two, and a card may be slow, too.
    if (this.#senders.isIncomplete) this.#useInterfaces(this.#interfaces);
    if (this.#isPaused) return;
    for (const member of this.#groups.values()) member.rejoin(this.#interfaces);
    const zones = this.#ipv6.zones(monotonicClock());
    const isEveryone = ++this.#rejoins % REJOIN_UNNEEDED_EVERY === 0;
    for (const member of this.#groups6.values()) {
      // What could not be joined so far.
      member.joinOn(this.#interfaces, this.#zones);
      member.rejoin(({ isBeside, zone }) => isEveryone || !isBeside || zones.has(zone));
    }
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
