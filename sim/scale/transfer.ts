/**
 * One file to very many receivers, and what it cost: the wire ratio, the receivers' feedback, the times. Deterministic:
 * everything but `realMs` and `residentMiB` is a function of the options.
 */
import { Buffer } from 'node:buffer';

import type { TransferId } from '../../src/base/ids.ts';
import { seededRandom } from '../../src/base/prng.ts';
import type { PeerEvent } from '../../src/core/api.ts';
import {
  BLOCK_BYTES,
  BULK_SLOTS,
  DATA_HEADER_BYTES,
  DATAGRAM_BYTES_MAX,
  TAG_BYTES,
} from '../../src/core/limits.ts';
import { publicRoomId } from '../../src/core/room/groups.ts';
import { FRAME, typeOf } from '../../src/core/wire/header.ts';
import { sha256 } from '../crypto.ts';
import { createContent, type DiskConditions } from '../disk.ts';
import { EventQueue } from '../event-queue.ts';
import { Violation } from '../violation.ts';
import { Liar, type LiarKind } from './liar.ts';
import { ScaleMember } from './member.ts';
import { PACKET_HEADER_BYTES, Star } from './star.ts';

export interface ScaleOptions {
  readonly seed: number;
  readonly receiverCount: number;
  readonly loss: number;
  readonly fileBytes: number;
  readonly megabitsPerSecond: number;
  /** Receivers whose cable is pulled in the middle. */
  readonly dying?: number;
  /** Somebody who answers every ASK that everything is missing. */
  readonly liar?: LiarKind;
  /** Receivers with this disk. */
  readonly slow?: { readonly count: number; readonly disk: DiskConditions };
}

export interface ScaleResult {
  readonly receiverCount: number;
  readonly loss: number;
  readonly fileBytes: number;
  /** True where real bytes were coded, ciphered and compared; false where ranks were counted. */
  readonly exact: boolean;
  readonly completeCount: number;
  /** Receivers that the sender knows to be complete. */
  readonly knownCount: number;
  /** All packets of the sender with 42 bytes of headers each, over the file's size. */
  readonly wire: number;
  /** STATUS, REPORT and HAVE of all receivers, with headers, over the file's size. */
  readonly feedback: number;
  readonly feedbackPackets: number;
  readonly feedbackBytesPerReceiver: number;
  /** Other packets of the receivers: presence and the room's log. */
  readonly otherPackets: number;
  /** Most feedback packets that reached the sender within any one millisecond. */
  readonly packetsPerMsMax: number;
  /** Since the offer: when the last receiver had the file, and when the sender knew of all. */
  readonly completeMs: number;
  readonly knownMs: number;
  /** Since the offer: when the last new source symbol left. */
  readonly firstPassMs: number;
  /** From there to the last complete receiver. */
  readonly afterFirstPassMs: number;
  readonly packetsByType: Readonly<Record<string, number>>;
  readonly fingerprint: string;
  readonly realMs: number;
  readonly residentMiB: number;
}

/** Up to this many receivers, real bytes are coded, ciphered and compared. */
const EXACT_RECEIVERS_MAX = 8;
const JOIN_SPREAD_MS = 1000;
const SETTLED_AT_MS = 3000;
const PROBE_SPACING_MS = 1500;
const PROBES_MAX = 20;
const LIMIT_MS = 600_000;
const STEP_MS = 20;
const FEEDBACK = new Set(['status', 'have', 'report']);
const TYPE_NAMES = new Map<number, string>(Object.entries(FRAME).map(([name, type]) => [type, name]));

export function runScale(options: ScaleOptions): ScaleResult {
  return new ScaleRun(options).play();
}

class ScaleRun {
  private readonly options: ScaleOptions;
  private readonly startedAt = performance.now();
  private readonly queue = new EventQueue();
  private readonly members: readonly ScaleMember[];
  private readonly content: Uint8Array | undefined;
  private readonly room = publicRoomId({ sha256 }, 'lobby');
  private readonly star: Star;
  private readonly random;
  private readonly complete = new Set<number>();
  private readonly known = new Set<string>();
  private readonly dead = new Set<number>();
  private offeredAt = 0;
  private completeAt = 0;
  private knownAt = 0;
  private firstPassAt = 0;
  private highestBlock = -1;
  private readonly sent = { senderBytes: 0, feedbackBytes: 0, feedbackPackets: 0, otherPackets: 0 };
  private readonly byType = new Map<string, number>();
  private burst = { ms: -1, count: 0, max: 0 };
  private hash = 0;

