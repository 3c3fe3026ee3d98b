/**
 * A few real cores on a network in memory, for tests of private rooms: what each one shows, what its store holds, and all
 * that was on the wire. One virtual clock; a datagram takes a millisecond, a commit two.
 */
import { createIdentity } from '../sim/crypto.ts';
import type { Identity } from '../sim/crypto.ts';
import { KeptRecords } from '../sim/kept-records.ts';
import { assert } from '../src/base/assert.ts';
import type { Bytes } from '../src/base/bytes.ts';
import type { MemberId, RoomId } from '../src/base/ids.ts';
import { seededRandom } from '../src/base/prng.ts';
import type {
  Address,
  AudienceEntry,
  CryptoPort,
  Destination,
  PeerEvent,
  PrivateChain,
  PrivateEntry,
  PrivateKind,
} from '../src/core/api.ts';
import { wholeDatagram } from '../src/core/datagram.ts';
import { createKernel } from '../src/core/fec/kernel.ts';
import { DATAGRAM_BYTES_MAX, DEFAULT_PORT, RELAY_HEADER_BYTES } from '../src/core/limits.ts';
import { smallerSizes } from '../src/core/path-size.ts';
import { Peer } from '../src/core/peer.ts';
import { publicRoomId } from '../src/core/room/groups.ts';
import { decodeEpoch } from '../src/core/secrecy/epoch.ts';
import { epochKeys, SlotTable } from '../src/core/secrecy/key-schedule.ts';
import { openFrame } from '../src/core/secrecy/sealed-frame.ts';
import { FRAME, typeOf } from '../src/core/wire/header.ts';
import { tendPrekeys } from '../src/core/secrecy/prekeys.ts';
import type { OwnPrekey } from '../src/core/secrecy/prekeys.ts';

/** The sizes of datagrams with which a path is tried. */
const PROBED_BYTES: ReadonlySet<number> = new Set([
  DATAGRAM_BYTES_MAX,
  ...smallerSizes(DATAGRAM_BYTES_MAX, { host: '10.0.0.1', isRelayed: false }),
]);

export interface Sent {
  readonly at: number;
  readonly by: Person;
  readonly to: Destination;
  readonly bytes: Bytes;
}

interface Kept {
  kind: PrivateKind;
  secret: Bytes | undefined;
  readonly operations: Map<string, Bytes>;
  readonly epochs: Map<string, { readonly bytes: Bytes; readonly secret: Bytes }>;
  readonly audiences: Map<string, AudienceEntry>;
  readonly invites: Map<string, PrivateChain['invites'][number]>;
}

const kernel = createKernel();
export const WALL_MS = 1_800_000_000_000;
const WAY_MS = 1;
const COMMIT_MS = 2;

/** One member: a core, its store, and what it showed. */
export class Person {
  readonly name: string;
  readonly id: MemberId;
  readonly identity: Identity;
  readonly address: Address;
  prekeys: readonly OwnPrekey[];
  peer: Peer;
  events: PeerEvent[] = [];
  /** Where it is while the network is in parts. */
  side = 0;
  isDown = false;
  /** The store answers no more; for tests of crashes. */
  isStoreStuck = false;
  /** Rooms that it is let into by name wait for its person. */
  asksFirst = false;
  readonly groups = new Set<string>();
  readonly privateRooms = new Map<RoomId, Kept>();
  /** What others said and what it said itself. */
  records = new KeptRecords(64);
  /** Every epoch that its store was ever given. */
  readonly epochsEver = new Map<RoomId, { readonly bytes: Bytes; readonly secret: Bytes }[]>();
  private readonly net: TestNetwork;
  private token = 0;
  life = 0;

  constructor(net: TestNetwork, index: number, name: string) {
    this.net = net;
    this.name = name;
    this.identity = createIdentity(seededRandom(1000 + index), 'ed25519');
    this.address = { host: `10.0.0.${index + 1}`, port: DEFAULT_PORT + 1 };
    this.prekeys = tendPrekeys(this.identity.crypto, [], WALL_MS);
    this.peer = this.makePeer();
    this.id = this.peer.id;
  }

  get crypto(): CryptoPort {
    return this.identity.crypto;
  }

  /** One call and the drain that belongs to it; returns the token that it was given. */
  do(command: (peer: Peer, now: number, token: number) => void): number {
    const token = ++this.token;
    this.net.call(this, (peer, now) => command(peer, now, token));
    return token;
  }

