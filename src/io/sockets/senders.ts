/** The sockets that multicast leaves by: for each interface one, and one more for its IPv6 beside IPv4. Bound to the interface's address. */
import type { Address } from '../../core/api.ts';
import type { Datagram } from '../../core/datagram.ts';
import { monotonicClock } from '../clock.ts';
import { interfaceKey, isIpv6, type NetworkInterface } from '../interfaces.ts';
import { ECHO_MS_MAX } from '../limits.ts';
import type { IoProblem } from '../problems.ts';
import { zoneIn } from './ipv6-use.ts';
import { ipv6Group } from './ipv6.ts';
import type { PortFacts } from './port.ts';
import { sendProblem } from './send-problem.ts';
import type { UdpSocket, UdpSockets } from './udp.ts';

export interface Sender {
  readonly udp: UdpSocket;
  readonly network: NetworkInterface;
  /** Of the interface: its IPv4 one, or its IPv6 one with the scope. */
  readonly address: string;
  /** Scope of an IPv6 address, empty for IPv4. */
  readonly zone: string;
  /** It is the IPv6 of an interface that has IPv4 as well. */
  readonly isBeside: boolean;
  readonly localPort: number;
  readonly echo: Echo;
}

/** Our multicasts come back to us, or something is in the way. Monotonic milliseconds. */
interface Echo {
  /** Of the first of those that did not come back yet. */
  unansweredSince: number | undefined;
  heard: boolean;
}

export interface SenderReports {
  onSent(error: string | undefined, count: number, name: string): void;
  onProblem(problem: IoProblem): void;
  count(name: string): void;
}

export class Senders {
  readonly #sockets: UdpSockets;
  readonly #hops: number;
  readonly #reports: SenderReports;
  #all: readonly Sender[] = [];
  #wanted = 0;

  constructor(sockets: UdpSockets, hops: number, reports: SenderReports) {
    this.#sockets = sockets;
    this.#hops = hops;
    this.#reports = reports;
  }

  get all(): readonly Sender[] {
    return this.#all;
  }

  /** Some could not be opened yet. */
  get isIncomplete(): boolean {
    return this.#all.length < this.#wanted;
  }

  /** Exactly these from now on. */
  use(interfaces: readonly NetworkInterface[]): void {
    const kept = new Map(this.#all.map((sender) => [keyOf(sender.network, sender.address), sender]));
    const all: Sender[] = [];
    this.#wanted = 0;
    for (const network of interfaces) {
      for (const address of [network.address, ...(network.ipv6 === undefined ? [] : [network.ipv6])]) {
        this.#wanted++;
        const key = keyOf(network, address);
        const known = kept.get(key);
        kept.delete(key);
        const isBeside = address !== network.address;
        const sender = known === undefined ? this.#open(network, address) : { ...known, network, isBeside };
        if (sender !== undefined) all.push(sender);
      }
    }
    for (const gone of kept.values()) void gone.udp.close();
    this.#all = all;
  }

  /** Datagrams to a group, by one of them. */
  send({ udp, zone, echo }: Sender, group: string, port: number, datagrams: readonly Datagram[]): void {
    echo.unansweredSince ??= monotonicClock();
    udp.send(datagrams, zone === '' ? group : `${ipv6Group(group)}%${zone}`, port);
  }

  /** Whose datagram it is, if ours. For the choice of paths only: the core knows its own packets by their sender's id. */
  ownOf(from: Address): Sender | undefined {
    return this.#all.find((sender) => sender.localPort === from.port && sender.address === from.host);
  }

  facts(): PortFacts['interfaces'] {
    const now = monotonicClock();
    return this.#all
      .filter(({ isBeside }) => !isBeside)
      .map(({ network: { name }, echo }) => {
        const ownComesBack = comesBack(echo, now);
        return { name, ...(ownComesBack === undefined ? {} : { ownComesBack }) };
      });
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map(({ udp }) => udp.close()));
  }

  #open(network: NetworkInterface, address: string): Sender | undefined {
    // What fails beside IPv4 is missed by nobody so far, and is tried again: an address may not be usable yet.
    const isBeside = address !== network.address;
    const bound = this.#sockets.bind({ port: 0, address, reuseAddr: false });
    if (!bound.ok) {
      this.#reports.count(`io-send-${bound.error}`);
      if (!isBeside) this.#reports.onProblem(sendProblem(bound.error, network.name));
      return undefined;
    }
    const udp = bound.value;
    const zone = zoneIn(address);
    try {
      udp.socket.setMulticastInterface(zone === '' ? address : `::%${zone}`);
      udp.socket.setMulticastTTL(this.#hops);
      udp.socket.setMulticastLoopback(true);
      if (!isIpv6(address)) udp.socket.setBroadcast(true);
    } catch {
      void udp.close();
      const values = { interface: network.name };
      if (!isBeside) this.#reports.onProblem({ code: 'interface-without-multicast', values });
      return undefined;
    }
    // Nobody is told this port: what arrives there is read, because an unread socket would wake us for ever, and dropped.
    const unexpected = (): void => this.#reports.count('io-unexpected-port');
    udp.listen({
      onDatagram: unexpected,
      isBehind: () => false,
      onOversized: unexpected,
      onSent: (error, count) => this.#reports.onSent(error, count, network.name),
    });
    const echo = { unansweredSince: undefined, heard: false };
    return { udp, network, address, zone, isBeside, localPort: udp.socket.address().port, echo };
  }
}

const keyOf = (network: NetworkInterface, address: string): string => interfaceKey({ ...network, address });

/** Undefined while it is too early to say. */
function comesBack({ unansweredSince, heard }: Echo, now: number): boolean | undefined {
  if (unansweredSince !== undefined && now - unansweredSince > ECHO_MS_MAX) return false;
  return heard ? true : undefined;
}
