/**
 * One simulated member: the real core, and around it what src/io and the daemon are in real life: a driver that
 * calls and drains, a socket buffer, a store and a disk. The process can crash (memory is lost, the store stays),
 * start again, and be stopped as by SIGSTOP. Its monotonic clock starts anywhere, its wall clock is wrong.
 */
import { createKernel } from '../src/core/fec/kernel.ts';
import { assert } from '../src/base/assert.ts';
import type { Bytes } from '../src/base/bytes.ts';
import type { MemberId, RecordId, RoomId, TransferId } from '../src/base/ids.ts';
import { isTransferId } from '../src/base/ids.ts';
import { seededRandom, type Random } from '../src/base/prng.ts';
import { wholeDatagram } from '../src/core/datagram.ts';
import type { Address, Annotation, FileView, PeerApi, PeerConfig, PeerEvent } from '../src/core/api.ts';
import { annotationBody } from '../src/core/room/annotations.ts';
import { DATAGRAM_BYTES_MAX } from '../src/core/limits.ts';
import { tendPrekeys, type OwnPrekey } from '../src/core/secrecy/prekeys.ts';
import { BusyHost, type Received } from './busy-host.ts';
import { createIdentity, type Identity, type SignatureKind } from './crypto.ts';
import { VirtualDisk, type FileContent } from './disk.ts';
import type { EventQueue } from './event-queue.ts';
import { FileServer } from './file-server.ts';
import { CALLS_PER_INSTANT_MAX, SOCKET_BUFFER_PACKETS_MAX } from './limits.ts';
import type { Endpoint, Network } from './network.ts';
import type { Observation } from './observation.ts';
import { Keeper } from './keeper.ts';
import { VirtualStore } from './store.ts';
import { wordsOf } from './words-of.ts';
import { Violation } from './violation.ts';

/** What a node lives in. */
/** One serves all members: it keeps nothing between calls. */
const kernel = createKernel();

export interface NodeEnvironment {
  readonly queue: EventQueue;
  readonly network: Network;
  readonly createPeer: (config: PeerConfig) => PeerApi;
  readonly signatures: SignatureKind;
  readonly observe: (observation: Observation) => void;
  /** Members have prekeys, so that they can let each other into private rooms. */
  readonly hasPrivateRooms: boolean;
}

/** 2026-01-01, so that the wall clocks show something plausible. */
const EPOCH_MS = 1_767_225_600_000;
const WALL_CLOCK_ERROR_MS_MAX = 3_600_000;
const MONOTONIC_START_MS_MAX = 1_000_000;
/** A timer fires late by up to this, as setTimeout does. */
const TIMER_LATENESS_MS_MAX = 1;
const COMMIT_MS_MIN = 1;
const COMMIT_MS_SPREAD = 8;
/** From the end of the commit until the core hears of it: two thread hops. */
const ACKNOWLEDGE_MS = 0.5;
/** A person who answers as soon as a room is shown that it is offered. */
const ACCEPT_MS = 1;

/** 1492 bytes of PPPoE less IPv4 and UDP. */
const PPPOE_DATAGRAM_BYTES_MAX = 1464;

type State = 'down' | 'running' | 'stopped';

export class SimNode implements Endpoint {
  readonly index: number;
  readonly address: Address;
  readonly id: MemberId;
  /** Largest UDP payload that this host's network carries whole: not every member sits on plain Ethernet. */
  readonly datagramBytesMax: number;
  readonly disk = new VirtualDisk();
  readonly store = new VirtualStore();
  /** Rooms that this member wants to be in; a restarted process joins them again. */
  readonly rooms = new Set<RoomId>();
  /** Rooms that the core of this life is in. */
  readonly joined = new Set<RoomId>();
  name: string;
  /** What its person says to the next private room that it is offered. */
  declines: () => boolean = () => false;
  /** False for a process that only speaks and does not ask for what was said before it came. */
  catchesUp = true;
  /** Counts processes: each start is a new life, and nothing of an older one may act. */
  life = 0;
  state: State = 'down';
  /** Crashed for good: nobody restarts it, not even when all heals. */
  isDead = false;
  peer: PeerApi | undefined;
  private readonly environment: NodeEnvironment;
  private readonly random: Random;
  readonly identity: Identity;
  readonly prekeys: readonly OwnPrekey[];
  private readonly wallClockErrorMs: number;
  private monotonicStartMs = 0;
  private dueAt = Infinity;
  private armedAt = Infinity;
  private instant = -1;
  private callsInInstant = 0;
  private nextToken = 1;
  private commitsDoneAt = 0;
  private readonly socketBuffer: { readonly from: Address; readonly bytes: Bytes }[] = [];
  /** What happened to a stopped process's disk meanwhile; it learns of it when it continues. */
  private readonly deferred: (() => void)[] = [];
  private readonly keeper: Keeper;
  private readonly contentsByToken = new Map<number, FileContent>();
  readonly fileServer: FileServer;
  /** What its processor takes for its work; nothing, unless a test says otherwise. */
  readonly busy: BusyHost;

