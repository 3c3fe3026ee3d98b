/**
 * The only loop. One command, datagram or timeout goes into the core, then its events and datagrams are drained,
 * then the next may go in; nothing here is called from within the core. A turn lasts at most about SLICE_MS_MAX, and
 * between two turns the event loop reads the sockets, whose kernel buffers hold little more than that.
 *
 * Rests: a timer has whole milliseconds, and each wake-up of the event loop costs as much as twenty packets. So where
 * the next part of a file is due within NAP_MS_MAX, and while symbols stream in, the thread rests for that long by itself
 * and then reads what has come in one go. Only what streams, or comes during a rest, is made to wait so.
 *
 * Back-pressure: while the port is full, datagrams are left in the core. Each is pulled with a fresh clock reading,
 * so after a stall the core's own pacing decides how much may follow, never a backlog of ours.
 */
import { assert } from '../base/assert.ts';
import type { Bytes } from '../base/bytes.ts';
import { FreshQueue } from '../base/fresh-queue.ts';
import type { RoomId } from '../base/ids.ts';
import type { Address, Counters, Destination, LinkView, PeerApi, PeerEvent, Transmit } from '../core/api.ts';
import type { RoomGroups } from '../core/room/groups.ts';
import { datagramLength } from '../core/datagram.ts';
import { RELAY_HEADER_BYTES } from '../core/limits.ts';
import type { Datagram } from '../core/datagram.ts';
import { isBulk } from '../core/wire/data.ts';
import { isPiece } from '../core/wire/piece.ts';
import type { Clock } from './clock.ts';
import { Flow } from './flow.ts';
import {
  INBOX_DATAGRAMS_BEHIND,
  INBOX_DATAGRAMS_MAX,
  INBOX_FRESH_MS,
  INBOX_STANDING_MS,
  NAP_MS_MAX,
  NAP_MS_MIN,
  ROOMS_KNOWN_MAX,
  SHUTDOWN_MS_MAX,
  SLICE_MS_MAX,
  TIMER_MS_MAX,
  TRAIN_COLLECT_MS_MAX,
} from './limits.ts';
import type { DatagramPort, SendTarget } from './sockets/port.ts';
import { forRelay, isEnvelope } from './envelope.ts';
import { isIntroduction } from './sockets/introduction.ts';
import type { Ways } from './ways.ts';

/** A file is being sent while its datagrams leave at least this often. */
const BULK_MS = 10;
/** Five HELLOs. */
const PRESENT_MS = 5_000;

export interface DriverOptions {
  readonly peer: PeerApi;
  readonly port: DatagramPort;
  readonly clock: Clock;
  /** Stops the thread for so many milliseconds. */
  readonly nap: (durationMs: number) => void;
  readonly groups: (room: RoomId) => RoomGroups;
  readonly ways: Ways;
  /** The longest datagram that every interface takes in one packet. */
  readonly datagramBytesMax: number;
  /** We are in a room, or in none. */
  readonly onPresence?: (isInRoom: boolean) => void;
  /** Every event but `subscribe` and `unsubscribe`; must not call `run` before it returns. */
  readonly onEvent: (event: PeerEvent) => void;
}

/** Since the engine began; UDP payloads, every copy counted. */
export interface Traffic {
  readonly sentBytes: number;
  readonly sentDatagrams: number;
  readonly receivedBytes: number;
  readonly receivedDatagrams: number;
}

interface Received {
  readonly from: Address;
  readonly bytes: Bytes;
  readonly arrivedAt: number;
}

export class Driver {
  readonly #options: DriverOptions;
  readonly #memberships: Memberships;
  readonly #inbox = new FreshQueue<Received>(INBOX_STANDING_MS, INBOX_FRESH_MS);
  #inboxDropped = 0;
  #turn: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;
  #timerDue = Infinity;
  readonly #flow: Flow;
  /** With a control group: bounded by the rooms that the core can be in. */
  readonly #rooms = new Set<RoomId>();
  /** When a datagram of a file left last. */
  #bulkAt = -Infinity;
  /** The next turn begins with a rest until then. */
  #napUntil = -Infinity;
  #busy = false;
  #stopped = false;
  readonly #traffic = { sentBytes: 0, sentDatagrams: 0, receivedBytes: 0, receivedDatagrams: 0 };

  constructor(options: DriverOptions) {
    this.#options = options;
    this.#memberships = new Memberships(options.port, options.groups);
    this.#flow = new Flow(options.port.gatherMax);
  }

