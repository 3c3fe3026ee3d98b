/**
 * Welcomes that are owed: to members that we added to a private room and that were never heard in it. Each goes when the
 * member is seen, and again whenever it is seen anew, until it is heard in the room (protocol.md §9.3): an
 * acknowledgement says that it came, not that the other kept it. A no ends it, but only one that names a welcome which went
 * to the one who says no.
 */
import type { MemberId, RoomId } from '../../base/ids.ts';
import { WELCOME_GRACE_MS, WELCOME_LETTERS_KEPT, WELCOMES_MAX } from '../limits.ts';
import type { MessageId } from '../wire/direct.ts';
import type { DirectBody, Welcome } from './body.ts';

export interface WelcomePorts {
  /** False where the member cannot be reached. */
  post(now: number, to: MemberId, body: DirectBody): boolean;
}

interface Owed {
  readonly to: MemberId;
  readonly welcome: Welcome;
  /** Under which ids it went out in this run, the newest last. */
  letters: readonly MessageId[];
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
  /** Who said no, and still is a member: by room and member. Oldest first. */
  private readonly declined = new Set<string>();

  constructor(ports: WelcomePorts) {
    this.ports = ports;
  }

  /**
   * We let the member in, or find after a start that we did and that it has not been there. `isToldAlready`: it gets a
   * welcome where it asked for one, so that this is for the case that it was lost there.
   */
  owe(now: number, to: MemberId, welcome: Welcome, isToldAlready = false): void {
    const key = keyOf(welcome.room, to);
    if (this.owed.has(key) || this.declined.has(key)) return;
    if (this.owed.size >= WELCOMES_MAX) {
      const oldest = this.owed.keys().next().value;
      if (oldest !== undefined) this.owed.delete(oldest);
    }
    const acknowledgedAt = isToldAlready ? now : -Infinity;
    const retryAt = now + WELCOME_GRACE_MS;
    const owed: Owed = { to, welcome, letters: [], isPosted: false, acknowledgedAt, retryAt };
    this.owed.set(key, owed);
    this.send(now, owed);
  }

  /** It is heard in the room, or is no member any more: nothing is owed to it. */
  settle(room: RoomId, member: MemberId): void {
    this.owed.delete(keyOf(room, member));
    this.declined.delete(keyOf(room, member));
  }

  /** It does not want in, says the member. The room that its welcome was for; undefined where none of that id went to it. */
  refused(by: MemberId, letter: MessageId): Welcome | undefined {
    for (const [key, { to, welcome, letters }] of this.owed) {
      if (to !== by || !letters.includes(letter)) continue;
      this.owed.delete(key);
      this.declined.add(key);
      const [oldest] = this.declined;
      if (this.declined.size > WELCOMES_MAX && oldest !== undefined) this.declined.delete(oldest);
      return welcome;
    }
    return undefined;
  }

  /** In this room nothing is owed to anybody else. */
  retain(room: RoomId, isMember: (id: MemberId) => boolean): void {
    for (const [key, { welcome, to }] of this.owed)
      if (welcome.room === room && !isMember(to)) this.owed.delete(key);
    for (const key of this.declined) {
      const [of, member] = key.split(' ') as [RoomId, MemberId];
      if (of === room && !isMember(member)) this.declined.delete(key);
    }
  }

  /** The member is seen in some room: anew, or as another process. */
  seen(now: number, member: MemberId): void {
    for (const owed of this.owed.values()) if (owed.to === member) this.send(now, owed);
  }

  /** It goes out under this id. */
  sealed(to: MemberId, { room }: Welcome, letter: MessageId): void {
    const owed = this.owed.get(keyOf(room, to));
    if (owed !== undefined) owed.letters = [...owed.letters, letter].slice(-WELCOME_LETTERS_KEPT);
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