  constructor(environment: NodeEnvironment, index: number, address: Address, seed: number) {
    this.environment = environment;
    this.index = index;
    this.address = address;
    this.random = seededRandom(seed);
    this.name = `Bird ${index}`;
    this.datagramBytesMax = this.random.below(4) === 0 ? PPPOE_DATAGRAM_BYTES_MAX : DATAGRAM_BYTES_MAX;
    this.identity = createIdentity(this.random, environment.signatures);
    this.prekeys = environment.hasPrivateRooms ? tendPrekeys(this.identity.crypto, [], EPOCH_MS) : [];
    this.wallClockErrorMs = WALL_CLOCK_ERROR_MS_MAX * (2 * this.random.next() - 1);
    this.fileServer = new FileServer({
      node: this,
      disk: this.disk,
      observe: environment.observe,
      afterAccess: (byteCount, mutate) => this.afterAccess(byteCount, mutate),
    });
    this.busy = new BusyHost(environment.queue, this);
    this.id = this.createPeer().id;
    this.keeper = new Keeper({
      store: this.store,
      commit: (write) => this.commit(write),
      later: (delayMs, run) => this.later(delayMs, run),
      answer: (give) => this.laterUnlessStopped(ACKNOWLEDGE_MS, give),
      committed: (type, room, id) => this.observe({ type, node: this, room, id }),
      random: this.random,
    });
  }

  get isRunning(): boolean {
    return this.state === 'running';
  }

  /** This process's monotonic clock. */
  clock(): number {
    return this.environment.queue.now + this.monotonicStartMs;
  }

  // ---- the process ---------------------------------------------------------------------------------------------

  start(): void {
    assert(this.state === 'down', 'a running process cannot start');
    this.life++;
    this.state = 'running';
    this.monotonicStartMs = MONOTONIC_START_MS_MAX * this.random.next();
    this.peer = this.createPeer();
    this.observe({ type: 'started', node: this });
    for (const room of this.rooms) this.joinNow(room);
    for (const room of this.store.openPrivateRooms()) this.openPrivate(room);
  }

  /** As SIGTERM: LEAVE in every room, then the end. */
  end(): void {
    for (const room of this.joined) this.observe({ type: 'quit', node: this, room });
    this.call((peer, now) => peer.shutdown(now));
    this.crash();
  }

  /** As SIGKILL or a power cut: no LEAVE, and what was not committed is gone. */
  crash(): void {
    assert(this.state !== 'down', 'only a live process can crash');
    this.state = 'down';
    this.peer = undefined;
    this.joined.clear();
    this.commitsDoneAt = 0;
    this.dueAt = Infinity;
    this.armedAt = Infinity;
    this.socketBuffer.length = 0;
    this.deferred.length = 0;
    this.keeper.forget();
    this.contentsByToken.clear();
    this.fileServer.crash();
    this.disk.forgetQueue();
    this.environment.network.unsubscribeAll(this.index);
    this.observe({ type: 'crashed', node: this });
  }

  /** As SIGSTOP or a closed lid: the kernel still buffers a little. */
  stop(): void {
    assert(this.state === 'running', 'only a running process can be stopped');
    this.state = 'stopped';
    this.observe({ type: 'stopped', node: this });
  }

  continue(): void {
    assert(this.state === 'stopped', 'only a stopped process can continue');
    this.state = 'running';
    this.observe({ type: 'continued', node: this });
    const packets = this.socketBuffer.splice(0);
    const deferred = this.deferred.splice(0);
    this.timeOut();
    for (const { from, bytes } of packets) this.receive(from, bytes);
    for (const run of deferred) run();
  }

  // ---- commands ------------------------------------------------------------------------------------------------

  /** The daemon reads the own chain only after the commits that it has already begun. */
  join(room: RoomId): void {
    this.rooms.add(room);
    const { now } = this.environment.queue;
    if (this.commitsDoneAt <= now) this.joinNow(room);
    else {
      this.later(this.commitsDoneAt - now, () => {
        if (this.rooms.has(room)) this.joinNow(room);
      });
    }
  }

  quit(room: RoomId): void {
    this.rooms.delete(room);
    this.joined.delete(room);
    this.observe({ type: 'quit', node: this, room });
    this.call((peer, now) => peer.quit(now, room));
  }

  rename(name: string): void {
    this.name = name;
    this.observe({ type: 'rename', node: this, name });
    this.call((peer, now) => peer.rename(now, name));
  }

  probe(room: RoomId): void {
    this.observe({ type: 'probe', node: this, room });
    this.call((peer, now) => peer.probe(now, room));
  }

