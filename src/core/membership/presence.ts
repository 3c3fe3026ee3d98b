/**
 * Presence in one room: sends HELLO, LEAVE and PING, keeps the roster, reports who came and went (protocol.md §5).
 */
import type { MemberId, RoomId } from '../../base/ids.ts';
import type { Address, LinksView } from '../api.ts';
import { control, controlBytesMax } from '../context.ts';
import type { Context } from '../context.ts';
import {
  CLONE_AGE_MS_MAX,
  DATAGRAM_BYTES_MIN,
  HELLO_FIRST_AT_MS,
  QUIET_HELLO_FIRST_AT_MS,
  LEAVE_COPIES,
  PING_AGAIN_MS,
  PING_INTERVAL_MS,
  PINGS_PER_INTERVAL_MAX,
  RELAY_HEADER_BYTES,
  REPLY_SPACING_MS,
  REPLY_SPREAD_BASE_MS,
  REPLY_SPREAD_MAX_MS,
  REPLY_SPREAD_MEMBER_MS,
  STALLED_MS_MIN,
} from '../limits.ts';
import { packetBytes } from '../path-size.ts';
import { utf8 } from '../wire/codec.ts';
import { toHex } from '../../base/bytes.ts';
import { verifySignedPrekey } from '../secrecy/prekeys.ts';
import { encodeHello, heardRoom, helloFrontierRoom } from '../wire/hello.ts';
import type { HeardEntry } from '../wire/heard.ts';
import type { FrontierEntry, HelloFrame, SignedPrekey } from '../wire/hello.ts';
import { encodeLeave } from '../wire/leave.ts';
import type { LeaveFrame } from '../wire/leave.ts';
import { encodePing } from '../wire/ping.ts';
import type { PingFrame } from '../wire/ping.ts';
import { memberIdOf } from '../wire/record.ts';
import { signFrame } from '../wire/signing.ts';
import { linkView, shortPrefix } from './links.ts';
import { PathCare, pathWay } from './path-care.ts';
import type { VerifyBudget } from './verify-budget.ts';
import {
  helloIntervalMs,
  isHeardByMulticast,
  isHeardStraight,
  isRelayed,
  memberView,
  noteWay,
  Roster,
  wayOf,
} from './roster.ts';
import type { Member } from './roster.ts';

/** What presence needs of the room's log. */
export interface FrontierSource {
  digest(): string;
  /** At most `count` entries, rotating through all. */
  entries(count: number): readonly FrontierEntry[];
}

export interface PresenceListener {
  memberJoined(now: number, member: Member): void;
  memberRestarted(now: number, member: Member): void;
  /** It was away, and is not. */
  memberBack(now: number, member: Member): void;
  memberGone(now: number, member: Member, reason: 'quit' | 'expired' | 'removed'): void;
  /** Others' HELLOs are ignored. */
  isMember(id: MemberId): boolean;
  /** A verified HELLO, for its frontiers. */
  helloHeard(now: number, member: Member, hello: HelloFrame): void;
}

export class Presence {
  readonly roster = new Roster();
  readonly pathCare: PathCare;
  private readonly context: Context;
  private readonly room: RoomId;
  private readonly frontiers: FrontierSource;
  private readonly listener: PresenceListener;
  private readonly budget: VerifyBudget;
  /** What a seal adds to each frame. */
  private readonly sealBytes: number;
  private helloAt: number;
  /** Index into HELLO_FIRST_AT_MS. */
  private firsts = 0;
  private readonly joinedAt: number;
  private replyAt = Infinity;
  private repliedAt = -Infinity;
  private pingAt: number;
  private heardOffset = 0;
  /** Of our HELLOs. */
  private helloNumber = 0;
  private ownCloneAt: string | undefined;