  /** One command; what it throws comes through, after the drain. */
  run(command: (peer: PeerApi, now: number) => void): void {
    if (this.#stopped) return;
    try {
      this.#mutate(command);
    } finally {
      this.#arm();
    }
  }

  /** From the port, which they reached `waitedMs` ago; `bytes` are its own again when this returns. */
  received(from: Address, bytes: Bytes, waitedMs = 0, byMulticast = false): void {
    if (this.#stopped) return;
    this.#traffic.receivedDatagrams++;
    this.#traffic.receivedBytes += bytes.length;
    if (isEnvelope(bytes)) return this.#receivedEnvelope(from, bytes, waitedMs);
    this.#receivedFrom(byMulticast ? { ...from, byMulticast } : from, bytes, waitedMs);
  }

  #receivedEnvelope(from: Address, bytes: Bytes, waitedMs: number): void {
    const passed = this.#options.ways.open(this.#options.clock(), from, bytes);
    if (passed?.kind === 'here') this.#receivedFrom(passed.from, passed.bytes, waitedMs);
    else if (passed !== undefined) this.#put({ kind: 'unicast', address: passed.to }, [passed.datagram]);
  }

  #receivedFrom(from: Address, bytes: Bytes, waitedMs: number): void {
    const isOfFile = isBulk(bytes) || isPiece(bytes);
    // Files are paced, and whoever rests beside them misses nothing; a flood of anything else would overrun the sockets.
    if (isOfFile) this.#flow.arrived();
    if (isOfFile && this.#inbox.size === 0) {
      // Straight from the port's buffer into its block.
      this.#mutate((core, now) => core.handleDatagram(now, from, bytes, now - waitedMs));
      this.#wake();
      return;
    }
    if (this.#inbox.size >= INBOX_DATAGRAMS_MAX) {
      this.#inboxDropped++;
      return;
    }
    const now = this.#options.clock();
    this.#inbox.push(now, { from, bytes: bytes.slice(), arrivedAt: now - waitedMs });
    this.#wake();
  }

  /** For the port: while this is true it reads no batches. */
  isBehind(): boolean {
    return this.#inbox.size >= INBOX_DATAGRAMS_BEHIND;
  }

  /** From the port: there is room again. */
  drained(): void {
    this.#wake();
  }