  say(room: RoomId, text: string, replyTo?: RecordId): void {
    const token = this.nextToken++;
    const at = this.wallClock();
    const words = wordsOf({ kind: 'text', text, ...(replyTo === undefined ? {} : { replyTo }) });
    this.observe({ type: 'say', node: this, room, token, text: words, at });
    this.call((peer, now) => peer.say(now, room, text, at, token, replyTo));
  }

  annotate(room: RoomId, target: RecordId, what: Annotation): void {
    const token = this.nextToken++;
    const at = this.wallClock();
    const words = wordsOf(annotationBody(target, what));
    this.observe({ type: 'say', node: this, room, token, text: words, at });
    this.call((peer, now) => peer.annotate(now, room, target, what, at, token));
  }

  type(room: RoomId): void {
    this.call((peer, now) => peer.typing(now, room));
  }

  offer(room: RoomId, file: FileView, content: FileContent): void {
    const token = this.nextToken++;
    const at = this.wallClock();
    this.contentsByToken.set(token, content);
    this.observe({ type: 'offer', node: this, room, token, file, content, at });
    this.call((peer, now) => peer.offer(now, room, file, at, token));
  }

  accept(transfer: TransferId): void {
    this.observe({ type: 'accept', node: this, transfer });
    this.fileServer.accepted(transfer);
    this.call((peer, now) => peer.accept(now, transfer));
  }

  decline(transfer: TransferId): void {
    this.observe({ type: 'decline', node: this, transfer });
    this.call((peer, now) => peer.decline(now, transfer));
  }

  pause(transfer: TransferId): void {
    this.call((peer, now) => peer.pause(now, transfer));
  }
  unpause(transfer: TransferId): void {
    this.call((peer, now) => peer.unpause(now, transfer));
  }
  retry(transfer: TransferId): void {
    this.fileServer.retried(transfer);
    this.call((peer, now) => peer.retry(now, transfer));
  }

  cancel(transfer: TransferId): void {
    this.observe({ type: 'cancel', node: this, transfer });
    this.call((peer, now) => peer.cancel(now, transfer));
  }

  /** A command about a private room; returns the token that it was given. */
  command(give: (peer: PeerApi, now: number, token: number) => void): number {
    const token = this.nextToken++;
    this.call((peer, now) => give(peer, now, token));
    return token;
  }

  /** As the daemon does with what it has stored of a private room. */
  openPrivate(room: RoomId): void {
    const chain = this.store.privateChain(room);
    if (chain === undefined) return;
    this.call((peer, now) => peer.openRoom(now, room, this.store.records.history(room, true), chain));
  }

  /** Files that this process has open for sending. */
  openSources(): readonly TransferId[] {
    return this.fileServer.openSources();
  }

  // ---- the network ---------------------------------------------------------------------------------------------

  receive(from: Address, bytes: Bytes): void {
    if (this.state === 'stopped') {
      if (this.socketBuffer.length < SOCKET_BUFFER_PACKETS_MAX) this.socketBuffer.push({ from, bytes });
      return;
    }
    if (this.state !== 'running') return;
    this.busy.received({ from, bytes, arrivedAt: this.environment.queue.now }, from === this.address);
  }

  /** From the network at once, or from the inbox when its turn has come. */
  take({ from, bytes, arrivedAt }: Received): void {
    this.observe({ type: 'received', node: this, from, bytes });
    this.call((peer, now) => peer.handleDatagram(now, from, bytes, arrivedAt + this.monotonicStartMs));
  }

  // ---- the driver ----------------------------------------------------------------------------------------------

  private createPeer(): PeerApi {
    return this.environment.createPeer({
      crypto: this.busy.counted(this.identity.crypto),
      kernel,
      random: seededRandom(this.random.below(0x1_0000_0000)),
      publicKey: this.identity.publicKey,
      name: this.name,
      prekeys: this.prekeys,
      unicastPort: this.address.port,
      datagramBytesMax: this.datagramBytesMax,
    });
  }

  private joinNow(room: RoomId): void {
    this.joined.add(room);
    this.observe({ type: 'join', node: this, room });
    this.call((peer, now) => peer.join(now, room, this.store.records.history(room, this.catchesUp)));
  }

  /** One mutation, then a full drain: the contract of PeerApi. */
  private call(mutate: (peer: PeerApi, now: number) => void): void {
    const { peer } = this;
    if (peer === undefined) return;
    this.countCall();
    const now = this.clock();
    mutate(peer, now);
    for (;;) {
      const polled = peer.pollTransmit(now);
      if (polled === undefined) break;
      const transmit = { to: polled.to, bytes: wholeDatagram(polled) };
      this.observe({ type: 'sent', node: this, transmit });
      this.environment.network.send(this, transmit);
    }
    for (;;) {
      const event = peer.pollEvent();
      if (event === undefined) break;
      this.observe({ type: 'event', node: this, event });
      this.serve(event);
    }
    this.busy.worked();
    this.arm(Math.max(peer.pollTimeout() - this.monotonicStartMs, this.busy.until));
  }