  constructor(
    now: number,
    room: RoomId,
    context: Context,
    frontiers: FrontierSource,
    listener: PresenceListener,
    budget: VerifyBudget,
    sealBytes = 0,
  ) {
    this.sealBytes = sealBytes;
    this.room = room;
    this.context = context;
    this.frontiers = frontiers;
    this.listener = listener;
    this.budget = budget;
    this.pathCare = new PathCare(room, context, this.roster, sealBytes);
    this.joinedAt = now;
    this.helloAt = now;
    this.pingAt = now + PING_INTERVAL_MS * context.random.next();
  }

  /** Members counted with ourselves. */
  get memberCount(): number {
    return this.roster.size + 1;
  }

  private get intervalMs(): number {
    return helloIntervalMs(this.memberCount, this.context.quiet);
  }

  nextTimeout(): number {
    const expiryAt = this.roster.nextExpiry();
    return Math.min(this.helloAt, this.replyAt, this.pingAt, expiryAt, this.pathCare.nextTimeout());
  }

  handleTimeout(now: number): void {
    const lateMs = now - this.nextTimeout();
    if (lateMs >= STALLED_MS_MIN) {
      this.roster.pardon(now, lateMs);
      this.probe(now);
    }
    this.expire(now);
    if (this.helloAt <= now) this.regularHello(now);
    if (this.replyAt <= now) {
      this.replyAt = Infinity;
      this.repliedAt = now;
      this.sendHello(now, false);
    }
    if (this.pingAt <= now) this.pingSome(now);
    if (this.pathCare.nextTimeout() <= now) this.pathCare.handleTimeout(now);
  }

  /** A new statement that only this member can have made: as good a sign of life as a HELLO. */
  heard(now: number, member: Member): void {
    member.lastHeardAt = now;
    if (!member.away) return;
    member.away = false;
    this.back(now, member);
  }

  /** Who hears whom. */
  links(now: number): LinksView {
    const members = [...this.roster.all()].map((member) =>
      linkView(now, member, {
        byMulticast: isHeardByMulticast(now, member),
        straight: isHeardStraight(now, member),
        relayed: isRelayed(now, member),
        way: wayOf(now, member),
        ipv6Alone: member.families.ipv6Alone(now, member.intervalMs),
        ...this.pathView(now, member),
      }),
    );
    return { members, ...(this.ownCloneAt === undefined ? {} : { ownCloneAt: this.ownCloneAt }) };
  }

  private pathView(
    now: number,
    member: Member,
  ): { readonly confirmedPacketBytes?: number; readonly limitBytes?: number } {
    const { paths } = this.context;
    const confirmed = paths.confirmedOf(member.id);
    const limitBytes = paths.limitOf(member.id);
    return {
      ...(confirmed === undefined
        ? {}
        : { confirmedPacketBytes: packetBytes(confirmed, pathWay(now, member)) }),
      ...(limitBytes === undefined ? {} : { limitBytes }),
    };
  }

  /** Asks everyone for a HELLO, as a newcomer does. */
  probe(now: number): void {
    this.sendHello(now, true);
  }

  /** A new name is told at once. */
  announce(now: number): void {
    this.sendHello(now, false);
  }

  leave(): void {
    const { id, incarnation } = this.context.self;
    const frame = encodeLeave(this.room, { member: id, incarnation, counter: this.context.nextCounter() });
    const signed = signFrame(this.context.crypto, 'leave', this.room, frame);
    for (let copy = 0; copy < LEAVE_COPIES; copy++) this.context.send(control(this.room), signed);
  }

