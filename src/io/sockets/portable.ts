/**
 * The datagram port on `node:dgram`, for every platform.
 *
 * A wildcard socket of Linux receives every group that any socket of the machine joined, so each group has its own
 * socket, bound to the group's address; Windows refuses that bind, and there a wildcard socket receives only what
 * it joined itself. Multicast leaves by one socket for each interface, bound to its address; unicast has one more
 * socket, whose port belongs to this process alone. All binding is synchronous, so there is no half-open state.
 */
import type { RemoteInfo, Socket } from 'node:dgram';
import type { Bytes } from '../../base/bytes.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { Address, Counters } from '../../core/api.ts';
import { monotonicClock } from '../clock.ts';
import { interfaceKey, type NetworkInterface } from '../interfaces.ts';
import {
  GROUPS_MAX,
  INBOX_DATAGRAM_BYTES_MAX,
  RECEIVE_BUFFER_BYTES_WANTED,
  REJOIN_INTERVAL_MS,
  SENDS_IN_FLIGHT_MAX,
  SHUTDOWN_MS_MAX,
  UNICAST_PORTS_MAX,
} from '../limits.ts';
import { errorCode, type IoFault, type IoProblem } from '../problems.ts';
import { BulkPaths } from './bulk-paths.ts';
import { GroupSocket } from './group-socket.ts';
import { bindUdp } from './udp.ts';
import type { DatagramHandlers, DatagramPort, DatagramPortOptions, SendTarget } from './port.ts';

/** No room's group, so that the probe for the port disturbs nobody. */
const PROBE_GROUP = '239.255.255.255';
const MULTICAST_TTL = 1;
/** Below this many in flight a full port calls for more: half, so that it is not woken for every single datagram. */
const SENDS_IN_FLIGHT_LOW = SENDS_IN_FLIGHT_MAX / 2;

/** A full queue is congestion; an address that is none is somebody's false claim; and a closed socket is our own doing. */
const HARMLESS: ReadonlySet<string> = new Set(['ENOBUFS', 'EAGAIN', 'EINVAL', 'ECANCELED']);

/** Opens the unicast socket and a sending socket for each interface; joins nothing yet. */
export function openPortablePort(options: DatagramPortOptions): Result<DatagramPort, IoFault> {
  const { port } = options;
  const wildcardGroups = process.platform === 'win32';
  const probe = bindUdp({ port, address: wildcardGroups ? '0.0.0.0' : PROBE_GROUP, reuseAddr: true });
  if (!probe.ok) {
    const taken = probe.error === 'EADDRINUSE';
    return err(
      taken
        ? { code: 'port-in-use', values: { port } }
        : { code: 'network-unusable', values: { error: probe.error } },
    );
  }
  probe.value.close();
  const address = options.loopbackOnly ? '127.0.0.1' : '0.0.0.0';
  for (let unicastPort = port + 1; unicastPort <= port + UNICAST_PORTS_MAX; unicastPort++) {
    const unicast = bindUdp({ port: unicastPort, address, reuseAddr: false });
    if (unicast.ok) return ok(new PortablePort(options, unicast.value, unicastPort, wildcardGroups));
  }
  return err({ code: 'unicast-ports-in-use', values: { first: port + 1, last: port + UNICAST_PORTS_MAX } });
}

interface Sender {
  readonly socket: Socket;
  readonly network: NetworkInterface;
  readonly localPort: number;
  readonly onSent: (error: Error | null) => void;
}

class PortablePort implements DatagramPort {
  readonly unicastPort: number;
  readonly #port: number;
  readonly #handlers: DatagramHandlers;
  readonly #wildcardGroups: boolean;
  readonly #unicast: Socket;
  readonly #onUnicastSent: (error: Error | null) => void;
  readonly #groups = new Map<string, GroupSocket>();
  readonly #paths = new BulkPaths();
  readonly #rejoinTimer: NodeJS.Timeout;
  readonly #counts = new Map<string, number>();
  readonly #reported = new Set<string>();
  #interfaces: readonly NetworkInterface[] = [];
  #senders: readonly Sender[] = [];
  #inFlight = 0;
  #drainOwed = false;
  #closing: Promise<void> | undefined;
  #onIdle: (() => void) | undefined;