  say(room: RoomId, text: string): void {
    this.do((peer, now, token) => peer.say(now, room, text, WALL_MS + now, token));
  }

  /** What is shown of a room, hidden messages left out. */
  texts(room: RoomId): string[] {
    const hidden = new Set(
      this.events.flatMap((event) => (event.type === 'messages-cut' && event.room === room ? event.ids : [])),
    );
    const shown = this.events.filter((event) => event.type === 'message' && event.room === room);
    return shown.flatMap((event) => (event.type === 'message' && !hidden.has(event.id) ? [event.text] : []));
  }

  of<Type extends PeerEvent['type']>(type: Type): (PeerEvent & { type: Type })[] {
    return this.events.filter((event): event is PeerEvent & { type: Type } => event.type === type);
  }

  /** How the command with this token ended. */
  outcome(token: number): string | undefined {
    for (const event of this.events) {
      if (event.type === 'command-done' && event.token === token) return 'done';
      if (event.type === 'command-failed' && event.token === token) return event.reason;
    }
    return undefined;
  }

  members(room: RoomId): string[] {
    return this.peer
      .privateRoom(room)
      .members.map(({ id }) => this.net.nameOf(id))
      .toSorted();
  }

  /** As SIGKILL: memory is lost, the store stays. */
  crash(): void {
    this.isDown = true;
    this.life++;
    this.groups.clear();
  }

  /** A new process, with the rooms that the store knows. */
  restart(kept: ReadonlyMap<RoomId, Kept> = this.privateRooms): void {
    this.isDown = false;
    this.isStoreStuck = false;
    // What is on the disk stays shown.
    this.events = this.events.filter(
      (event) => event.type === 'message' && this.records.has(event.room, event.id),
    );
    this.peer = this.makePeer();
    this.net.joinLobby(this);
    for (const [room, chain] of kept)
      if (chain.secret !== undefined)
        this.do((peer, now) => peer.openRoom(now, room, this.records.history(room, true), chainOf(chain)));
  }

  /** A copy of what the store holds now, to be gone back to. */
  backup(): Map<RoomId, Kept> {
    return new Map(
      [...this.privateRooms].map(([room, kept]) => [
        room,
        {
          ...kept,
          operations: new Map(kept.operations),
          epochs: new Map(kept.epochs),
          audiences: new Map(kept.audiences),
          invites: new Map(kept.invites),
        },
      ]),
    );
  }

  keep(room: RoomId, kind: PrivateKind, entries: readonly PrivateEntry[]): void {
    const kept = this.privateRooms.get(room) ?? {
      kind,
      secret: undefined,
      operations: new Map<string, Bytes>(),
      epochs: new Map<string, { bytes: Bytes; secret: Bytes }>(),
      audiences: new Map<string, AudienceEntry>(),
      invites: new Map<string, PrivateChain['invites'][number]>(),
    };
    this.privateRooms.set(room, kept);
    for (const entry of entries) {
      if (entry.kind === 'genesis-secret') kept.secret = entry.secret;
      else if (entry.kind === 'operation') kept.operations.set(entry.id, entry.bytes);
      else if (entry.kind === 'epoch') {
        const { bytes, secret } = entry;
        kept.epochs.set(entry.id, { bytes, secret });
        this.epochsEver.set(room, [...(this.epochsEver.get(room) ?? []), { bytes, secret }]);
      } else if (entry.kind === 'audience') kept.audiences.set(entry.id, entry);
      else if (entry.kind === 'epoch-dropped') kept.epochs.delete(entry.id);
      else if (entry.kind === 'invite') kept.invites.set(entry.operation, entry);
      else if (entry.kind === 'invite-dropped') kept.invites.delete(entry.operation);
    }
  }

  private makePeer(): Peer {
    return new Peer({
      crypto: this.identity.crypto,
      kernel,
      random: seededRandom(77 + this.life),
      publicKey: this.identity.publicKey,
      name: this.name,
      prekeys: this.prekeys,
      unicastPort: this.address.port,
      datagramBytesMax: 1472,
    });
  }
}

export const chainOf = (kept: Kept): PrivateChain => ({
  genesisSecret: kept.secret as Bytes,
  kind: kept.kind,
  operations: [...kept.operations.values()],
  epochs: [...kept.epochs.values()],
  audiences: [...kept.audiences.values()],
  invites: [...kept.invites.values()],
});

