/** A sponsor and newcomers at a meeting, in memory, on a network that loses, doubles and reorders. */
import type { Bytes } from '../src/base/bytes.ts';
import type { MemberId, OperationId, RoomId } from '../src/base/ids.ts';
import { seededRandom } from '../src/base/prng.ts';
import type { CommandFailure, Destination, PeerEvent } from '../src/core/api.ts';
import type { Welcome } from '../src/core/direct/body.ts';
import { Newcomer } from '../src/core/private/newcomer.ts';
import { Sponsor } from '../src/core/private/sponsor.ts';
import type { SponsorRoom } from '../src/core/private/sponsor.ts';
import { decodeFrame } from '../src/core/wire/frame.ts';
import type { Subject } from '../src/core/wire/operation-body.ts';
import { memberIdOf } from '../src/core/wire/record.ts';
import { person } from './secrecy-people.ts';
import type { Person } from './secrecy-people.ts';

export const NEST = 'ab'.repeat(16) as RoomId;
export const TICKET = 'cd'.repeat(32) as OperationId;
export const ROOT = new Uint8Array(32).fill(5);
const WALL_MS = 1_800_000_000_000;
const COMMIT_MS = 10;

/** The room as the sponsor sees it: one invite, and who is in. */
export class FakeRoom implements SponsorRoom {
  readonly members = new Set<MemberId>();
  readonly uses: { readonly invite: OperationId; readonly subject: Subject; readonly proof: Bytes }[] = [];
  state: 'open' | 'used' | 'void' = 'open';
  failure: CommandFailure | undefined;
  readonly secret = new Uint8Array(32).fill(9);
  private readonly hall: Hall;

  constructor(hall: Hall) {
    this.hall = hall;
  }

  inviteState(): FakeRoom['state'] {
    return this.state;
  }
  isMember(id: MemberId): boolean {
    return this.members.has(id);
  }
  welcome(): Welcome {
    return { room: NEST, genesisSecret: this.secret, kind: 'private', name: 'nest' };
  }
  use(...[, invite, subject, proof, ended]: Parameters<SponsorRoom['use']>): void {
    this.uses.push({ invite, subject, proof });
    this.hall.later(COMMIT_MS, () => {
      if (this.failure === undefined) {
        this.state = 'used';
        this.members.add(memberIdOf(this.hall.host.crypto, subject.publicKey));
      }
      ended(this.hall.now, this.failure);
    });
  }
}

export class Guest {
  readonly person: Person;
  readonly hall: Hall;
  readonly newcomer: Newcomer;
  readonly events: PeerEvent[] = [];
  readonly joined: { readonly welcome: Welcome; readonly token: number }[] = [];
  readonly rooms = new Set<RoomId>();

  constructor(hall: Hall, seed: number, name = 'guest') {
    this.hall = hall;
    this.person = person(seed);
    const { crypto, publicKey, id, prekeys } = this.person;
    this.newcomer = new Newcomer({
      context: {
        crypto,
        self: { id, publicKey, incarnation: '00'.repeat(8), unicastPort: 1, datagramBytesMax: 1472, name },
        send: (to, bytes) => hall.send(to, bytes),
        emit: (event) => void this.events.push(event),
        count: (what) => hall.count(what),
      },
      prekeys: () => prekeys,
      isIn: (room) => this.rooms.has(room),
      joined: (_, welcome, token) => void this.joined.push({ welcome, token }),
    });
    hall.guests.push(this);
  }

  join(root = ROOT, token = 1): void {
    this.newcomer.join(this.hall.now, root, token);
  }

  /** Why it was not let in. */
  get failures(): string[] {
    return this.events.flatMap((event) => (event.type === 'command-failed' ? [event.reason] : []));
  }
}

export class Hall {
  now = 1000;
  readonly host = person(1);
  readonly room = new FakeRoom(this);
  readonly events: PeerEvent[] = [];
  readonly dropped: OperationId[] = [];
  readonly guests: Guest[] = [];
  readonly wire: { readonly to: Destination; readonly bytes: Bytes }[] = [];
  readonly counts = new Map<string, number>();
  isRoomOpen = true;
  wallErrorMs: number | undefined = 0;
  loss = 0;
  copies = 0;
  delayMs = 1;
  readonly sponsor: Sponsor;
  private readonly random;
  private due: { readonly at: number; readonly run: () => void }[] = [];

  constructor(seed = 1) {
    this.random = seededRandom(seed);
    const { crypto, publicKey, id } = this.host;
    this.sponsor = new Sponsor({
      context: {
        crypto,
        self: {
          id,
          publicKey,
          incarnation: '00'.repeat(8),
          unicastPort: 1,
          datagramBytesMax: 1472,
          name: 'ann',
        },
        send: (to, bytes) => this.send(to, bytes),
        emit: (event) => void this.events.push(event),
        count: (what) => this.count(what),
      },
      wallClock: (now) => (this.wallErrorMs === undefined ? undefined : WALL_MS + now + this.wallErrorMs),
      room: () => (this.isRoomOpen ? this.room : undefined),
      dropped: (_, invite) => void this.dropped.push(invite),
    });
  }

  /** An invite that ends after so long. */
  open(lastsMs = 3_600_000, root = ROOT, operation = TICKET): void {
    this.sponsor.open(this.now, { room: NEST, operation, root, expiresAt: WALL_MS + this.now + lastsMs });
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  later(ms: number, run: () => void): void {
    this.due.push({ at: this.now + ms, run });
  }

  send(to: Destination, bytes: Bytes): void {
    this.wire.push({ to, bytes });
    const copies = this.random.next() < this.copies ? 2 : 1;
    for (let copy = 0; copy < copies; copy++)
      if (this.random.next() >= this.loss)
        this.later(this.delayMs * this.random.next(), () => this.hear(bytes));
  }

  /** Everybody at the meeting hears it. */
  hear(bytes: Bytes): void {
    const decoded = decodeFrame(bytes);
    if (!decoded.ok || decoded.value.kind !== 'meeting') return;
    const { roomTag, frame } = decoded.value;
    if (!frame.isReply) this.sponsor.handleFrame(this.now, roomTag, frame);
    else for (const { newcomer } of this.guests) newcomer.handleFrame(this.now, roomTag, frame);
  }

  run(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const times = this.guests.map(({ newcomer }) => newcomer.nextTimeout());
      const at = Math.min(this.sponsor.nextTimeout(), ...times, ...this.due.map((one) => one.at));
      if (at > end) break;
      this.now = Math.max(this.now, at);
      const ready = this.due.filter((one) => one.at <= this.now);
      this.due = this.due.filter((one) => one.at > this.now);
      for (const { run } of ready) run();
      for (const part of [this.sponsor, ...this.guests.map(({ newcomer }) => newcomer)])
        if (part.nextTimeout() <= this.now) part.handleTimeout(this.now);
    }
    this.now = end;
  }
}