  constructor(options: DatagramPortOptions, unicast: Socket, unicastPort: number, wildcardGroups: boolean) {
    this.#port = options.port;
    this.#handlers = options.handlers;
    this.#wildcardGroups = wildcardGroups;
    this.unicastPort = unicastPort;
    this.#unicast = unicast;
    this.#listen(unicast);
    this.#onUnicastSent = (error) => this.#sent(error, undefined);
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
    const address = this.#wildcardGroups ? '0.0.0.0' : group;
    const bound = bindUdp({ port: this.#port, address, reuseAddr: true });
    if (!bound.ok) {
      this.#problem({ code: 'group-unusable', values: { group, port: this.#port, error: bound.error } });
      return;
    }
    this.#listen(bound.value);
    const member = new GroupSocket(bound.value, group, (problem) => this.#problem(problem));
    member.joinOn(this.#interfaces);
    this.#groups.set(group, member);
  }

  unsubscribe(group: string): void {
    this.#groups.get(group)?.close();
    this.#groups.delete(group);
  }

  setInterfaces(interfaces: readonly NetworkInterface[]): void {
    if (this.#closing !== undefined) return;
    const kept = new Map(this.#senders.map((sender) => [interfaceKey(sender.network), sender]));
    const senders: Sender[] = [];
    for (const network of interfaces) {
      const known = kept.get(interfaceKey(network));
      kept.delete(interfaceKey(network));
      const sender = known === undefined ? this.#openSender(network) : { ...known, network };
      if (sender !== undefined) senders.push(sender);
    }
    for (const gone of kept.values()) gone.socket.close();
    this.#senders = senders;
    this.#interfaces = interfaces;
    this.#reported.clear();
    for (const member of this.#groups.values()) member.joinOn(interfaces);
  }

  send(target: SendTarget, bytes: Bytes): void {
    if (this.#closing !== undefined) return;
    if (target.kind === 'unicast') {
      this.#sendOn(this.#unicast, bytes, target.address.port, target.address.host, this.#onUnicastSent);
      return;
    }
    const chosen = target.bulk ? this.#paths.choose(this.#interfaces, monotonicClock()) : undefined;
    for (const sender of this.#senders) {
      if (chosen !== undefined && !chosen.includes(sender.network)) continue;
      this.#sendOn(sender.socket, bytes, this.#port, target.group, sender.onSent);
    }
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
    for (const member of this.#groups.values()) member.close();
    this.#groups.clear();
    if (this.#inFlight > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, SHUTDOWN_MS_MAX);
        this.#onIdle = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const sockets = [this.#unicast, ...this.#senders.map((sender) => sender.socket)];
    await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
  }

  #openSender(network: NetworkInterface): Sender | undefined {
    const bound = bindUdp({ port: 0, address: network.address, reuseAddr: false });
    if (!bound.ok) {
      this.#count(`io-send-${bound.error}`);
      this.#problem(sendProblem(bound.error, network.name));
      return undefined;
    }
    const socket = bound.value;
    try {
      socket.setMulticastInterface(network.address);
      socket.setMulticastTTL(MULTICAST_TTL);
      socket.setMulticastLoopback(true);
    } catch {
      socket.close();
      this.#problem({ code: 'interface-without-multicast', values: { interface: network.name } });
      return undefined;
    }
    // Nobody is told this port: what arrives there is read, because an unread socket would wake us for ever, and dropped.
    socket.on('message', () => this.#count('io-unexpected-port'));
    return {
      socket,
      network,
      localPort: socket.address().port,
      onSent: (error) => this.#sent(error, network.name),
    };
  }

  #listen(socket: Socket): void {
    try {
      socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES_WANTED);
    } catch {
      // The default of the system is what the pacing is made for.
    }
    socket.on('message', (message, remote) => this.#received(message, remote));
  }

  #received(message: Buffer, remote: RemoteInfo): void {
    if (message.length > INBOX_DATAGRAM_BYTES_MAX) {
      this.#count('io-oversized');
      return;
    }
    if (!this.#isOwn(remote)) this.#paths.heard(remote.address, monotonicClock());
    const from: Address = { host: remote.address, port: remote.port };
    this.#handlers.onDatagram(from, new Uint8Array(message.buffer, message.byteOffset, message.byteLength));
  }

  /** For the choice of paths only: the core knows its own packets by their sender's id. */
  #isOwn(remote: RemoteInfo): boolean {
    return this.#senders.some(
      (sender) => sender.localPort === remote.port && sender.network.address === remote.address,
    );
  }

  #sendOn(
    socket: Socket,
    bytes: Bytes,
    port: number,
    host: string,
    onSent: (error: Error | null) => void,
  ): void {
    this.#inFlight++;
    try {
      socket.send(bytes, 0, bytes.length, port, host, onSent);
    } catch (error) {
      // An address that is none, as a hostile member may announce it.
      onSent(error instanceof Error ? error : new Error('send'));
    }
  }

  /** `name` of the interface; none for unicast, where the system chose. */
  #sent(error: Error | null, name: string | undefined): void {
    this.#inFlight--;
    if (error !== null) {
      const code = errorCode(error);
      this.#count(`io-send-${code}`);
      const problem = sendProblem(code, name ?? this.#interfaces.map((one) => one.name).join(', '));
      // One member out of reach is that member's trouble; the network as a whole shows in multicast.
      const oneMember = name === undefined && problem.code === 'network-unreachable';
      if (!HARMLESS.has(code) && !code.startsWith('ERR_') && !oneMember) this.#problem(problem);
    }
    if (this.#inFlight === 0) this.#onIdle?.();
    if (this.#drainOwed && this.#inFlight <= SENDS_IN_FLIGHT_LOW) {
      this.#drainOwed = false;
      this.#handlers.onDrain();
    }
  }

  #rejoin(): void {
    for (const member of this.#groups.values()) member.rejoin(this.#interfaces);
  }

  #count(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  /** Once for each cause, until the interfaces change. */
  #problem(problem: IoProblem): void {
    const key = JSON.stringify(problem);
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    this.#handlers.onProblem(problem);
  }
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