export class TestNetwork {
  now = 1000;
  readonly people: Person[] = [];
  readonly sent: Sent[] = [];
  /** Whether a datagram is lost on its way. */
  isLost: (sent: Sent, receiver: Person) => boolean = () => false;
  private readonly due: { readonly at: number; readonly order: number; readonly run: () => void }[] = [];
  private order = 0;
  readonly lobby: RoomId;

  constructor(...names: readonly string[]) {
    for (const [index, name] of names.entries()) this.people.push(new Person(this, index, name));
    this.lobby = publicRoomId((this.people[0] as Person).crypto, 'lobby');
    for (const person of this.people) this.joinLobby(person);
    this.run(2000);
  }

  joinLobby(person: Person): void {
    person.do((peer, now) => peer.setClock(now, WALL_MS + now));
    person.do((peer, now) => peer.join(now, this.lobby, person.records.history(this.lobby, true)));
  }

  nameOf(id: MemberId): string {
    return this.people.find((person) => person.id === id)?.name ?? id;
  }

  call(person: Person, mutate: (peer: Peer, now: number) => void): void {
    const { peer } = person;
    mutate(peer, this.now);
    for (let next = peer.pollTransmit(this.now); next !== undefined; next = peer.pollTransmit(this.now)) {
      const bytes = wholeDatagram(next);
      // protocol.md §3.2: any of these may have to go in an envelope.
      const bytesMax = DATAGRAM_BYTES_MAX - (next.to.kind === 'bulk' ? 0 : RELAY_HEADER_BYTES);
      // §5.4: what has one of these sizes to the byte asks whether such gets through, and is in no envelope.
      const isProbe = PROBED_BYTES.has(bytes.length);
      assert(isProbe || bytes.length <= bytesMax, `a datagram of ${bytes.length} bytes`);
      this.send({ at: this.now, by: person, to: next.to, bytes });
    }
    for (let event = peer.pollEvent(); event !== undefined; event = peer.pollEvent())
      this.serve(person, event);
  }

  /** Lets so much time pass. */
  run(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const next = this.due.toSorted((a, b) => a.at - b.at || a.order - b.order)[0];
      const live = this.people.filter(({ isDown }) => !isDown);
      const timeouts = live.map((person) => ({ person, at: Math.max(this.now, person.peer.pollTimeout()) }));
      const first = timeouts.toSorted((a, b) => a.at - b.at)[0];
      const at = Math.min(next?.at ?? Infinity, first?.at ?? Infinity);
      if (at > end) break;
      this.now = at;
      if (next !== undefined && next.at <= at) {
        this.due.splice(this.due.indexOf(next), 1);
        next.run();
      } else if (first !== undefined) this.call(first.person, (peer, now) => peer.handleTimeout(now));
    }
    this.now = end;
  }

  /** Until it holds, or the time is up. */
  until(condition: () => boolean, limitMs: number, what = 'what was waited for'): number {
    const start = this.now;
    while (!condition()) {
      assert(this.now - start < limitMs, `after ${limitMs} ms: not ${what}`);
      this.run(10);
    }
    return this.now - start;
  }

  /** A datagram out of nowhere. */
  inject(receiver: Person, bytes: Bytes, from: Address = { host: '10.9.9.9', port: 9999 }): void {
    this.call(receiver, (peer, now) => peer.handleDatagram(now, from, bytes));
  }

  later(ms: number, run: () => void): void {
    this.due.push({ at: this.now + ms, order: this.order++, run });
  }

  private send(sent: Sent): void {
    this.sent.push(sent);
    for (const receiver of this.people) {
      const isFor =
        sent.to.kind === 'unicast'
          ? sent.to.address.host === receiver.address.host
          : receiver.groups.has(groupOf(sent.to));
      if (!isFor || receiver.side !== sent.by.side || this.isLost(sent, receiver)) continue;
      const { life } = receiver;
      this.later(WAY_MS, () => {
        if (receiver.isDown || receiver.life !== life || receiver.side !== sent.by.side) return;
        this.call(receiver, (peer, now) => peer.handleDatagram(now, sent.by.address, sent.bytes));
      });
    }
  }

  private serve(person: Person, event: PeerEvent): void {
    person.events.push(event);
    const commit = (write: () => void, answer: (peer: Peer, now: number) => void): void => {
      const { life } = person;
      if (person.isStoreStuck) return;
      this.later(COMMIT_MS, () => {
        if (person.life !== life) return;
        write();
        this.call(person, answer);
      });
    };
    if (event.type === 'subscribe') person.groups.add(groupOf(event.to));
    else if (event.type === 'unsubscribe') person.groups.delete(groupOf(event.to));
    else if (event.type === 'room-offered' && !person.asksFirst)
      this.later(0, () => this.call(person, (peer, now) => peer.acceptRoom(now, event.offer, 0)));
    else if (event.type === 'store-record')
      commit(
        () => person.records.keep(event.room, { ...event, author: person.id }),
        (peer, now) => peer.recordStored(now, event.room, event.id),
      );
    else if (event.type === 'keep-record')
      commit(
        () => person.records.keep(event.room, event),
        (peer, now) => peer.recordsKept(now, event.room, event.serial),
      );
    else if (event.type === 'read-records')
      commit(
        () => undefined,
        (peer, now) => {
          const { room, request, author, from, to } = event;
          peer.recordsRead(now, room, request, person.records.range(room, author, from, to));
        },
      );
    else if (event.type === 'store-private')
      commit(
        () => person.keep(event.room, event.kind, event.entries),
        (peer, now) => {
          const history = event.opens ? person.records.history(event.room, true) : undefined;
          peer.privateStored(now, event.room, event.serial, history);
        },
      );
  }
}

