/**
 * Which epoch of which private room a SEALED datagram is of, by its tag; and what is in it. Tags of several epochs may be
 * equal, so each is tried.
 */
import type { Bytes } from '../../base/bytes.ts';
import type { Context } from '../context.ts';
import { openFrame } from '../secrecy/sealed-frame.ts';
import { decodeFrame } from '../wire/frame.ts';
import type { ControlFrame } from '../wire/frame.ts';
import { readRoomTag, roomTag } from '../wire/header.ts';
import type { OpenEpoch } from './epochs.ts';
import type { PrivateRoom } from './private-room.ts';

/** A frame of the inside of a private room. */
export interface InnerFrame {
  readonly room: PrivateRoom;
  readonly epoch: OpenEpoch;
  readonly frame: ControlFrame;
  readonly bytes: Bytes;
}

interface Candidate {
  readonly room: PrivateRoom;
  readonly epoch: OpenEpoch;
}

/** What is signed inside: it counts under whatever epoch it comes. All else only where members alone can have sent it. */
const SIGNED: ReadonlySet<ControlFrame['type']> = new Set([
  'hello',
  'leave',
  'fragment',
  'frontier',
  'receipt',
  'page',
  'root',
  'have',
  'hold',
  'symbols',
  'typing',
]);

export class Tags {
  private readonly context: Pick<Context, 'self' | 'crypto' | 'count'>;
  private readonly rooms: () => Iterable<PrivateRoom>;
  private byTag: Map<string, Candidate[]> | undefined;

  constructor(context: Pick<Context, 'self' | 'crypto' | 'count'>, rooms: () => Iterable<PrivateRoom>) {
    this.context = context;
    this.rooms = rooms;
  }

  /** Rooms or their epochs are others than before. */
  changed(): void {
    this.byTag = undefined;
  }

  /** Where it is of a room of ours and may be believed. */
  open(now: number, datagram: Bytes): InnerFrame | undefined {
    const candidates = this.all().get(readRoomTag(datagram));
    if (candidates === undefined) {
      // Perhaps an epoch has passed us by; perhaps it is of a room that shares our group.
      for (const room of this.rooms()) if (room.isOpen) room.sync.nudge(now);
      this.context.count('sealed-other-keys');
      return undefined;
    }
    for (const candidate of candidates) {
      const { room, epoch } = candidate;
      const { self, crypto, count } = this.context;
      const opened = openFrame(crypto, epoch.keys, epoch.slots, datagram);
      if (!opened.ok) {
        count(`sealed-${opened.error}`);
        continue;
      }
      const { member, incarnation, plaintext } = opened.value;
      if (member === self.id && incarnation === self.incarnation) return undefined;
      const inner = decodeFrame(plaintext);
      if (!inner.ok || inner.value.kind !== 'control' || inner.value.roomTag !== roomTag(room.id)) {
        count('sealed-malformed');
        return undefined;
      }
      const { frame } = inner.value;
      if (!SIGNED.has(frame.type) && !room.epochs.isTrusted(epoch)) {
        count('sealed-under-old-epoch');
        return undefined;
      }
      return { room, epoch, frame, bytes: plaintext };
    }
    return undefined;
  }

  private all(): Map<string, Candidate[]> {
    if (this.byTag !== undefined) return this.byTag;
    const tags = new Map<string, Candidate[]>();
    for (const room of this.rooms()) {
      if (!room.isOpen) continue;
      for (const epoch of room.epochs.all())
        tags.set(epoch.tag, [...(tags.get(epoch.tag) ?? []), { room, epoch }]);
    }
    this.byTag = tags;
    return tags;
  }
}