  handleHello(now: number, from: Address, hello: HelloFrame, datagram: Uint8Array): void {
    const id = memberIdOf(this.context.crypto, hello.publicKey);
    if (id === this.context.self.id) return this.handleOwnHello(now, from, hello, datagram);
    if (!this.listener.isMember(id)) return this.context.count('hello-not-a-member');
    const known = this.roster.get(id);
    // A copy over another interface, or a replay: not worth a verification.
    if (known?.incarnation === hello.incarnation && hello.counter <= known.counter) {
      // The copy that came another way was faster; this one says by which way else, and nothing more.
      const isOfSameHost = from.host === known.address.host;
      if (hello.counter === known.counter && isOfSameHost) noteWay(now, known, from, hello.number);
      return;
    }
    const claim = { kind: 'hello', room: this.room, publicKey: hello.publicKey, datagram } as const;
    if (!this.budget.verifies(this.context, now, known !== undefined, claim)) return;
    const outcome = this.roster.hello(now, id, from, hello);
    if (!('member' in outcome)) return this.context.count(`hello-${outcome.kind}`);
    this.noteHeard(now, outcome.member, hello);
    this.notePrekey(now, outcome.member, hello.prekey);
    this.report(now, outcome);
    this.pathCare.heard(now, outcome.member);
    this.pingAgain(now, outcome.member);
    if (hello.wantsReply) this.scheduleReply(now);
    this.listener.helloHeard(now, outcome.member, hello);
  }

  handleLeave(now: number, leave: LeaveFrame, datagram: Uint8Array): void {
    const member = this.roster.get(leave.member);
    if (member === undefined || member.incarnation !== leave.incarnation) return;
    const claim = { kind: 'leave', room: this.room, publicKey: member.publicKey, datagram } as const;
    if (!this.budget.verifies(this.context, now, true, claim)) return;
    const left = this.roster.leave(leave);
    if (left !== undefined) this.gone(now, left, 'quit');
  }

  /** It is no member any more. */
  expel(now: number, id: MemberId): void {
    const member = this.roster.expel(id);
    if (member !== undefined) this.gone(now, member, 'removed');
  }

  handlePing(now: number, from: Address, ping: PingFrame): void {
    const member = this.roster.get(ping.member);
    if (member === undefined) return;
    if (ping.type === 'ping') {
      const reply = encodePing(this.room, { type: 'pong', member: this.context.self.id, nonce: ping.nonce });
      this.context.send({ kind: 'unicast', address: from }, reply);
      return;
    }
    if (member.pingNonce !== ping.nonce) return this.context.paths.answered(now, member.id, ping.nonce);
    member.pingNonce = undefined;
    // The nonce went to its address alone, so only someone there can know it.
    this.heard(now, member);
    const sample = now - member.pingSentAt;
    // RFC 6298 §2's smoothing.
    member.roundTripMs =
      member.roundTripMs === undefined ? sample : member.roundTripMs + (sample - member.roundTripMs) / 8;
  }

  private report(
    now: number,
    outcome: { kind: 'joined' | 'back' | 'renamed' | 'same'; member: Member; restarted: boolean },
  ): void {
    const { kind, member, restarted } = outcome;
    const hidden = this.roster.removed.has(member.id);
    if (kind === 'joined') {
      if (!hidden)
        this.context.emit({ type: 'member-joined', room: this.room, member: memberView(now, member) });
      this.listener.memberJoined(now, member);
      this.ping(now, member);
    } else {
      if (kind === 'back') this.back(now, member);
      if (kind === 'renamed' && !hidden)
        this.context.emit({ type: 'member-renamed', room: this.room, member: memberView(now, member) });
      if (restarted) {
        this.listener.memberRestarted(now, member);
        this.ping(now, member);
      }
    }
  }

  private back(now: number, member: Member): void {
    if (!this.roster.removed.has(member.id)) {
      this.context.emit({ type: 'member-back', room: this.room, member: memberView(now, member) });
    }
    this.listener.memberBack(now, member);
  }

  private gone(now: number, member: Member, reason: 'quit' | 'expired' | 'removed'): void {
    if (!this.roster.removed.has(member.id)) {
      this.context.emit({ type: 'member-left', room: this.room, member: memberView(now, member), reason });
    }
    this.listener.memberGone(now, member, reason);
  }

