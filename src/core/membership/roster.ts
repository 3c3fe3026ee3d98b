/**
 * Who is in a room: learned from signed HELLOs, lost by LEAVE or silence (protocol.md §5). Knows members, not
 * messages. Invariants: at most MEMBERS_MAX rows; a row's (incarnation, counter) only grows, so that a replayed HELLO
 * or LEAVE changes nothing.
 */
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId } from '../../base/ids.ts';
import type { Address, MemberView, Way } from '../api.ts';
import {
  AWAY_INTERVALS,
  DEPARTED_MAX,
  GONE_INTERVALS,
  HELLO_INTERVAL_MIN_MS,
  HELLO_SPACING_MS,
  MEMBERS_MAX,
  MULTICAST_INTERVALS,
  QUIET_HELLO_INTERVAL_MS,
  RELAY_HEADER_BYTES,
  SUSPECT_INTERVALS,
  SUSPECT_SPACING_INTERVALS,
} from '../limits.ts';
import type { Prekey } from '../secrecy/prekeys.ts';
import { Families } from './families.ts';
import { HeardBy } from './links.ts';
import { MulticastWorth, Reception } from './reception.ts';
import { shownHost } from './unaddressed.ts';
import type { HelloFrame } from '../wire/hello.ts';
import type { LeaveFrame } from '../wire/leave.ts';

export interface Member {
  readonly id: MemberId;
  readonly publicKey: Bytes;
  name: string;
  colour: number | undefined;
  address: Address;
  incarnation: string;
  counter: number;
  intervalMs: number;
  datagramBytesMax: number;
  lastHeardAt: number;
  away: boolean;
  roundTripMs: number | undefined;
  hearsUs: boolean | undefined;
  /** How its HELLOs come through. */
  readonly reception: Reception;
  readonly multicastWorth: MulticastWorth;
  readonly families: Families;
  /** When a HELLO of it came by multicast last. */
  multicastHeardAt: number;
  /** The same by broadcast, and by any way but another member. */
  broadcastHeardAt: number;
  directHeardAt: number;
  /** And through another member. */
  relayHeardAt: number;
  /** It says whether it hears us by multicast; undefined before it could know. */
  hearsMulticast: boolean | undefined;
  /** Whom it hears. */
  readonly heardBy: HeardBy;
  /** Its wall clock against ours; undefined where one of us has none. */
  clockAheadMs: number | undefined;
  /** When two processes were seen to take turns with its key. */
  clonedAt: number | undefined;
  /** It has every own record of ours up to this sequence. */
  hasOurs: number;
  /** Outstanding ping. */
  pingNonce: string | undefined;
  pingSentAt: number;
  /** When it was last asked, while silent, whether it is still there. */
  suspectedAt: number;
  /** What can be sealed to, signed by the member; unknown before its first HELLO with one. */
  prekey?: Prekey;
}

export type HelloOutcome =
  | {
      readonly kind: 'joined' | 'back' | 'renamed' | 'same';
      readonly member: Member;
      readonly restarted: boolean;
    }
  | { readonly kind: 'stale' | 'full' };

interface Departed {
  readonly incarnation: string;
  readonly counter: number;
}

export class Roster {
  private readonly members = new Map<MemberId, Member>();
  private expiryAt = Infinity;
  private readonly departed = new Map<MemberId, Departed>();
  /** Members that the user removed: known, but neither shown nor counted. */
  readonly removed = new Set<MemberId>();

  /** A HELLO whose signature is good. */
  hello(now: number, id: MemberId, from: Address, hello: HelloFrame): HelloOutcome {
    const known = this.members.get(id);
    if (known !== undefined) return this.refresh(now, known, from, hello);
    const past = this.departed.get(id);
    if (past?.incarnation === hello.incarnation && hello.counter <= past.counter) return { kind: 'stale' };
    if (this.members.size >= MEMBERS_MAX) return { kind: 'full' };
    const member: Member = {
      id,
      publicKey: hello.publicKey,
      name: hello.name,
      colour: hello.colour,
      address: { host: from.host, port: hello.unicastPort },
      incarnation: hello.incarnation,
      counter: hello.counter,
      intervalMs: hello.intervalMs,
      datagramBytesMax: bytesMaxOf(hello, from),
      lastHeardAt: now,
      away: false,
      roundTripMs: undefined,
      hearsUs: undefined,
      reception: new Reception(),
      multicastWorth: new MulticastWorth(),
      families: new Families(),
      multicastHeardAt: -Infinity,
      broadcastHeardAt: -Infinity,
      directHeardAt: -Infinity,
      relayHeardAt: -Infinity,
      hearsMulticast: undefined,
      heardBy: new HeardBy(),
      clockAheadMs: undefined,
      clonedAt: undefined,
      hasOurs: 0,
      pingNonce: undefined,
      pingSentAt: -Infinity,
      suspectedAt: -Infinity,
    };
    noteWay(now, member, from, hello.number);
    this.members.set(id, member);
    this.expiryAt = Math.min(this.expiryAt, nextExpiryOf(member));
    this.departed.delete(id);
    return { kind: 'joined', member, restarted: false };
  }