  constructor(options: ScaleOptions) {
    this.options = options;
    const { receiverCount, loss, megabitsPerSecond, fileBytes, seed } = options;
    this.random = seededRandom(seed);
    const derived = (): number => this.random.below(0x1_0000_0000);
    this.star = new Star(this.queue, seededRandom(derived()), { loss, megabitsPerSecond }, receiverCount + 2);
    const isExact = receiverCount <= EXACT_RECEIVERS_MAX;
    this.content = isExact ? createContent(derived(), fileBytes).bytes : undefined;
    const environment = {
      queue: this.queue,
      star: this.star,
      room: this.room,
      content: this.content,
      onEvent: (member: ScaleMember, event: PeerEvent): void => this.observe(member, event),
    };
    this.members = Array.from(
      { length: receiverCount + 1 },
      (_, index) => new ScaleMember(environment, index, derived()),
    );
    for (const member of this.members) this.star.attach(member);
  }

  play(): ScaleResult {
    const { queue, options, random } = this;
    const [sender] = this.members as [ScaleMember];
    for (const member of this.members) {
      const at = member === sender ? 0 : JOIN_SPREAD_MS * random.next();
      queue.schedule(at, () =>
        member.run((peer, now) => peer.join(now, this.room, { records: [], floors: [], catchUp: true })),
      );
    }
    queue.runUntil(SETTLED_AT_MS);
    // A run is about known members: whoever lost every HELLO of the sender so far would come late, with a loss of 20 %
    // one in a thousand does.
    for (let probe = 0; probe < PROBES_MAX && !this.allKnowEachOther(); probe++) {
      sender.run((peer, now) => peer.probe(now, this.room));
      queue.runUntil(queue.now + PROBE_SPACING_MS);
    }
    this.offeredAt = queue.now;
    this.star.onSent = (from, bytes) => this.count(from, bytes);
    this.star.onReachedSender = (bytes) => this.countBurst(bytes);
    for (const member of this.members.slice(1, 1 + (options.slow?.count ?? 0)))
      member.disk.conditions = options.slow?.disk ?? member.disk.conditions;
    if (options.liar !== undefined) this.admitLiar(options.liar);
    const file = { name: 'file', size: options.fileBytes };
    sender.run((peer, now) => peer.offer(now, this.room, file, now, 1));
    if (options.dying !== undefined) queue.after(1000, () => this.killSome(options.dying ?? 0));
    while (!this.isOver()) {
      if (queue.now > this.offeredAt + LIMIT_MS) break;
      queue.runUntil(queue.now + STEP_MS);
    }
    return this.result();
  }

  /** It takes the place after the last receiver; ASKs come by the bulk group of whatever slot the file gets. */
  private admitLiar(kind: LiarKind): void {
    const { room, star } = this;
    const victim = kind === 'impostor' ? this.members[1]?.peer.id : undefined;
    const liar = new Liar(star, room, this.members.length, seededRandom(this.options.seed), victim);
    star.attach(liar);
    for (let slot = 0; slot < BULK_SLOTS; slot++) star.subscribe(liar.index, { kind: 'bulk', room, slot });
  }

  /** The sender lists every receiver, and each of them the sender. */
  private allKnowEachOther(): boolean {
    const { now } = this.queue;
    return this.members.every(({ index, peer }) => {
      const listed = peer.members(now, this.room).length;
      return index === 0 ? listed === this.members.length : listed > 1;
    });
  }

  private isOver(): boolean {
    const wanted = this.options.receiverCount - this.dead.size;
    return this.complete.size >= wanted && this.known.size >= wanted;
  }

  private killSome(count: number): void {
    for (const member of this.members.slice(-count)) {
      if (this.complete.has(member.index)) continue;
      this.dead.add(member.index);
      this.star.kill(member.index);
    }
  }