  private expire(now: number): void {
    const { away, gone, suspect } = this.roster.expire(now);
    if (!this.context.quiet) for (const member of suspect) this.ping(now, member);
    for (const member of away) {
      if (!this.roster.removed.has(member.id))
        this.context.emit({ type: 'member-away', room: this.room, member: memberView(now, member) });
    }
    for (const member of gone) this.gone(now, member, 'expired');
  }

  /** Our own, come back; or of another process that has our key: a profile that was copied. */
  private handleOwnHello(now: number, from: Address, hello: HelloFrame, datagram: Uint8Array): void {
    const { self } = this.context;
    if (hello.incarnation === self.incarnation || this.ownCloneAt === from.host) return;
    const claim = { kind: 'hello', room: this.room, publicKey: self.publicKey, datagram } as const;
    if (!this.budget.verifies(this.context, now, true, claim)) return;
    // One that we were ourselves says no more for long.
    if (this.context.self.clockAheadMs !== undefined && hello.clock > 0) {
      const ageMs = now + this.context.self.clockAheadMs - hello.clock;
      if (ageMs > CLONE_AGE_MS_MAX) return;
    }
    this.ownCloneAt = from.host;
    this.context.count('own-id-elsewhere');
  }

  private noteHeard(now: number, member: Member, hello: HelloFrame): void {
    const narrowWas = member.heardBy.of(this.context.self.id)?.pathMtu;
    member.heardBy.note(hello);
    member.reception.heard(hello.number);
    const { clockAheadMs } = this.context.self;
    if (clockAheadMs !== undefined && hello.clock > 0)
      member.clockAheadMs = hello.clock - (now + clockAheadMs);
    const entry = member.heardBy.of(this.context.self.id);
    if (entry !== undefined || hello.heardAll) member.hearsMulticast = entry?.byMulticast === true;
    if (entry?.pathMtu !== undefined && entry.pathMtu !== narrowWas) this.pathCare.hinted(now, member);
    if (entry !== undefined) member.hearsUs = true;
    else if (hello.heardAll) member.hearsUs = false;
  }

  /** Only a newer one is worth a verification. */
  private notePrekey(now: number, member: Member, prekey: SignedPrekey | undefined): void {
    if (prekey === undefined || prekey.serial <= (member.prekey?.serial ?? -1)) return;
    if (!this.budget.take(now, true)) return this.context.count('verify-budget');
    const verified = verifySignedPrekey(this.context.crypto, member.publicKey, prekey);
    if (verified === undefined) this.context.count('bad-prekey');
    else member.prekey = verified;
  }

  private scheduleReply(now: number): void {
    if (this.replyAt !== Infinity) return;
    const spread = Math.min(
      REPLY_SPREAD_MAX_MS,
      REPLY_SPREAD_BASE_MS + REPLY_SPREAD_MEMBER_MS * this.memberCount,
    );
    this.replyAt = Math.max(now, this.repliedAt + REPLY_SPACING_MS) + this.context.random.next() * spread;
  }

  private regularHello(now: number): void {
    const firstAt = this.context.quiet ? QUIET_HELLO_FIRST_AT_MS : HELLO_FIRST_AT_MS;
    const first = firstAt[this.firsts];
    this.sendHello(now, first !== undefined);
    if (first !== undefined) this.firsts++;
    const next = firstAt[this.firsts];
    const interval = this.intervalMs;
    // 20 % of jitter keeps members from falling into step.
    this.helloAt =
      next === undefined ? now + interval * (0.9 + 0.2 * this.context.random.next()) : this.joinedAt + next;
  }

