/** A core and a port that only take notes, for the tests of the driver. */
import type { LinksView, PeerEvent, Transmit } from '../../src/core/api.ts';
import type { Datagram } from '../../src/core/datagram.ts';
import { monotonicClock } from '../../src/io/clock.ts';
import type { DatagramPort, SendTarget } from '../../src/io/sockets/port.ts';

/** The part of a core that the driver uses; each call is noted. */
export class NotedCore {
  /** Of each datagram: how long before it was handed over it reached the machine. */
  readonly waits: number[] = [];
  readonly calls: string[] = [];
  readonly events: PeerEvent[] = [];
  readonly transmits: Transmit[] = [];
  /** As they were handed over, not copied. */
  readonly datagrams: Uint8Array[] = [];
  due = Infinity;
  datagramMs = 0;
  transmitMs = 0;
  onTimeout: (now: number) => void = () => {};

  handleDatagram(now: number, _from: unknown, bytes: Uint8Array, arrivedAt: number): void {
    this.waits.push(now - arrivedAt);
    this.calls.push(`datagram ${bytes[0]}`);
    this.datagrams.push(bytes);
    for (const until = monotonicClock() + this.datagramMs; monotonicClock() < until;);
  }
  handleTimeout(now: number): void {
    this.calls.push('timeout');
    this.due = Infinity;
    this.onTimeout(now);
  }
  pollEvent(): PeerEvent | undefined {
    const event = this.events.shift();
    if (event !== undefined) this.calls.push(`event ${event.type}`);
    return event;
  }
  pollTransmit(): Transmit | undefined {
    const transmit = this.transmits.shift();
    if (transmit !== undefined) {
      this.calls.push('transmit');
      for (const until = monotonicClock() + this.transmitMs; monotonicClock() < until;);
    }
    return transmit;
  }
  pollTimeout(): number {
    return this.due;
  }
  links(): LinksView {
    return { members: [] };
  }
}

export class NotedPort implements DatagramPort {
  readonly unicastPort = 1;
  readonly sent: SendTarget[] = [];
  readonly groups: string[] = [];
  readonly trains: number[] = [];
  /** The first byte of every datagram. */
  readonly firsts: number[] = [];
  trainMax = 1;
  readonly gatherMax = 32;
  roomFor = Infinity;
  onReceive: () => void = () => {};
  get full(): boolean {
    return this.sent.length >= this.roomFor;
  }
  subscribe(group: string): void {
    if (!this.groups.includes(group)) this.groups.push(group);
  }
  unsubscribe(group: string): void {
    this.groups.splice(this.groups.indexOf(group), 1);
  }
  setInterfaces(): void {}
  useIpv6(): void {}
  pauseRenewing(): void {}
  receive(): void {
    this.onReceive();
  }
  send(target: SendTarget, datagrams: readonly Datagram[]): void {
    this.trains.push(datagrams.length);
    for (const { bytes } of datagrams) {
      this.sent.push(target);
      this.firsts.push(bytes[0] as number);
    }
  }
  facts() {
    return { interfaces: [], groups: [] };
  }
  counters(): Record<string, number> {
    return {};
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}
