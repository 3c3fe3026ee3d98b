/**
 * The truth that the checkers compare with: what was really said and offered, by whom, what each member was shown,
 * and which faults could excuse a failure. It learns only from observations, never from inside a core.
 */
import { seededRandom } from '../src/base/prng.ts';
import type { MemberId, RecordId, RoomId, TransferId } from '../src/base/ids.ts';
import type { DiskFault, FileView, PeerEvent, TransferFailure } from '../src/core/api.ts';
import { parseRecord } from '../src/core/wire/record.ts';
import type { RecordBody } from '../src/core/wire/record.ts';
import { wordsOf } from './words-of.ts';
import { createIdentity } from './crypto.ts';
import type { FileContent } from './disk.ts';
import type { SimNode } from './node.ts';
import type { Observation } from './observation.ts';

/** A signed record that some member's core asked its store to keep. */
export interface KnownRecord {
  readonly id: RecordId;
  readonly room: RoomId;
  readonly author: SimNode;
  readonly authorLife: number;
  readonly sequence: number;
  readonly depth: number;
  /** The author's previous record and the heads it had seen. */
  readonly ancestors: readonly RecordId[];
  readonly kind: RecordBody['kind'];
  readonly text: string | undefined;
  readonly file: FileView | undefined;
  readonly at: number;
  readonly name: string;
  /** Of the signed encoding. */
  readonly byteCount: number;
  durableAt: number | undefined;
}

export interface KnownTransfer {
  readonly id: TransferId;
  readonly record: KnownRecord;
  readonly content: FileContent;
  readonly symbolBytes: number;
  readonly offeredAt: number;
  /** When the sender cancelled it, its source went bad, or its process or session ended. */
  endedBySenderAt: number | undefined;
  /** Its author is only away, and may come back with it. */
  isEndedForNow: boolean;
  readonly receptions: Reception[];
}

/** One receiver's side of a transfer, in one life and session. */
export interface Reception {
  readonly transfer: KnownTransfer;
  readonly session: Session;
  decision: 'open' | 'accepted' | 'declined';
  decidedAt: number;
  cancelledAt: number | undefined;
  diskFault: DiskFault | undefined;
  /** The disk synced and named the file. */
  finishedOnDisk: boolean;
  /** Blocks that were on its disk at the start of the session. */
  readonly restoredBlocks: ReadonlySet<number>;
  outcome: 'done' | TransferFailure | undefined;
  lastProgressAt: number;
}

/** One stay of one process in one room, from JOIN to QUIT or the end of the process. */
export interface Session {
  readonly node: SimNode;
  readonly life: number;
  readonly room: RoomId;
  readonly startedAt: number;
  endedAt: number | undefined;
  /** Texts and offers in the order in which they were shown. */
  readonly shown: RecordId[];
  /** What the store had at the start, files that go on among it: shown without the core. */
  readonly restored: Set<RecordId>;
}

/** A time during which something outside of the protocol could have kept members apart. */
interface Disturbance {
  readonly from: number;
  to: number;
  concerns(node: SimNode): boolean;
}

interface PendingSay {
  readonly text: string;
}
interface PendingOffer {
  readonly file: FileView;
  readonly content: FileContent;
}

export class Ledger {
  readonly records = new Map<RecordId, KnownRecord>();
  readonly transfers = new Map<TransferId, KnownTransfer>();
  /** All sessions ever; the last of a node and room is its current one. */
  readonly sessions: Session[] = [];
  readonly nodesById = new Map<MemberId, SimNode>();
  private readonly kept = new Map<SimNode, Set<RecordId>>();
  private readonly current = new Map<string, Session>();
  private readonly says = new Map<string, PendingSay>();
  private readonly offers = new Map<string, PendingOffer>();
  private readonly disturbances: Disturbance[] = [];
  private readonly downSince = new Map<SimNode, Disturbance>();
  private readonly crypto = createIdentity(seededRandom(0), 'insecure-mac').crypto;

  session(node: SimNode, room: RoomId): Session | undefined {
    return this.current.get(`${node.index} ${room}`);
  }

  /** A record of somebody else is on the disk of that member. */
  hasKept(node: SimNode, id: RecordId): boolean {
    return this.kept.get(node)?.has(id) === true;
  }

  private keptBy(node: SimNode): Set<RecordId> {
    return this.kept.get(node) ?? new Set();
  }

  /** What was asked to be said under that token. */
  said(node: SimNode, token: number): string | undefined {
    return this.says.get(tokenKey(node, token))?.text;
  }

  offered(node: SimNode, token: number): FileView | undefined {
    return this.offers.get(tokenKey(node, token))?.file;
  }