  private sendHello(now: number, wantsReply: boolean): void {
    const { self, crypto } = this.context;
    const throughBytes = Math.max(DATAGRAM_BYTES_MIN - RELAY_HEADER_BYTES, this.leastBytes());
    const bytesMax = Math.min(controlBytesMax(self), throughBytes) - this.sealBytes;
    const heard = this.heardEntries(now, heardRoom(bytesMax));
    const parts = {
      nameBytes: utf8(self.name).length,
      heardCount: heard.length,
      hasPrekey: self.prekey !== undefined,
    };
    const room = helloFrontierRoom(parts, bytesMax);
    const frame = encodeHello(this.room, {
      publicKey: self.publicKey,
      incarnation: self.incarnation,
      counter: this.context.nextCounter(),
      wantsReply,
      intervalMs: this.intervalMs,
      unicastPort: self.unicastPort,
      datagramBytesMax: self.datagramBytesMax,
      name: self.name,
      ...(self.colour === undefined ? {} : { colour: self.colour }),
      frontierDigest: this.frontiers.digest(),
      frontiers: this.frontiers.entries(room),
      // A member that joined a moment ago is not yet to be told that we do not hear it.
      heardAll: heard.length === this.hearable().length && now - this.joinedAt > 3000,
      heard,
      number: this.helloNumber++ & 0xffff,
      clock: self.clockAheadMs === undefined ? 0 : Math.max(0, Math.round(now + self.clockAheadMs)),
      ...(self.prekey === undefined ? {} : { prekey: self.prekey }),
    });
    this.context.send(control(this.room), signFrame(crypto, 'hello', this.room, frame));
  }

  /** What gets through to everybody who is there. */
  leastBytes(): number {
    let least = this.context.self.datagramBytesMax;
    for (const { id, datagramBytesMax } of this.roster.present())
      least = Math.min(least, datagramBytesMax, this.context.paths.limitOf(id) ?? Infinity);
    return least;
  }

  private hearable(): Member[] {
    return [...this.roster.all()].filter((member) => !member.away);
  }

  private heardEntries(now: number, countMax: number): HeardEntry[] {
    const all = this.hearable();
    const count = Math.min(countMax, all.length);
    const start = this.heardOffset;
    this.heardOffset = all.length === 0 ? 0 : (start + count) % all.length;
    return Array.from({ length: count }, (_, i) => {
      const member = all[(start + i) % all.length] as Member;
      const { id, reception, roundTripMs, address } = member;
      const pathMtu = this.context.paths.limitedPacketOf(id, pathWay(now, member));
      return {
        prefix: shortPrefix(id),
        loss: reception.loss,
        byMulticast: isHeardByMulticast(now, member),
        ...(pathMtu === undefined ? {} : { pathMtu }),
        // Whom we do not hear, or reach through another one, nobody reaches through us.
        ...(isHeardStraight(now, member)
          ? { address, ...(roundTripMs === undefined ? {} : { roundTripMs }) }
          : {}),
      };
    });
  }

  private pingSome(now: number): void {
    this.pingAt = now + PING_INTERVAL_MS * (0.9 + 0.1 * this.context.random.next());
    if (this.context.quiet) return;
    const present = this.roster.present();
    const start = present.length > PINGS_PER_INTERVAL_MAX ? this.context.random.below(present.length) : 0;
    const count = Math.min(PINGS_PER_INTERVAL_MAX, present.length);
    for (let i = 0; i < count; i++) this.ping(now, present[(start + i) % present.length] as Member);
  }

  /** The first ping comes before the other one knows us, and is not answered then. */
  private pingAgain(now: number, member: Member): void {
    const isDue = member.roundTripMs === undefined && now - member.pingSentAt > PING_AGAIN_MS;
    if (isDue && !this.context.quiet && this.roster.size <= PINGS_PER_INTERVAL_MAX) this.ping(now, member);
  }

  private ping(now: number, member: Member): void {
    member.pingNonce = toHex(this.context.crypto.randomBytes(8));
    member.pingSentAt = now;
    const frame = encodePing(this.room, {
      type: 'ping',
      member: this.context.self.id,
      nonce: member.pingNonce,
    });
    this.context.send({ kind: 'unicast', address: member.address }, frame);
  }
}
