/**
 * Welcomes that are owed: to members that we added to a private room and that were never heard in it. Each goes when the
 * member is seen, and again whenever it is seen anew, until it is heard in the room (protocol.md §9.3): an
 * acknowledgement says that it came, not that the other kept it.
 */
import type { MemberId, RoomId } from '../../base/ids.ts';
import { WELCOME_GRACE_MS, WELCOMES_MAX } from '../limits.ts';
import type { DirectBody, Welcome } from './body.ts';

export interface WelcomePorts {
  /** False where the member cannot be reached. */
  post(now: number, to: MemberId, body: DirectBody): boolean;
}

interface Owed {
  readonly to: MemberId;
  readonly welcome: Welcome;
  /** On its way, so that it goes out once at a time. */
  isPosted: boolean;
  acknowledgedAt: number;
  /** While it is not acknowledged: the member may be there, and its prekey come late. */
  retryAt: number;
}

export class Welcomes {
  private readonly ports: WelcomePorts;
  /** By room and member. */
  private readonly owed = new Map<string, Owed>();

  constructor(ports: WelcomePorts) {
    this.ports = ports;
  }

  /**
   * We let the member in, or find after a start that we did and that it has not been there. `isToldAlready`: it gets a
   * welcome where it asked for one, so that this is for the case that it was lost there.
   */
  owe(now: number, to: MemberId, welcome: Welcome, isToldAlready = false): void {
    const key = keyOf(welcome.room, to);
    if (this.owed.has(key)) return;
    if (this.owed.size >= WELCOMES_MAX) {
      const oldest = this.owed.keys().next().value;
      if (oldest !== undefined) this.owed.delete(oldest);
    }
    const acknowledgedAt = isToldAlready ? now : -Infinity;
    const owed = { to, welcome, isPosted: false, acknowledgedAt, retryAt: now + WELCOME_GRACE_MS };
    this.owed.set(key, owed);
    this.send(now, owed);
  }

  /** It is heard in the room, or is no member any more: nothing is owed to it. */
  settle(room: RoomId, member: MemberId): void {
    this.owed.delete(keyOf(room, member));
  }

  /** In this room nothing is owed to anybody else. */
  retain(room: RoomId, isMember: (id: MemberId) => boolean): void {
    for (const [key, { welcome, to }] of this.owed)
      if (welcome.room === room && !isMember(to)) this.owed.delete(key);
  }

  /** The member is seen in some room: anew, or as another process. */
  seen(now: number, member: MemberId): void {
    for (const owed of this.owed.values()) if (owed.to === member) this.send(now, owed);
  }

  /** What became of one that was posted. */
  settled(now: number, to: MemberId, welcome: Welcome, isDelivered: boolean): void {
    const owed = this.owed.get(keyOf(welcome.room, to));
    if (owed === undefined) return;
    owed.isPosted = false;
    if (isDelivered) owed.acknowledgedAt = now;
    owed.retryAt = isDelivered ? Infinity : now + WELCOME_GRACE_MS;
  }

  nextTimeout(): number {
    let at = Infinity;
    for (const { retryAt } of this.owed.values()) at = Math.min(at, retryAt);
    return at;
  }

  handleTimeout(now: number): void {
    for (const owed of this.owed.values()) if (owed.retryAt <= now) this.send(now, owed);
  }

  get size(): number {
    return this.owed.size;
  }

  private send(now: number, owed: Owed): void {
    if (owed.isPosted || now - owed.acknowledgedAt < WELCOME_GRACE_MS) return;
    owed.isPosted = this.ports.post(now, owed.to, { kind: 'welcome', welcome: owed.welcome });
    owed.retryAt = owed.isPosted ? Infinity : now + WELCOME_GRACE_MS;
  }
}

const keyOf = (room: RoomId, member: MemberId): string => `${room} ${member}`;
