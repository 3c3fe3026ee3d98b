/**
 * The way out of everything that the core sends: queued, paced, and sealed where it is of a private room. That happens
 * here and nowhere else, at the last moment, under what holds then; what cannot be sealed is dropped, never sent in the
 * clear. What is longer than the path of somebody whom it is for leaves in pieces (protocol.md §4.1).
 */
import type { Bytes } from '../base/bytes.ts';
import { datagramLength, wholeDatagram } from './datagram.ts';
import type { MemberId } from '../base/ids.ts';
import type { Destination, Transmit } from './api.ts';
import { Outbox } from './outbox.ts';
import type { PrivateRoom } from './private/private-room.ts';
import { DATAGRAM_BYTES_MIN } from './limits.ts';
import { cutDatagram } from './wire/piece.ts';
import { FRAME, readRoomTag, typeOf } from './wire/header.ts';

export interface WayOutPorts {
  /** The private room with this tag. */
  sealer(tag: string): PrivateRoom | undefined;
  /** Whether a public room with this tag is joined. */
  isPublic(tag: string): boolean;
  /** How long a datagram that goes there may be. */
  limitBytes(now: number, to: Destination): number;
  count(what: string): void;
}

interface Outgoing extends Transmit {
  readonly sealer: PrivateRoom | undefined;
  /** Who at most may be able to read it. */
  readonly audience: ReadonlySet<MemberId> | undefined;
  /** It is sent to see whether it gets through as it is. */
  readonly isProbe: boolean;
}

/** These are sealed already, or hold nothing but coded ciphertext. */
const NOT_SEALED_HERE: ReadonlySet<number> = new Set([
  FRAME.data,
  FRAME.repair,
  FRAME.tick,
  FRAME.sealed,
  FRAME.sync,
  FRAME.direct,
  FRAME.meeting,
]);

export class WayOut {
  private readonly ports: WayOutPorts;
  private readonly outbox = new Outbox<Outgoing>();
  /** Of one datagram, those that follow the first. */
  private readonly pieces: Transmit[] = [];
  private nextPieceId: number;

  /** `firstPieceId`: drawn at the start, so that pieces of two processes at one address are not mixed. */
  constructor(ports: WayOutPorts, firstPieceId = 0) {
    this.ports = ports;
    this.nextPieceId = firstPieceId;
  }

  /** Queues a control datagram: in the clear only where it is of a public room that we are in, and of no private one. */
  send(to: Destination, bytes: Bytes, audience?: ReadonlySet<MemberId>): void {
    const outgoing = this.addressed({ to, bytes }, audience);
    if (outgoing === undefined) return;
    const isUrgent = typeOf(bytes[0] as number) === FRAME.sync;
    if (!this.outbox.push(outgoing, isUrgent)) this.ports.count('control-queue-full');
  }

  /** The next datagram that may leave now: control first, then what `pollBulk` has. */
  poll(now: number, pollBulk: (now: number) => Transmit | undefined): Transmit | undefined {
    const piece = this.pieces.shift();
    if (piece !== undefined) return piece;
    for (;;) {
      const queued = this.outbox.poll(now);
      const bulk = queued === undefined ? pollBulk(now) : undefined;
      // The hot path: symbols and their ticks.
      if (bulk !== undefined && NOT_SEALED_HERE.has(typeOf(bulk.bytes[0] as number)))
        return this.fitted(now, bulk);
      const next = bulk === undefined ? queued : this.addressed(bulk, undefined);
      if (queued === undefined && bulk === undefined) return undefined;
      const transmit = next?.sealer === undefined ? next : sealed(next, next.sealer);
      if (transmit !== undefined) return next?.isProbe === true ? transmit : this.fitted(now, transmit);
    }
  }

  /** As it is, or its first piece: the others are what is polled next. */
  private fitted(now: number, transmit: Transmit): Transmit {
    const length = datagramLength(transmit);
    if (length <= DATAGRAM_BYTES_MIN) return transmit;
    const limit = this.ports.limitBytes(now, transmit.to);
    if (length <= limit) return transmit;
    const id = this.nextPieceId;
    this.nextPieceId = (id + 1) % 2 ** 32;
    const [first, ...others] = cutDatagram(wholeDatagram(transmit), id, limit);
    for (const bytes of others) this.pieces.push({ to: transmit.to, bytes });
    return { to: transmit.to, bytes: first as Bytes };
  }

  readyAt(now: number): number {
    return this.pieces.length > 0 ? now : this.outbox.readyAt(now);
  }
  get size(): number {
    return this.outbox.size;
  }

  /** With who has to seal it; undefined where the room that it is for is not open any more. */
  private addressed(transmit: Transmit, audience: Outgoing['audience']): Outgoing | undefined {
    if (NOT_SEALED_HERE.has(typeOf(transmit.bytes[0] as number)))
      return { ...transmit, sealer: undefined, audience, isProbe: false };
    const tag = readRoomTag(transmit.bytes);
    const sealer = this.ports.sealer(tag);
    const isProbe = typeOf(transmit.bytes[0] as number) === FRAME.probe;
    if (sealer !== undefined || this.ports.isPublic(tag)) return { ...transmit, sealer, audience, isProbe };
    this.ports.count('send-to-no-room');
    return undefined;
  }
}

function sealed({ to, bytes, audience }: Outgoing, sealer: PrivateRoom): Transmit | undefined {
  const datagram = sealer.seal(bytes, audience);
  return datagram === undefined ? undefined : { to, bytes: datagram };
}