  reception(node: SimNode, transfer: TransferId): Reception | undefined {
    const known = this.transfers.get(transfer);
    if (known === undefined) return undefined;
    const session = this.session(node, known.record.room);
    return known.receptions.find((reception) => reception.session === session);
  }

  /** Notes that from `from` to `to` something outside of the protocol kept members apart. */
  disturb(from: number, to: number, concerns: (node: SimNode) => boolean): Disturbance {
    const disturbance = { from, to, concerns };
    this.disturbances.push(disturbance);
    return disturbance;
  }

  /** Everything heals now; members that are down are so until they start. */
  endDisturbances(now: number): void {
    for (const disturbance of this.disturbances) {
      if (disturbance.to !== Infinity) disturbance.to = Math.min(disturbance.to, now);
    }
  }

  /** For how long, in all, any of the nodes was disturbed between `from` and `to`; overlaps count twice. */
  disturbedMs(nodes: readonly SimNode[], from: number, to: number): number {
    let total = 0;
    for (const disturbance of this.disturbances) {
      if (!nodes.some((node) => disturbance.concerns(node))) continue;
      total += Math.max(0, Math.min(disturbance.to, to) - Math.max(disturbance.from, from));
    }
    return total;
  }

  observe(now: number, observation: Observation): void {
    switch (observation.type) {
      case 'started':
        this.nodesById.set(observation.node.id, observation.node);
        return this.up(observation.node, now);
      case 'continued':
        return this.up(observation.node, now);
      case 'stopped':
        return this.down(observation.node, now);
      case 'crashed':
        this.down(observation.node, now);
        for (const session of this.current.values()) {
          if (session.node === observation.node) this.endSession(session, now);
        }
        return;
      case 'join':
        return this.join(observation.node, observation.room, now);
      case 'quit': {
        const session = this.session(observation.node, observation.room);
        if (session !== undefined) this.endSession(session, now);
        return;
      }
      case 'say':
        this.says.set(tokenKey(observation.node, observation.token), observation);
        return;
      case 'offer':
        this.offers.set(tokenKey(observation.node, observation.token), observation);
        return;
      case 'durable': {
        const record = this.records.get(observation.id);
        if (record !== undefined) record.durableAt ??= now;
        return;
      }
      case 'kept':
        this.kept.set(observation.node, this.keptBy(observation.node).add(observation.id));
        return;
      case 'event':
        return this.event(now, observation.node, observation.event);
      default:
        return this.transferStep(now, observation);
    }
  }

  private up(node: SimNode, now: number): void {
    const disturbance = this.downSince.get(node);
    if (disturbance !== undefined) disturbance.to = now;
    this.downSince.delete(node);
  }

  private down(node: SimNode, now: number): void {
    if (this.downSince.has(node)) return;
    this.downSince.set(
      node,
      this.disturb(now, Infinity, (other) => other === node),
    );
  }

  private join(node: SimNode, room: RoomId, now: number): void {
    const key = `${node.index} ${room}`;
    if (this.current.has(key)) return;
    const restored = new Set<RecordId>();
    for (const record of this.records.values()) {
      const isOwn = record.author === node && record.durableAt !== undefined;
      if (record.room === room && (isOwn || this.hasKept(node, record.id))) restored.add(record.id);
    }
    const session: Session = {
      node,
      life: node.life,
      room,
      startedAt: now,
      endedAt: undefined,
      shown: [],
      restored,
    };
    this.current.set(key, session);
    this.sessions.push(session);
  }

  private endSession(session: Session, now: number): void {
    session.endedAt = now;
    this.current.delete(`${session.node.index} ${session.room}`);
    for (const transfer of this.transfers.values()) {
      const { author, room } = transfer.record;
      if (author === session.node && room === session.room) {
        if (transfer.endedBySenderAt !== undefined) continue;
        transfer.endedBySenderAt = now;
        transfer.isEndedForNow = true;
      }
    }
  }

  private event(now: number, node: SimNode, event: PeerEvent): void {
    switch (event.type) {
      case 'store-record':
        return this.addRecord(now, node, event);
      case 'message':
      case 'annotation':
        this.session(node, event.room)?.shown.push(event.id);
        return;
      case 'offer-parked':
        this.session(node, event.room)?.shown.push(event.message);
        return;
      case 'transfer-offered':
        this.show(node, event.room, event.message);
        return this.addReception(now, node, event);
      case 'transfer-progress': {
        const reception = event.member === undefined ? this.reception(node, event.transfer) : undefined;
        if (reception !== undefined) reception.lastProgressAt = now;
        return;
      }
      case 'transfer-done':
      case 'transfer-failed': {
        const reception = event.member === undefined ? this.reception(node, event.transfer) : undefined;
        if (reception !== undefined) {
          reception.outcome = event.type === 'transfer-done' ? 'done' : event.reason;
        }
        return;
      }
      default:
    }
  }