  /** The core wants to be called. */
  get isDue(): boolean {
    return (this.peer?.pollTimeout() ?? Infinity) <= this.clock();
  }

  timeOut(): void {
    this.call((peer, now) => peer.handleTimeout(now));
  }

  private countCall(): void {
    const { now } = this.environment.queue;
    if (now !== this.instant) this.callsInInstant = 0;
    this.instant = now;
    if (++this.callsInInstant > CALLS_PER_INSTANT_MAX) {
      throw new Violation(
        'driver',
        `node ${this.index} asks to be called again and again without time passing`,
      );
    }
  }

  /** Keeps one event of the queue on its way that is not later than the core's next time-out. */
  private arm(timeoutAt: number): void {
    const { queue } = this.environment;
    // A time-out in the past means "call me at once"; one ahead goes through a timer, which is late.
    this.dueAt = timeoutAt <= queue.now ? queue.now : timeoutAt + TIMER_LATENESS_MS_MAX * this.random.next();
    this.schedule();
  }

  private schedule(): void {
    const { queue } = this.environment;
    const { dueAt, life } = this;
    if (dueAt >= this.armedAt || dueAt === Infinity) return;
    this.armedAt = dueAt;
    queue.schedule(dueAt, () => {
      if (life !== this.life || this.armedAt !== dueAt) return;
      this.armedAt = Infinity;
      if (this.state !== 'running') return;
      if (this.dueAt > queue.now) this.schedule();
      else this.timeOut();
    });
  }

  // ---- the store and the disk ----------------------------------------------------------------------------------

  private serve(event: PeerEvent): void {
    const { network } = this.environment;
    switch (event.type) {
      case 'subscribe':
        return network.subscribe(this.index, event.to);
      case 'unsubscribe':
        return network.unsubscribe(this.index, event.to);
      case 'store-record':
        return this.storeRecord(event);
      case 'keep-record':
        return this.keeper.keep(event);
      case 'read-records':
        return this.keeper.read(event);
      case 'store-private':
        return this.keeper.storePrivate(event);
      case 'room-offered':
        return this.laterUnlessStopped(ACCEPT_MS, (peer, now) => {
          if (this.declines()) peer.declineRoom(now, event.offer.room, event.from);
          else peer.acceptRoom(now, event.offer, 0);
        });
      case 'room-joined':
        this.joined.add(event.room);
        this.laterUnlessStopped(0, (peer, now) => {
          if (this.joined.has(event.room)) this.fileServer.restore(peer, now, event.room);
        });
        return this.store.reopen(event.room);
      case 'room-closed':
        this.joined.delete(event.room);
        return this.store.setClosed(event.room, true);
      default:
        this.fileServer.serve(event);
    }
  }

  private storeRecord(event: PeerEvent & { type: 'store-record' }): void {
    const { room, id, sequence, depth, bytes, audience, token } = event;
    const content = this.contentsByToken.get(token);
    const transfer = id.slice(0, 32);
    if (content !== undefined && isTransferId(transfer)) {
      this.contentsByToken.delete(token);
      this.fileServer.offered(room, transfer, bytes, content);
    }
    this.keeper.storeOwn(room, { id, author: this.id, sequence, depth, bytes, audience });
  }

  /** Commits are done one after the other; a crash before the end of one loses it. */
  private commit(write: () => void): void {
    const { now } = this.environment.queue;
    const commitMs = COMMIT_MS_MIN + COMMIT_MS_SPREAD * this.random.next();
    this.commitsDoneAt = Math.max(now, this.commitsDoneAt) + commitMs;
    this.later(this.commitsDoneAt - now, write);
  }

  private afterAccess(byteCount: number, mutate: (peer: PeerApi, now: number) => void): void {
    const { now } = this.environment.queue;
    this.laterUnlessStopped(this.disk.doneAt(now, byteCount) - now, mutate);
  }

  /** Runs even while the process is stopped (the disk does not stop), but not after a crash. */
  private later(delayMs: number, run: () => void): void {
    const { life } = this;
    this.environment.queue.after(delayMs, () => {
      if (life === this.life && this.state !== 'down') run();
    });
  }

  private laterUnlessStopped(delayMs: number, mutate: (peer: PeerApi, now: number) => void): void {
    const run = (): void => this.call(mutate);
    this.later(delayMs, () => {
      if (this.state === 'stopped') this.deferred.push(run);
      else run();
    });
  }

  private wallClock(): number {
    return Math.floor(EPOCH_MS + this.environment.queue.now + this.wallClockErrorMs);
  }

  private observe(observation: Observation): void {
    this.environment.observe(observation);
  }
}
