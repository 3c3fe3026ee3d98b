/**
 * The rooms that others let us into by name in this run, and what our person answered. A no is told to whoever let us in: it
 * names the welcome that it answers, and is told again whenever that one is seen anew, until it is acknowledged
 * (protocol.md §9.4). Bounded by the members that are remembered and by the rooms of each.
 */
import type { MemberId, RoomId } from '../../base/ids.ts';
import { OFFERED_AGAIN_MAX, WELCOMED_PER_MEMBER_MAX, WELCOMES_MAX } from '../limits.ts';
import type { MessageId } from '../wire/direct.ts';
import type { DirectBody } from './body.ts';

export interface OfferedPorts {
  /** False where the member cannot be reached. */
  post(now: number, to: MemberId, body: DirectBody): boolean;
  /** It knows, and what it sends of this room from now on is a new offer. */
  told(room: RoomId, by: MemberId): void;
}

interface Offered {
  /** The welcome that came last. */
  welcome: MessageId;
  /** Our person said no, and the other does not know yet. */
  isDeclined: boolean;
  /** The welcomes that answers on their way name: of an earlier process of the other its later one knows nothing. */
  posted: readonly MessageId[];
  /** How often it was told a no. */
  toldCount: number;
}

export class OfferedRooms {
  private readonly ports: OfferedPorts;
  private readonly byMember = new Map<MemberId, Map<RoomId, Offered>>();

  constructor(ports: OfferedPorts) {
    this.ports = ports;
  }

  /**
   * A welcome came. `full`: the member has let us into as many rooms as one may. `declined`: our person said no already, and
   * the other did not hear of it; or so often that the answer is given without asking again.
   */
  came(now: number, by: MemberId, room: RoomId, welcome: MessageId): 'new' | 'full' | 'declined' {
    const rooms = this.byMember.get(by) ?? new Map<RoomId, Offered>();
    const known = rooms.get(room);
    if (known === undefined && rooms.size >= WELCOMED_PER_MEMBER_MAX) return 'full';
    if (this.byMember.size >= WELCOMES_MAX && !this.byMember.has(by)) this.byMember.clear();
    this.byMember.set(by, rooms);
    const offered = known ?? { welcome, isDeclined: false, posted: [], toldCount: 0 };
    offered.welcome = welcome;
    rooms.set(room, offered);
    if (!offered.isDeclined && offered.toldCount < OFFERED_AGAIN_MAX) return 'new';
    this.decline(now, by, room);
    return 'declined';
  }

  /** Nothing where its welcome came in an earlier run: it comes again when the member sees us, and is answered then. */
  decline(now: number, by: MemberId, room: RoomId): void {
    const offered = this.byMember.get(by)?.get(room);
    if (offered === undefined) return;
    offered.isDeclined = true;
    this.tell(now, by, offered);
  }

  /** The member is seen in some room: anew, or as another process. */
  seen(now: number, member: MemberId): void {
    for (const offered of this.byMember.get(member)?.values() ?? [])
      if (offered.isDeclined) this.tell(now, member, offered);
  }

  /** What became of an answer that was posted. */
  settled(by: MemberId, welcome: MessageId, isDelivered: boolean): void {
    for (const [room, offered] of this.byMember.get(by) ?? []) {
      if (!offered.posted.includes(welcome)) continue;
      offered.posted = offered.posted.filter((one) => one !== welcome);
      if (!isDelivered || !offered.isDeclined) return;
      offered.isDeclined = false;
      offered.toldCount++;
      return this.ports.told(room, by);
    }
  }

  /** Of one member at most. */
  get size(): number {
    return Math.max(0, ...[...this.byMember.values()].map((rooms) => rooms.size));
  }

  private tell(now: number, to: MemberId, offered: Offered): void {
    const message = offered.welcome;
    if (offered.posted.includes(message)) return;
    if (this.ports.post(now, to, { kind: 'declined', message }))
      offered.posted = [...offered.posted, message];
  }
}