  /** An offer that was parked before is shown already. */
  private show(node: SimNode, room: RoomId, message: RecordId): void {
    const shown = this.session(node, room)?.shown;
    if (shown?.includes(message) === false) shown.push(message);
  }

  private addRecord(now: number, node: SimNode, event: PeerEvent & { type: 'store-record' }): void {
    if (this.records.has(event.id)) return;
    const parsed = parseRecord(this.crypto, event.bytes);
    if (parsed === undefined) return;
    const { body } = parsed;
    const ancestors = parsed.parents.map((parent) => parent.id);
    if (parsed.previous !== undefined) ancestors.push(parsed.previous);
    const record: KnownRecord = {
      id: event.id,
      room: event.room,
      author: node,
      authorLife: node.life,
      sequence: parsed.sequence,
      depth: parsed.depth,
      ancestors,
      kind: body.kind,
      text: saysWords(body) ? wordsOf(body) : undefined,
      file: body.kind === 'offer' ? { name: body.name, size: body.size } : undefined,
      at: parsed.at,
      name: parsed.name,
      byteCount: event.bytes.length,
      durableAt: undefined,
    };
    this.records.set(event.id, record);
    const content = this.offers.get(tokenKey(node, event.token))?.content;
    if (body.kind !== 'offer' || content === undefined) return;
    const id = event.id.slice(0, 32) as TransferId;
    this.transfers.set(id, {
      id,
      record,
      content,
      symbolBytes: body.symbolBytes,
      offeredAt: now,
      endedBySenderAt: undefined,
      isEndedForNow: false,
      receptions: [],
    });
  }

  private addReception(now: number, node: SimNode, event: PeerEvent & { type: 'transfer-offered' }): void {
    const transfer = this.transfers.get(event.transfer);
    const session = this.session(node, event.room);
    if (transfer === undefined || session === undefined || event.own) return;
    transfer.receptions.push({
      transfer,
      session,
      decision: 'open',
      decidedAt: now,
      cancelledAt: undefined,
      diskFault: undefined,
      finishedOnDisk: false,
      restoredBlocks: new Set(),
      outcome: undefined,
      lastProgressAt: now,
    });
  }

  /** It goes on in another session. */
  private restored(now: number, observation: Observation & { type: 'restored' }): void {
    const { node, isComplete } = observation;
    const transfer = this.transfers.get(observation.transfer);
    if (transfer === undefined) return;
    if (transfer.record.author === node) {
      if (!transfer.isEndedForNow) return;
      transfer.endedBySenderAt = undefined;
      transfer.isEndedForNow = false;
      return;
    }
    const session = this.session(node, transfer.record.room);
    if (session === undefined || this.reception(node, transfer.id) !== undefined) return;
    session.restored.add(transfer.record.id);
    transfer.receptions.push({
      transfer,
      session,
      decision: 'accepted',
      decidedAt: now,
      cancelledAt: undefined,
      diskFault: undefined,
      finishedOnDisk: isComplete,
      restoredBlocks: new Set(observation.blocks),
      outcome: isComplete ? 'done' : undefined,
      lastProgressAt: now,
    });
  }

  private transferStep(now: number, observation: Observation): void {
    if (!('transfer' in observation)) return;
    if (observation.type === 'restored') return this.restored(now, observation);
    const { node } = observation;
    const transfer = this.transfers.get(observation.transfer);
    const reception = this.reception(node, observation.transfer);
    if (transfer?.record.author === node) {
      if (observation.type === 'cancel' || observation.type === 'disk-fault') {
        transfer.endedBySenderAt ??= now;
        transfer.isEndedForNow = false;
      }
      return;
    }
    if (reception === undefined) return;
    if (observation.type === 'accept' || observation.type === 'decline') {
      reception.decision = observation.type === 'accept' ? 'accepted' : 'declined';
      reception.decidedAt = now;
    } else if (observation.type === 'cancel') reception.cancelledAt = now;
    else if (observation.type === 'disk-fault') reception.diskFault = observation.fault;
    else if (observation.type === 'file-finished') reception.finishedOnDisk = true;
  }
}

const saysWords = ({ kind }: RecordBody): boolean => kind !== 'offer' && kind !== 'end';

const tokenKey = (node: SimNode, token: number): string => `${node.index} ${token}`;
