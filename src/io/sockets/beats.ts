/**
 * Beats to a group that nobody renews (protocol.md §3.3), for `SwitchMemory`. IPv4, by sockets of its own: what is heard there is
 * nothing of any room. In no room, nothing is joined and nothing is sent.
 */
import { readFileSync } from 'node:fs';
import type { Bytes } from '../../base/bytes.ts';
import { Writer } from '../../core/wire/codec.ts';
import { FRAME, firstByte } from '../../core/wire/header.ts';
import { monotonicClock } from '../clock.ts';
import { interfaceKey, interfaceOf, isIpv6, type NetworkInterface } from '../interfaces.ts';
import {
  BEAT_INTERVAL_S_MAX,
  OWN_REPORTS_MS,
  PAUSE_BEAT_MS,
  PAUSE_S_MAX,
  PAUSE_SENDERS_MAX,
  RENEW_MS,
} from '../limits.ts';
import { beatIntervalS, isAnswering, Pause, SwitchMemory } from '../switch-memory.ts';
import { GroupSocket } from './group-socket.ts';
import { bindPortable } from './portable.ts';
import type { UdpSocket } from './udp.ts';

export interface BeatOptions {
  readonly port: number;
  readonly group: string;
  /** Hosts that are heard at the moment, by whatever way. */
  readonly present: () => ReadonlySet<string>;
  /** A pause would harm what moves. */
  readonly isMovingFiles: () => boolean;
  /** No membership is renewed while this is so. */
  readonly onPause: (isPaused: boolean) => void;
}

const BEAT_BYTES = 6;
/** What cannot be joined or sent makes no finding; rooms tell of the same. */
const ignored = (): void => {};
const UNHEARD = { isBehind: () => false, onOversized: ignored, onSent: ignored };

interface Place {
  readonly network: NetworkInterface;
  readonly udp: UdpSocket;
  readonly memory: SwitchMemory;
  sentAt: number;
}

export class Beats {
  readonly #options: BeatOptions;
  /** By interface key; none while we are in no room. */
  readonly #places = new Map<string, Place>();
  readonly #pause = new Pause();
  readonly #timer: NodeJS.Timeout;
  #isPaused = false;
  #group: GroupSocket | undefined;
  #interfaces: readonly NetworkInterface[] = [];
  #isInRoom = false;

