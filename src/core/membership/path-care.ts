/**
 * Looks after the paths to the members of one room (protocol.md §5.4): says when whose is searched, and sends the probes. All whose time
 * has come are asked by one probe, which goes the way that the room's datagrams go.
 */
import { toHex } from '../../base/bytes.ts';
import type { MemberId, RoomId } from '../../base/ids.ts';
import { control } from '../context.ts';
import type { Context } from '../context.ts';
import {
  PATH_ROOM_MEMBERS_MAX,
  PROBE_ANSWERS_BURST,
  PROBE_ANSWERS_PER_S,
  PROBE_NAMES_MAX,
} from '../limits.ts';
import type { PathWay } from '../path-size.ts';
import { TokenBucket } from '../reliability/bucket.ts';
import { namePrefix } from '../wire/ask.ts';
import { encodePing } from '../wire/ping.ts';
import { encodeProbe } from '../wire/probe.ts';
import type { ProbeFrame } from '../wire/probe.ts';
import type { PathSearch } from './path-search.ts';
import { isRelayed } from './roster.ts';
import type { Member, Roster } from './roster.ts';

export class PathCare {
  private readonly context: Context;
  private readonly room: RoomId;
  private readonly roster: Roster;
  /** What a seal adds to each frame. */
  private readonly sealBytes: number;
  /** When the next search may be due: early where another room had it first, never late. */
  private lookAt = Infinity;
  private readonly answers = new TokenBucket(PROBE_ANSWERS_PER_S / 1000, PROBE_ANSWERS_BURST);

  constructor(room: RoomId, context: Context, roster: Roster, sealBytes: number) {
    this.room = room;
    this.context = context;
    this.roster = roster;
    this.sealBytes = sealBytes;
  }

  nextTimeout(): number {
    return this.lookAt;
  }

  /** A HELLO of it came: it may be new, or be reached otherwise. */
  heard(now: number, member: Member): void {
    const { dueAt } = this.context.paths.search(now, member, isRelayed(now, member));
    if (this.isRoutine) this.lookAt = Math.min(this.lookAt, dueAt);
  }

  /** What is small comes to it, and a file does not. */
  suspect(now: number, id: MemberId): void {
    const member = this.roster.get(id);
    if (member === undefined) return;
    if (this.context.paths.search(now, member, isRelayed(now, member)).suspect(now)) this.lookAt = now;
  }

  /** It found its path to us narrow: ours to it most likely is as well. */
  hinted(now: number, member: Member): void {
    this.context.paths.search(now, member, isRelayed(now, member)).hint(now);
    this.heard(now, member);
  }

  handleTimeout(now: number): void {
    this.lookAt = Infinity;
    /** Who is asked by which size of which full one. */
    const asked = new Map<string, { bytes: number; fullBytes: number; members: Member[] }>();
    const searches = this.searches(now);
    const isAnyDue = searches.some(({ member, search }) => search.dueAt <= now && isAnswering(member));
    for (const { member, search } of searches) {
      if (search.dueAt <= now || (isAnyDue && isAnswering(member) && search.isDueWith(now))) {
        for (const probe of this.probesFor(now, member, search)) {
          const key = `${probe.bytes} ${probe.fullBytes}`;
          const known = asked.get(key);
          if (known === undefined) asked.set(key, { ...probe, members: [member] });
          else if (known.members.length < PROBE_NAMES_MAX) known.members.push(member);
        }
      }
      this.lookAt = Math.min(this.lookAt, Math.max(search.dueAt, now + 1));
    }
    for (const { bytes, fullBytes, members } of asked.values()) this.send(bytes, fullBytes, members);
  }

  private searches(now: number): { member: Member; search: PathSearch }[] {
    return this.roster
      .present()
      .map((member) => ({ member, search: this.context.paths.search(now, member, isRelayed(now, member)) }))
      .filter(({ search }) => this.isRoutine || search.isSuspected);
  }

  /** Somebody asks what reaches us. */
  handleProbe(now: number, probe: ProbeFrame): void {
    const member = this.roster.get(probe.member);
    const { id } = this.context.self;
    if (member === undefined || !probe.names.includes(namePrefix(id)) || !this.answers.take(now, 1)) return;
    const pong = encodePing(this.room, { type: 'pong', member: id, nonce: probe.nonce });
    // To where the member said that it is: so nobody makes us write to others.
    this.context.send({ kind: 'unicast', address: member.address }, pong);
  }

  /** In quiet rooms, and in large ones, only where a file does not arrive. */
  private get isRoutine(): boolean {
    return !this.context.quiet && this.roster.size <= PATH_ROOM_MEMBERS_MAX;
  }

  private probesFor(now: number, member: Member, search: PathSearch): { bytes: number; fullBytes: number }[] {
    if (!isAnswering(member)) {
      search.postpone(now);
      return [];
    }
    const fullBytes = Math.min(this.context.self.datagramBytesMax, member.datagramBytesMax);
    const sizes = search.next(now, fullBytes, pathWay(now, member), member.roundTripMs);
    return sizes.map((bytes) => ({ bytes, fullBytes }));
  }

  private send(bytes: number, fullBytes: number, members: readonly Member[]): void {
    const nonce = toHex(this.context.crypto.randomBytes(8));
    this.context.paths.sent(nonce, { bytes, fullBytes, named: new Set(members.map(({ id }) => id)) });
    const names = members.map(({ id }) => namePrefix(id));
    const probe = { member: this.context.self.id, nonce, names };
    this.context.send(control(this.room), encodeProbe(this.room, probe, bytes - this.sealBytes));
  }
}

const isAnswering = (member: Member): boolean => member.hearsUs === true || member.roundTripMs !== undefined;

export const pathWay = (now: number, member: Member): PathWay => ({
  host: member.address.host,
  isRelayed: isRelayed(now, member),
});