  private refresh(now: number, member: Member, from: Address, hello: HelloFrame): HelloOutcome {
    const restarted = member.incarnation !== hello.incarnation;
    if (!restarted && hello.counter <= member.counter) return { kind: 'stale' };
    if (restarted) {
      const past = this.departed.get(member.id);
      if (past?.incarnation === hello.incarnation && hello.counter <= past.counter) return { kind: 'stale' };
      // One that was replaced goes on: two processes have the same key.
      if (past?.incarnation === hello.incarnation) member.clonedAt = now;
      member.reception.restarted();
      member.multicastWorth.restarted();
      // A late HELLO of the process before this one must not replace it again.
      this.remember(member.id, { incarnation: member.incarnation, counter: member.counter });
    }
    const renamed = member.name !== hello.name;
    const back = member.away;
    member.name = hello.name;
    member.colour = hello.colour;
    const isWorse =
      from.byRelay === true
        ? isHeardStraight(now, member)
        : member.families.keepsAddress(now, from, hello.intervalMs);
    if (!isWorse) member.address = { host: from.host, port: hello.unicastPort };
    member.incarnation = hello.incarnation;
    member.counter = hello.counter;
    member.intervalMs = hello.intervalMs;
    member.datagramBytesMax = bytesMaxOf(hello, from);
    member.lastHeardAt = now;
    noteWay(now, member, from, hello.number);
    member.away = false;
    this.expiryAt = Math.min(this.expiryAt, nextExpiryOf(member));
    if (restarted) member.hasOurs = 0;
    return { kind: back ? 'back' : renamed ? 'renamed' : 'same', member, restarted };
  }

  /** A LEAVE whose signature is good; the member it ended, if it was the current incarnation's. */
  leave(leave: LeaveFrame): Member | undefined {
    const member = this.members.get(leave.member);
    if (member === undefined || member.incarnation !== leave.incarnation || leave.counter <= member.counter)
      return undefined;
    this.drop(member, leave.counter);
    return member;
  }

  /** It is no member any more: nothing that it has said so far brings it back. */
  expel(id: MemberId): Member | undefined {
    const member = this.members.get(id);
    if (member !== undefined) this.drop(member, member.counter);
    return member;
  }

  /** We heard nothing for so long ourselves, so nobody is to be missed for it. */
  pardon(now: number, ms: number): void {
    this.expiryAt = Infinity;
    for (const member of this.members.values()) {
      member.lastHeardAt = Math.min(now, member.lastHeardAt + ms);
      member.multicastHeardAt = Math.min(now, member.multicastHeardAt + ms);
      member.broadcastHeardAt = Math.min(now, member.broadcastHeardAt + ms);
      member.directHeardAt = Math.min(now, member.directHeardAt + ms);
      member.relayHeardAt = Math.min(now, member.relayHeardAt + ms);
      this.expiryAt = Math.min(this.expiryAt, nextExpiryOf(member));
    }
  }

  /** Marks the silent as away, drops those that are gone, and names those that should be asked before that. */
  expire(now: number): { away: Member[]; gone: Member[]; suspect: Member[] } {
    const away: Member[] = [];
    const gone: Member[] = [];
    const suspect: Member[] = [];
    for (const member of this.members.values()) {
      const silentMs = now - member.lastHeardAt;
      if (silentMs >= GONE_INTERVALS * member.intervalMs) {
        this.drop(member, member.counter);
        gone.push(member);
      } else if (!member.away && silentMs >= AWAY_INTERVALS * member.intervalMs) {
        member.away = true;
        away.push(member);
      } else if (now >= suspicionAt(member)) {
        member.suspectedAt = now;
        suspect.push(member);
      }
    }
    this.expiryAt = Infinity;
    for (const member of this.members.values()) this.expiryAt = Math.min(this.expiryAt, nextExpiryOf(member));
    return { away, gone, suspect };
  }

  /** When `expire` next may have something to do. Hearing a member only makes it later, so this may be early, never late. */
  nextExpiry(): number {
    return this.expiryAt;
  }