  constructor(options: BeatOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), PAUSE_BEAT_MS);
  }

  use(interfaces: readonly NetworkInterface[]): void {
    this.#interfaces = interfaces.filter(({ loopback, address }) => !loopback && !isIpv6(address));
    this.#settle();
  }

  /** Leaves the group at once with the last room. */
  setInRoom(isInRoom: boolean): void {
    if (isInRoom === this.#isInRoom) return;
    this.#isInRoom = isInRoom;
    this.#settle();
  }

  /** How long the switch at this interface remembers a group, where it forgets. */
  forgetsAfterMs(name: string): number | undefined {
    const memory = [...this.#places.values()].find(({ network }) => network.name === name)?.memory;
    return memory?.forgetsAfterMs ?? memory?.toldMs(monotonicClock());
  }

  close(): void {
    clearInterval(this.#timer);
    this.use([]);
  }

  #settle(): void {
    const wanted = this.#isInRoom ? this.#interfaces : [];
    const kept = new Map(wanted.map((one) => [interfaceKey(one), one]));
    for (const [key, { udp }] of this.#places) {
      if (kept.has(key)) continue;
      this.#places.delete(key);
      void udp.close();
    }
    if (wanted.length === 0) {
      this.#group?.close();
      this.#group = undefined;
      return;
    }
    this.#group ??= this.#openGroup();
    this.#group?.joinOn(wanted);
    for (const [key, network] of kept) {
      const known = this.#places.get(key);
      const udp = known?.udp ?? openSender(network);
      if (udp === undefined) continue;
      const place = known ?? { memory: new SwitchMemory(monotonicClock()), sentAt: -Infinity };
      this.#places.set(key, { ...place, network, udp });
    }
  }

  #openGroup(): GroupSocket | undefined {
    const { port, group } = this.#options;
    const address = process.platform === 'win32' ? '0.0.0.0' : group;
    const bound = bindPortable({ port, address, reuseAddr: true });
    if (!bound.ok) return undefined;
    bound.value.listen({ ...UNHEARD, onDatagram: ({ host }, bytes) => this.#heard(host, bytes) });
    return new GroupSocket(bound.value, group, ignored);
  }

  #heard(host: string, bytes: Bytes): void {
    const beat = parseBeat(bytes);
    const at = interfaceOf(this.#interfaces, host);
    // Another profile of this machine is not heard through the switch.
    if (beat === undefined || at === undefined || this.#interfaces.some(({ address }) => address === host))
      return;
    const now = monotonicClock();
    this.#places.get(interfaceKey(at))?.memory.heard(now, host, beat.intervalS * 1000, beat.forgetsS * 1000);
    if (beat.pauseS > 0 && this.#mayPause(now)) this.#beginPause(now, beat.pauseS);
  }

  #tick(): void {
    if (this.#places.size === 0) return;
    const now = monotonicClock();
    const present = this.#options.present();
    this.#sample(now);
    if (this.#isPaused && (this.#pause.since(now) === undefined || this.#options.isMovingFiles()))
      this.#endPause(now);
    else if (!this.#isPaused && this.#pause.isWorthIt(now) && present.size > 0 && this.#mayPause(now))
      this.#beginPause(now, PAUSE_S_MAX);
    for (const place of this.#places.values()) {
      if (!place.memory.tick(now, present, this.#pause.began(now))) continue;
      this.#group?.rejoin([place.network]);
      if (this.#isPaused) this.#endPause(now);
    }
    this.#send(now);
  }

  #send(now: number): void {
    const { group, port } = this.#options;
    const pauseS = this.#pause.secondsLeft(now);
    for (const place of this.#places.values()) {
      const intervalS = pauseS > 0 ? PAUSE_BEAT_MS / 1000 : beatIntervalS(place.memory.senderCount);
      // The timer is late now and then.
      if (now - place.sentAt < intervalS * 1000 - PAUSE_BEAT_MS / 2) continue;
      place.sentAt = now;
      const forgetsS = Math.ceil((place.memory.forgetsAfterMs ?? 0) / 1000);
      place.udp.send([{ bytes: encodeBeat({ intervalS, pauseS, forgetsS }) }], group, port);
    }
  }

  /** Whether everybody was asked for groups just now. What is new or renewed tells nothing. */
  #sample(now: number): void {
    const settled = [...this.#places.values()].filter(
      ({ memory }) => now - memory.reportedAt > OWN_REPORTS_MS,
    );
    if (settled.length === 0) return;
    let table: string;
    try {
      table = readFileSync('/proc/net/igmp', 'latin1');
    } catch {
      return;
    }
    const { group } = this.#options;
    this.#pause.sample(settled.some(({ network }) => isAnswering(table, network.name, group)));
  }

  #mayPause(now: number): boolean {
    const memories = [...this.#places.values()].map(({ memory }) => memory);
    const isFew = memories.every(({ senderCount }) => senderCount <= PAUSE_SENDERS_MAX);
    return isFew && memories.some((memory) => memory.isBeating(now)) && !this.#options.isMovingFiles();
  }

  #beginPause(now: number, seconds: number): void {
    if (!this.#pause.begin(now, seconds)) return;
    this.#isPaused = true;
    this.#options.onPause(true);
  }

  #endPause(now: number): void {
    this.#pause.end(now);
    this.#isPaused = false;
    // Others learn at once that the next beat takes longer.
    for (const place of this.#places.values()) place.sentAt = -Infinity;
    this.#options.onPause(false);
  }
}

function openSender({ address }: NetworkInterface): UdpSocket | undefined {
  const bound = bindPortable({ port: 0, address, reuseAddr: false });
  if (!bound.ok) return undefined;
  const udp = bound.value;
  try {
    udp.socket.setMulticastInterface(address);
    udp.socket.setMulticastTTL(1);
    udp.socket.setMulticastLoopback(false);
  } catch {
    void udp.close();
    return undefined;
  }
  udp.listen({ ...UNHEARD, onDatagram: ignored });
  return udp;
}

export interface Beat {
  /** From this one to the next. */
  readonly intervalS: number;
  /** So long nobody shall renew memberships. */
  readonly pauseS: number;
  /** The sender found that the switch forgets a group after so long; 0: it did not. */
  readonly forgetsS: number;
}

export const encodeBeat = ({ intervalS, pauseS, forgetsS }: Beat): Bytes =>
  new Writer().u8(firstByte(FRAME.beat)).u16(intervalS).u8(pauseS).u16(forgetsS).finish();

/** Undefined where it is none. */
export function parseBeat(bytes: Bytes): Beat | undefined {
  if (bytes.length !== BEAT_BYTES || bytes[0] !== firstByte(FRAME.beat)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const beat = { intervalS: view.getUint16(1), pauseS: view.getUint8(3), forgetsS: view.getUint16(4) };
  const isBeat = beat.intervalS >= 1 && beat.intervalS <= BEAT_INTERVAL_S_MAX && beat.pauseS <= PAUSE_S_MAX;
  return isBeat && beat.forgetsS <= RENEW_MS / 1000 ? beat : undefined;
}