  counters(): Counters {
    return { 'io-inbox-full': this.#inboxDropped, 'io-inbox-late': this.#inbox.droppedCount };
  }

  traffic(): Traffic {
    return { ...this.#traffic };
  }

  /** Resolves when the core has nothing left to send, or after SHUTDOWN_MS_MAX; nothing runs afterwards. */
  async stop(): Promise<void> {
    const { peer, clock } = this.#options;
    const until = clock() + SHUTDOWN_MS_MAX;
    while (peer.pollTimeout() !== Infinity && clock() < until) {
      await new Promise<void>((resolve) => setTimeout(resolve, 1));
    }
    this.#stopped = true;
    clearImmediate(this.#turn);
    clearTimeout(this.#timer);
  }

  #wake(): void {
    if (this.#stopped) return;
    this.#turn ??= setImmediate(() => this.#takeTurn());
  }

  #takeTurn(): void {
    this.#turn = undefined;
    const { peer, port, clock, nap } = this.#options;
    try {
      const restMs = this.#napUntil - clock();
      this.#napUntil = -Infinity;
      if (restMs >= NAP_MS_MIN && !this.#hasLoneDatagram()) {
        nap(Math.min(restMs, NAP_MS_MAX));
        port.receive();
      }
      const start = clock();
      this.#flow.turn(start);
      const until = start + SLICE_MS_MAX;
      for (let next = this.#inbox.take(start); next !== undefined; next = this.#inbox.take(clock())) {
        const { from, bytes, arrivedAt } = next;
        this.#mutate((core, now) => core.handleDatagram(now, from, bytes, arrivedAt));
        if (clock() >= until) break;
      }
      if (peer.pollTimeout() <= clock()) this.#mutate((core, now) => core.handleTimeout(now));
      else this.#drain();
    } finally {
      this.#arm();
    }
  }

  /** It came after the rest was decided on. No more is expected, so there is nothing to gather. */
  #hasLoneDatagram(): boolean {
    return this.#inbox.size > 0 && this.#flow.restMs() === Infinity;
  }

  #mutate(command: (peer: PeerApi, now: number) => void): void {
    assert(!this.#busy, 'the driver was entered from within the core');
    this.#busy = true;
    try {
      command(this.#options.peer, this.#options.clock());
    } finally {
      this.#busy = false;
      this.#drain();
    }
  }

  #drain(): void {
    const { peer, port, clock, onEvent } = this.#options;
    this.#busy = true;
    try {
      for (let event = peer.pollEvent(); event !== undefined; event = peer.pollEvent()) {
        if (event.type === 'subscribe') this.#subscribe(event.to);
        else if (event.type === 'unsubscribe') this.#unsubscribe(event.to);
        else onEvent(event);
      }
      let next: Transmit | undefined;
      while (!port.full) {
        next ??= peer.pollTransmit(clock());
        if (next === undefined) break;
        next = this.#sendTrain(next);
      }
      // Polled and not sent would be lost: one datagram more than `full` allows.
      if (next !== undefined) this.#send(next.to, [next]);
    } finally {
      this.#busy = false;
    }
  }

  /**
   * Sends `first` with what follows it to the same destination. Returns the first datagram to another one. What is
   * collected waits at most TRAIN_COLLECT_MS_MAX, so that pacing stays the core's: no more than that leaves at once.
   */
  #sendTrain(first: Transmit): Transmit | undefined {
    const { peer, port, clock } = this.#options;
    const train = [first];
    let now = clock();
    const until = now + TRAIN_COLLECT_MS_MAX;
    let other: Transmit | undefined;
    while (train.length < port.trainMax && now < until) {
      const next = peer.pollTransmit(now);
      if (next === undefined) break;
      if (!isSameDestination(next.to, first.to)) {
        other = next;
        break;
      }
      train.push(next);
      now = clock();
    }
    this.#send(first.to, train);
    if (first.to.kind === 'bulk') this.#bulkAt = now;
    return other;
  }

  /** Looks anew who needs copies. */
  updateWays(): void {
    const now = this.#options.clock();
    for (const room of this.#rooms) this.#updateWays(now, room);
    this.#options.port.useIpv6(this.#options.ways.ipv6Needs());
  }

  #updateWays(now: number, room: RoomId): void {
    const { peer, ways } = this.#options;
    ways.update(now, room, peer.links(now, room), (id) => peer.standing(room, id));
  }

  /** Hosts that are heard at the moment, by whatever way. */
  presentHosts(): ReadonlySet<string> {
    const { peer, clock } = this.#options;
    const members = [...this.#rooms].flatMap((room) => peer.links(clock(), room).members);
    const isPresent = ({ away, relayed, silentMs }: LinkView): boolean =>
      !away && !relayed && silentMs < PRESENT_MS;
    return new Set(members.filter(isPresent).map(({ address }) => address.host));
  }

  /** A file comes in by a group, or one went out just now. */
  isMovingFiles(): boolean {
    return this.#memberships.hasBulk || this.#options.clock() - this.#bulkAt < PRESENT_MS;
  }

  #subscribe(to: Destination): void {
    this.#memberships.add(to);
    if (to.kind !== 'control') return;
    this.#rooms.add(to.room);
    this.#options.onPresence?.(true);
    // The first that is said there goes to whom we know already.
    this.#updateWays(this.#options.clock(), to.room);
  }

  #unsubscribe(to: Destination): void {
    this.#memberships.remove(to);
    if (to.kind !== 'control') return;
    this.#rooms.delete(to.room);
    this.#options.ways.forget(to.room);
    this.#options.onPresence?.(this.#rooms.size > 0);
  }

  /** By multicast, and by unicast to whom that does not reach. */
  #send(to: Destination, datagrams: readonly Transmit[]): void {
    const { ways, clock } = this.#options;
    if (to.kind === 'unicast') return this.#sendAlone(to.address, datagrams);
    const { copies, onlyCopies } = ways.of(to.room);
    if (to.kind !== 'bulk' || !onlyCopies) this.#put(this.#memberships.target(to), datagrams);
    for (const address of copies) this.#put({ kind: 'unicast', address }, datagrams);
    const routes = ways.routes(to.room);
    // What fills a packet asks others whether such gets to them (PROBE), for in an envelope it would be two.
    const wrappable = routes.length === 0 ? [] : datagrams.filter((one) => this.#fitsEnvelope(one));
    for (const { address } of routes) this.#sendAlone(address, wrappable);
    if (to.kind === 'bulk') return;
    const broadcasts = ways.broadcasts(clock(), datagrams);
    if (broadcasts.length > 0) this.#put({ kind: 'broadcast' }, broadcasts);
    this.#introduce(to.room, datagrams);
  }