  get(id: MemberId): Member | undefined {
    return this.members.get(id);
  }
  all(): IterableIterator<Member> {
    return this.members.values();
  }
  /** Neither away nor removed: those whom a message is for. */
  present(): Member[] {
    return [...this.members.values()].filter((member) => !member.away && !this.removed.has(member.id));
  }
  get size(): number {
    return this.members.size;
  }

  private drop(member: Member, counter: number): void {
    this.members.delete(member.id);
    this.remember(member.id, { incarnation: member.incarnation, counter });
  }

  private remember(id: MemberId, past: Departed): void {
    this.departed.delete(id);
    if (this.departed.size >= DEPARTED_MAX) {
      const oldest = this.departed.keys().next().value;
      if (oldest !== undefined) this.departed.delete(oldest);
    }
    this.departed.set(id, past);
  }
}

/** When something is next due for a member if it stays silent. */
function nextExpiryOf(member: Member): number {
  const intervals = member.away ? GONE_INTERVALS : AWAY_INTERVALS;
  return Math.min(member.lastHeardAt + intervals * member.intervalMs, suspicionAt(member));
}

/** When a silent member is asked next: from SUSPECT_INTERVALS on, a few times before it counts as away. */
function suspicionAt(member: Member): number {
  if (member.away) return Infinity;
  const spacing = SUSPECT_SPACING_INTERVALS * member.intervalMs;
  return Math.max(member.lastHeardAt + SUSPECT_INTERVALS * member.intervalMs, member.suspectedAt + spacing);
}

/** max(1 s, in quiet mode 30 s, N / 20 s): the room as a whole sends at most twenty HELLOs a second. */
export const helloIntervalMs = (memberCount: number, quiet = false): number =>
  Math.max(quiet ? QUIET_HELLO_INTERVAL_MS : HELLO_INTERVAL_MIN_MS, memberCount * HELLO_SPACING_MS);

/** Its HELLOs came by multicast not long ago, and most of them do. */
export const isHeardByMulticast = (
  now: number,
  { multicastHeardAt, multicastWorth, intervalMs }: Member,
): boolean => !multicastWorth.isPoor && now - multicastHeardAt <= MULTICAST_INTERVALS * intervalMs;

/** By which way a HELLO of it came. */
export function noteWay(now: number, member: Member, from: Address, number: number): void {
  member.multicastWorth.heard(now, from, number);
  member.families.note(now, from);
  if (from.byMulticast === true) member.multicastHeardAt = now;
  if (from.byBroadcast === true) member.broadcastHeardAt = now;
  if (from.byRelay === true) member.relayHeardAt = now;
  else member.directHeardAt = now;
}

/** HELLOs of it came otherwise than through another member not long ago. */
export const isHeardStraight = (now: number, { directHeardAt, intervalMs }: Member): boolean =>
  now - directHeardAt <= MULTICAST_INTERVALS * intervalMs;

/**
 * It is heard through another member alone. Silence is no sign of that: it would end the copies, and with them the HELLOs, to
 * whom nobody else reaches, and two that are alone would wait for each other.
 */
export const isRelayed = (now: number, member: Member): boolean =>
  !isHeardStraight(now, member) && member.relayHeardAt > member.directHeardAt;

/** What is passed on has an envelope around it. */
const bytesMaxOf = ({ datagramBytesMax }: HelloFrame, from: Address): number =>
  from.byRelay === true ? datagramBytesMax - RELAY_HEADER_BYTES : datagramBytesMax;

/** How we reach each other; undefined before it could be known. */
export function wayOf(now: number, member: Member): Way | undefined {
  const isHeard = isHeardByMulticast(now, member);
  if (isHeard && member.hearsMulticast !== false)
    return member.hearsMulticast === undefined ? undefined : 'multicast';
  if (isRelayed(now, member)) return 'relay';
  const isByBroadcast = now - member.broadcastHeardAt <= MULTICAST_INTERVALS * member.intervalMs;
  return !isHeard && isByBroadcast ? 'broadcast' : 'unicast';
}

export function memberView(now: number, member: Member): MemberView {
  const way = wayOf(now, member);
  return {
    id: member.id,
    name: member.name,
    ...(member.colour === undefined ? {} : { colour: member.colour }),
    address: shownHost(member.address.host),
    self: false,
    away: member.away,
    publicKey: member.publicKey,
    canBeReached: member.prekey !== undefined,
    ...(way === undefined ? {} : { way }),
    silentMs: Math.max(0, Math.round(now - member.lastHeardAt)),
    ...(member.roundTripMs === undefined ? {} : { roundTripMs: Math.round(member.roundTripMs * 100) / 100 }),
    ...(member.hearsUs === undefined ? {} : { hearsUs: member.hearsUs }),
  };
}
