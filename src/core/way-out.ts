/**
 * The way out of everything that the core sends: queued, paced, and sealed where it is of a private room. That happens
 * here and nowhere else, at the last moment, under what holds then; what cannot be sealed is dropped, never sent in the
 * clear.
 */
import type { Bytes } from '../base/bytes.ts';
import type { MemberId } from '../base/ids.ts';
import type { Destination, Transmit } from './api.ts';
import { Outbox } from './outbox.ts';
import type { PrivateRoom } from './private/private-room.ts';
import { FRAME, readRoomTag, typeOf } from './wire/header.ts';

export interface WayOutPorts {
  /** The private room with this tag. */
  sealer(tag: string): PrivateRoom | undefined;
  /** Whether a public room with this tag is joined. */
  isPublic(tag: string): boolean;
  count(what: string): void;
}

interface Outgoing extends Transmit {
  readonly sealer: PrivateRoom | undefined;
  /** Who at most may be able to read it. */
  readonly audience: ReadonlySet<MemberId> | undefined;
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

  constructor(ports: WayOutPorts) {
    this.ports = ports;
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
    for (;;) {
      const queued = this.outbox.poll(now);
      const bulk = queued === undefined ? pollBulk(now) : undefined;
      // The hot path: symbols and their ticks.
      if (bulk !== undefined && NOT_SEALED_HERE.has(typeOf(bulk.bytes[0] as number))) return bulk;
      const next = bulk === undefined ? queued : this.addressed(bulk, undefined);
      if (queued === undefined && bulk === undefined) return undefined;
      const transmit = next?.sealer === undefined ? next : sealed(next, next.sealer);
      if (transmit !== undefined) return transmit;
    }
  }

  readyAt(now: number): number {
    return this.outbox.readyAt(now);
  }
  get size(): number {
    return this.outbox.size;
  }

  /** With who has to seal it; undefined where the room that it is for is not open any more. */
  private addressed(transmit: Transmit, audience: Outgoing['audience']): Outgoing | undefined {
    if (NOT_SEALED_HERE.has(typeOf(transmit.bytes[0] as number)))
      return { ...transmit, sealer: undefined, audience };
    const tag = readRoomTag(transmit.bytes);
    const sealer = this.ports.sealer(tag);
    if (sealer !== undefined || this.ports.isPublic(tag)) return { ...transmit, sealer, audience };
    this.ports.count('send-to-no-room');
    return undefined;
  }
}

function sealed({ to, bytes, audience }: Outgoing, sealer: PrivateRoom): Transmit | undefined {
  const datagram = sealer.seal(bytes, audience);
  return datagram === undefined ? undefined : { to, bytes: datagram };
}
