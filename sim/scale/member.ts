/** A member of a scale run: the real core, a driver as short as its contract allows, and a disk that only takes time. */
import { BufferPool } from '../../src/base/buffer-pool.ts';
import type { Bytes } from '../../src/base/bytes.ts';
import type { RoomId, TransferId } from '../../src/base/ids.ts';
import { seededRandom, type Random } from '../../src/base/prng.ts';
import type { Address, PeerApi, PeerConfig, PeerEvent } from '../../src/core/api.ts';
import { createKernel } from '../../src/core/fec/kernel.ts';
import { TAG_BYTES, BLOCK_BYTES, DATAGRAM_BYTES_MAX, DEFAULT_PORT } from '../../src/core/limits.ts';
import { Peer } from '../../src/core/peer.ts';
import { createIdentity } from '../crypto.ts';
import { VirtualDisk } from '../disk.ts';
import type { EventQueue } from '../event-queue.ts';
import { lightCrypto, lightKernel } from './light-crypto.ts';
import { RankAssembly } from './rank-assembly.ts';
import type { Star, StarNode } from './star.ts';

export interface ScaleEnvironment {
  readonly queue: EventQueue;
  readonly star: Star;
  readonly room: RoomId;
  /** What is sent; undefined where members only count. */
  readonly content: Bytes | undefined;
  readonly onEvent: (member: ScaleMember, event: PeerEvent) => void;
}

/** A timer fires late by up to this. */
const TIMER_LATENESS_MS_MAX = 1;
const COMMIT_MS = 2;
const kernel = createKernel();
/** One for all: nobody looks at what is in them. */
const nobodysBuffers = new BufferPool(BLOCK_BYTES + TAG_BYTES, 64);
const NOBODYS_BLOCK = new Uint8Array(BLOCK_BYTES);

export class ScaleMember implements StarNode {
  readonly index: number;
  readonly address: Address;
  readonly disk = new VirtualDisk();
  readonly peer: PeerApi;
  private readonly environment: ScaleEnvironment;
  private readonly random: Random;
  private armedAt = Infinity;
  private dueAt = Infinity;

  constructor(environment: ScaleEnvironment, index: number, seed: number) {
    this.environment = environment;
    this.index = index;
    this.address = { host: `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`, port: DEFAULT_PORT + 1 };
    this.random = seededRandom(seed);
    this.peer = new Peer(this.config());
  }

  receive(from: Address, bytes: Bytes): void {
    const { now } = this.environment.queue;
    this.peer.handleDatagram(now, from, bytes);
    this.drain(now);
  }

  run(command: (peer: PeerApi, now: number) => void): void {
    const { now } = this.environment.queue;
    command(this.peer, now);
    this.drain(now);
  }

  private config(): PeerConfig {
    const identity = createIdentity(this.random, 'insecure-mac');
    const base = {
      random: seededRandom(this.random.below(0x1_0000_0000)),
      publicKey: identity.publicKey,
      name: `Bird ${this.index}`,
      unicastPort: this.address.port,
      datagramBytesMax: DATAGRAM_BYTES_MAX,
    };
    if (this.environment.content !== undefined) return { ...base, crypto: identity.crypto, kernel };
    const dice = seededRandom(this.random.below(0x1_0000_0000));
    return {
      ...base,
      crypto: lightCrypto(identity),
      kernel: lightKernel,
      buffers: nobodysBuffers,
      assemble: (code) => new RankAssembly(code, dice),
    };
  }

  private drain(now: number): void {
    const { peer, environment } = this;
    while (environment.star.roomAt(this.index) <= now) {
      const transmit = peer.pollTransmit(now);
      if (transmit === undefined) break;
      environment.star.send(this, transmit);
    }
    for (;;) {
      const event = peer.pollEvent();
      if (event === undefined) break;
      this.serve(event);
    }
    // What waits for room in the send buffer asks at once, again and again: the driver waits for the buffer instead.
    const roomAt = environment.star.roomAt(this.index);
    this.arm(now, roomAt > now ? Math.max(roomAt, peer.pollTimeout()) : peer.pollTimeout());
  }

  /** One event of the queue is on its way that is not later than what the core asks for. */
  private arm(now: number, timeoutAt: number): void {
    if (timeoutAt === this.dueAt) return;
    this.dueAt = timeoutAt;
    if (timeoutAt === Infinity) return;
    const at = timeoutAt <= now ? now : timeoutAt + TIMER_LATENESS_MS_MAX * this.random.next();
    if (at >= this.armedAt) return;
    this.armedAt = at;
    this.environment.queue.schedule(at, () => {
      if (this.armedAt !== at) return;
      this.armedAt = Infinity;
      const due = this.dueAt;
      this.dueAt = Infinity;
      if (due > this.environment.queue.now) this.arm(this.environment.queue.now, due);
      else this.run((peer, time) => peer.handleTimeout(time));
    });
  }

  private serve(event: PeerEvent): void {
    const { star, room, content } = this.environment;
    switch (event.type) {
      case 'subscribe':
        return star.subscribe(this.index, event.to);
      case 'unsubscribe':
        return star.unsubscribe(this.index, event.to);
      case 'store-record':
        return this.later(COMMIT_MS, (peer, now) => peer.recordStored(now, room, event.id));
      case 'keep-record':
        return this.later(COMMIT_MS, (peer, now) => peer.recordsKept(now, room, event.serial));
      case 'read-block': {
        const { transfer, block, offset, length } = event;
        const bytes = content?.slice(offset, offset + length) ?? NOBODYS_BLOCK.subarray(0, length);
        return this.afterAccess(length, (peer, now) => peer.blockRead(now, transfer, block, bytes));
      }
      case 'write-block':
        this.environment.onEvent(this, event);
        return this.afterAccess(event.bytes.length, (peer, now) =>
          peer.blockWritten(now, event.transfer, event.block),
        );
      case 'finish-file':
        return this.afterAccess(0, (peer, now) => this.finish(peer, now, event.transfer));
      default:
        this.environment.onEvent(this, event);
    }
  }

  private finish(peer: PeerApi, now: number, transfer: TransferId): void {
    peer.fileFinished(now, transfer);
  }

  private afterAccess(byteCount: number, command: (peer: PeerApi, now: number) => void): void {
    const { now } = this.environment.queue;
    this.later(this.disk.doneAt(now, byteCount) - now, command);
  }

  private later(delayMs: number, command: (peer: PeerApi, now: number) => void): void {
    this.environment.queue.after(delayMs, () => this.run(command));
  }
}