function groupOf(to: Destination): string {
  if (to.kind === 'unicast') return '';
  return to.kind === 'control' ? `control ${to.room}` : `bulk ${to.room} ${to.slot}`;
}

/** A room made by the first, with the others let in one after the other. */
export function roomOf(net: TestNetwork, creator: Person, ...others: readonly Person[]): RoomId {
  creator.do((peer, now, token) => peer.createRoom(now, 'nest', { kind: 'since-joining' }, 'private', token));
  net.run(50);
  const room = creator.of('room-joined').at(-1)?.room;
  assert(room !== undefined, 'a room is made');
  for (const other of others) letIn(net, room, creator, other);
  return room;
}

/** Adds a member and gives it what a welcome brings. */
export function letIn(net: TestNetwork, room: RoomId, by: Person, newcomer: Person): void {
  const token = by.do((peer, now, it) => peer.addMember(now, room, newcomer.id, 'member', it));
  net.until(() => by.outcome(token) !== undefined, 2000, 'an end of adding');
  assert(by.outcome(token) === 'done', `adding failed: ${by.outcome(token)}`);
  welcome(room, by, newcomer);
  net.until(() => newcomer.peer.privateRoom(room).secured, 3000, `${newcomer.name} being in`);
}

export function welcome(room: RoomId, by: Person, newcomer: Person): void {
  const kept = by.privateRooms.get(room);
  assert(kept?.secret !== undefined, 'who lets in knows the secret');
  const genesisSecret = kept.secret;
  newcomer.keep(room, kept.kind, [{ kind: 'genesis-secret', secret: genesisSecret }]);
  newcomer.do((peer, now) =>
    peer.openRoom(now, room, newcomer.records.history(room, true), {
      genesisSecret,
      kind: kept.kind,
      operations: [],
      epochs: [],
      audiences: [],
      invites: [],
    }),
  );
}

/** Each says something, and all of them show it; returns how long that took. */
export function talk(net: TestNetwork, room: RoomId, ...people: readonly Person[]): number {
  const texts = people.map(
    (person) => `${person.name} at ${net.now} among ${people.map(({ name }) => name).join(' ')}`,
  );
  for (const [i, person] of people.entries()) person.say(room, texts[i] as string);
  const isHeard = (): boolean =>
    people.every((person) => texts.every((text) => person.texts(room).includes(text)));
  return net.until(isHeard, 6000, `talk among ${people.map(({ name }) => name).join(', ')}`);
}

/** What somebody who has all that this person's store ever held can read of these datagrams, as text. */
export function openableBy(person: Person, room: RoomId, sent: readonly Sent[]): string[] {
  const opened: string[] = [];
  for (const { bytes } of sent) {
    for (const { bytes: announcement, secret } of person.epochsEver.get(room) ?? []) {
      const epoch = decodeEpoch(person.crypto, announcement);
      if (epoch === undefined || typeOf(bytes[0] as number) !== FRAME.sealed) continue;
      const keys = epochKeys(person.crypto, epoch.id, secret);
      const slots = new SlotTable(
        person.crypto,
        keys,
        epoch.members.map(({ member }) => member),
      );
      const frame = openFrame(person.crypto, keys, slots, bytes);
      if (frame.ok) opened.push(new TextDecoder().decode(frame.value.plaintext));
    }
  }
  return opened;
}