  /** To those who are not in the room yet, as far as we know. */
  #introduce(room: RoomId, datagrams: readonly Transmit[]): void {
    const { introductions, elsewhere } = this.#options.ways.of(room);
    if (introductions.length === 0 && elsewhere.length === 0) return;
    const all = datagrams.filter((datagram) => isIntroduction(datagram, true));
    if (all.length === 0) return;
    for (const address of introductions) this.#put({ kind: 'unicast', address }, all);
    const unsealed = all.filter((datagram) => isIntroduction(datagram, false));
    for (const { address, sealed } of elsewhere) this.#sendAlone(address, sealed ? all : unsealed);
  }

  #fitsEnvelope(datagram: Datagram): boolean {
    return datagramLength(datagram) + RELAY_HEADER_BYTES <= this.#options.datagramBytesMax;
  }

  /** Straight, or through the member that reaches it. */
  #sendAlone(address: Address, datagrams: readonly Datagram[]): void {
    if (datagrams.length === 0) return;
    const route = this.#options.ways.routeTo(address);
    if (route === undefined) return this.#put({ kind: 'unicast', address }, datagrams);
    const wrapped = datagrams.map((datagram) => forRelay('to', route.prefix, datagram));
    this.#put({ kind: 'unicast', address: route.relay }, wrapped);
  }

  #put(target: SendTarget, datagrams: readonly Datagram[]): void {
    this.#traffic.sentDatagrams += datagrams.length;
    for (const datagram of datagrams) this.#traffic.sentBytes += datagramLength(datagram);
    this.#options.port.send(target, datagrams);
  }

  /** One timer, or the next turn of the loop where something is due now. */
  #arm(): void {
    if (this.#stopped || this.#turn !== undefined) return;
    const { peer, port, clock } = this.#options;
    const now = clock();
    const due = peer.pollTimeout();
    // A full port wakes us by `drained`; until then only time can make anything else due.
    if (this.#inbox.size > 0 || (due <= now && !port.full)) {
      this.#wake();
      return;
    }
    // What is due and cannot leave waits for `drained`, or for the timer; so does all that is not paced to a fraction of it.
    const pacedAt = due > now && now - this.#bulkAt < BULK_MS ? due : Infinity;
    const restUntil = Math.min(pacedAt, now + this.#flow.restMs());
    if (restUntil - now <= NAP_MS_MAX) {
      this.#napUntil = restUntil;
      this.#wake();
      return;
    }
    if (this.#timer !== undefined && due === this.#timerDue) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerDue = due;
    if (due === Infinity) return;
    const delayMs = Math.min(TIMER_MS_MAX, Math.max(1, Math.ceil(due - now)));
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      clearImmediate(this.#turn);
      this.#takeTurn();
    }, delayMs);
  }
}

/** Rooms' groups as addresses. Two rooms can share one by chance, so memberships are counted. */
class Memberships {
  readonly #port: DatagramPort;
  readonly #groups: (room: RoomId) => RoomGroups;
  /** Group address → the destinations that want it. */
  readonly #wanted = new Map<string, Set<string>>();
  readonly #known = new Map<RoomId, RoomGroups>();
  #bulkCount = 0;

  constructor(port: DatagramPort, groups: (room: RoomId) => RoomGroups) {
    this.#port = port;
    this.#groups = groups;
  }

  add(to: Destination): void {
    const group = this.#groupOf(to);
    const wanting = this.#wanted.get(group) ?? new Set();
    if (to.kind === 'bulk' && !wanting.has(key(to))) this.#bulkCount++;
    wanting.add(key(to));
    this.#wanted.set(group, wanting);
    this.#port.subscribe(group, to.kind === 'bulk');
  }

  remove(to: Destination): void {
    const group = this.#groupOf(to);
    const wanting = this.#wanted.get(group);
    if (wanting === undefined || !wanting.delete(key(to))) return;
    if (to.kind === 'bulk') this.#bulkCount--;
    if (wanting.size > 0) return;
    this.#wanted.delete(group);
    this.#port.unsubscribe(group);
  }

  get hasBulk(): boolean {
    return this.#bulkCount > 0;
  }

  target(to: Destination): SendTarget {
    if (to.kind === 'unicast') return to;
    return { kind: 'multicast', group: this.#groupOf(to), bulk: to.kind === 'bulk' };
  }

  #groupOf(to: Destination): string {
    assert(to.kind !== 'unicast', 'a unicast address is no group');
    let groups = this.#known.get(to.room);
    if (groups === undefined) {
      // The last datagrams to a room follow its `unsubscribe`, so entries go by number, not with the membership.
      if (this.#known.size >= ROOMS_KNOWN_MAX) this.#known.clear();
      groups = this.#groups(to.room);
      this.#known.set(to.room, groups);
    }
    const group = to.kind === 'control' ? groups.control : groups.bulk[to.slot];
    assert(group !== undefined, 'bulk slot out of range');
    return group;
  }
}

function isSameDestination(one: Destination, other: Destination): boolean {
  if (one === other) return true;
  if (one.kind === 'unicast') {
    const { host, port } = one.address;
    return other.kind === 'unicast' && other.address.host === host && other.address.port === port;
  }
  if (other.kind === 'unicast' || one.room !== other.room) return false;
  return one.kind === 'bulk' ? other.kind === 'bulk' && one.slot === other.slot : other.kind === 'control';
}

function key(to: Destination): string {
  return JSON.stringify(to);
}