  private observe(member: ScaleMember, event: PeerEvent): void {
    if (event.type === 'transfer-offered' && member.index > 0) {
      const { transfer } = event;
      this.queue.after(0, () => member.run((peer, now) => peer.accept(now, transfer)));
    } else if (event.type === 'write-block') this.compare(event);
    else if (event.type === 'transfer-done') this.done(member, event.transfer, event.member);
    else if (event.type === 'transfer-failed' && !this.dead.has(member.index) && event.member === undefined)
      throw new Violation('progress', `member ${member.index} failed: ${event.reason}`);
  }

  private compare(event: PeerEvent & { type: 'write-block' }): void {
    if (this.content === undefined) return;
    const expected = this.content.subarray(event.offset, event.offset + BLOCK_BYTES);
    if (Buffer.compare(expected, event.bytes) !== 0)
      throw new Violation('file-bytes', `block ${event.block}`);
  }

  private done(member: ScaleMember, _transfer: TransferId, about: string | undefined): void {
    const { now } = this.queue;
    this.hash = (Math.imul(this.hash, 31) + member.index + Math.round(now * 1000)) | 0;
    if (about === undefined) {
      this.complete.add(member.index);
      this.completeAt = now;
    } else {
      this.known.add(about);
      if (this.known.size > this.complete.size) throw new Violation('honest-success', `at ${now} ms`);
      this.knownAt = now;
    }
  }

  private count(from: number, bytes: Uint8Array): void {
    const wire = bytes.length + PACKET_HEADER_BYTES;
    const type = typeOf(bytes[0] as number);
    const name = TYPE_NAMES.get(type) ?? String(type);
    const key = `${from === 0 ? 'sender' : 'receivers'} ${name}`;
    this.byType.set(key, (this.byType.get(key) ?? 0) + 1);
    if (from === 0) {
      this.sent.senderBytes += wire;
      if (type === FRAME.data) this.notePass(bytes);
    } else if (FEEDBACK.has(name)) {
      this.sent.feedbackBytes += wire;
      this.sent.feedbackPackets++;
    } else this.sent.otherPackets++;
  }

  /** New source symbols come in order: the last of the last block ends the first pass. */
  private notePass(bytes: Uint8Array): void {
    const block = ((bytes[6] as number) << 16) | ((bytes[7] as number) << 8) | (bytes[8] as number);
    const symbol = ((bytes[9] as number) << 16) | ((bytes[10] as number) << 8) | (bytes[11] as number);
    const symbols = Math.ceil((BLOCK_BYTES + TAG_BYTES) / (DATAGRAM_BYTES_MAX - DATA_HEADER_BYTES));
    if (block * symbols + symbol <= this.highestBlock) return;
    this.highestBlock = block * symbols + symbol;
    this.firstPassAt = this.queue.now;
  }

  private countBurst(bytes: Uint8Array): void {
    if (!FEEDBACK.has(TYPE_NAMES.get(typeOf(bytes[0] as number)) ?? '')) return;
    const ms = Math.floor(this.queue.now);
    this.burst = { ms, count: ms === this.burst.ms ? this.burst.count + 1 : 1, max: this.burst.max };
    this.burst.max = Math.max(this.burst.max, this.burst.count);
  }

  private result(): ScaleResult {
    const { receiverCount, loss, fileBytes } = this.options;
    const { senderBytes, feedbackBytes, feedbackPackets, otherPackets } = this.sent;
    return {
      receiverCount,
      loss,
      fileBytes,
      exact: this.content !== undefined,
      completeCount: this.complete.size,
      knownCount: this.known.size,
      wire: senderBytes / fileBytes,
      feedback: feedbackBytes / fileBytes,
      feedbackPackets,
      feedbackBytesPerReceiver: feedbackBytes / receiverCount,
      otherPackets,
      packetsPerMsMax: this.burst.max,
      completeMs: this.completeAt - this.offeredAt,
      knownMs: this.knownAt - this.offeredAt,
      firstPassMs: this.firstPassAt - this.offeredAt,
      afterFirstPassMs: this.completeAt - this.firstPassAt,
      packetsByType: Object.fromEntries([...this.byType].toSorted(([a], [b]) => (a < b ? -1 : 1))),
      fingerprint: (this.hash >>> 0).toString(16).padStart(8, '0'),
      realMs: Math.round(performance.now() - this.startedAt),
      residentMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
    };
  }
}
