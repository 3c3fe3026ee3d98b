/**
 * All private rooms of a peer: makes, opens and closes them, and listens to those that we were removed from. What a command
 * about one of them becomes is in `room-commands.ts`, whose a sealed datagram is in `tags.ts`.
 */
import type { Bytes } from '../../base/bytes.ts';
import { UsageError } from '../../base/assert.ts';
import type { MemberId, RoomId } from '../../base/ids.ts';
import type { CommandFailure, PrivateChain, PrivateKind, PrivateRoomView, RoomHistory } from '../api.ts';
import { NO_HISTORY } from '../log-api.ts';
import { control } from '../context.ts';
import type { Context } from '../context.ts';
import type { Welcome } from '../direct/body.ts';
import { PRIVATE_ROOMS_MAX } from '../limits.ts';
import type { Member } from '../membership/roster.ts';
import type { VerifyBudget } from '../membership/verify-budget.ts';
import type { RoomAccess } from '../room/access.ts';
import type { Room } from '../room/room.ts';
import type { OwnPrekey } from '../secrecy/prekeys.ts';
import { readRoomTag, roomTag } from '../wire/header.ts';
import type { HistoryPolicy } from '../wire/operation-body.ts';
import { checkHistory, checkName, planAdd } from './commands.ts';
import { beginRoom } from './begin-room.ts';
import type { TransferKeys } from '../transfer/transfer-keys.ts';
import { PrivateRoom } from './private-room.ts';
import type { Departure } from './room-state.ts';
import { RoomCommands } from './room-commands.ts';
import { Tags } from './tags.ts';
import type { InnerFrame } from './tags.ts';
import { removerOf } from './view.ts';

export interface PrivateRoomsHost {
  openInner(now: number, id: RoomId, history: RoomHistory, access: RoomAccess): Room;
  /** Nothing of it goes in or out any more; of its control group we stay a member for a while. */
  closeInner(now: number, id: RoomId): void;
  /** The same room again. */
  reopenInner(now: number, inner: Room): void;
  /** It is open, with these invites of ours. */
  roomOpened(now: number, room: PrivateRoom, invites: PrivateChain['invites']): void;
  /** Its membership log or its epochs changed. */
  roomChanged(now: number, room: PrivateRoom): void;
  /** A member as some joined room shows it, rather where its prekey is known. */
  findMember(id: MemberId): Member | undefined;
}

/** Waits for the store before it opens. */
interface Opening {
  readonly serial: number;
  readonly token: number;
  readonly opened: ((now: number, room: PrivateRoom) => void) | undefined;
}

export class PrivateRooms {
  /** Those about one room. */
  readonly commands: RoomCommands;
  private readonly context: Context;
  private readonly budget: VerifyBudget;
  private readonly host: PrivateRoomsHost;
  private readonly rooms = new Map<RoomId, PrivateRoom>();
  private readonly opening = new Map<RoomId, Opening>();
  /** Rooms that we are out of: a removal may be undone, or taken back. Oldest first. */
  private readonly watched = new Map<RoomId, PrivateRoom>();
  /** What to open those with that were not open in this run. */
  private readonly unopened = new Map<
    RoomId,
    Pick<PrivateChain, 'invites'> & { readonly history: RoomHistory }
  >();
  private readonly tags: Tags;
  private ring: readonly OwnPrekey[];
  /** Unix milliseconds at 0 of our monotonic clock, as the last command had it. */
  private clockOffset: number | undefined;
  private now = 0;

  constructor(context: Context, budget: VerifyBudget, ring: readonly OwnPrekey[], host: PrivateRoomsHost) {
    this.context = context;
    this.budget = budget;
    this.ring = ring;
    this.host = host;
    this.tags = new Tags(context, () => this.rooms.values());
    this.commands = new RoomCommands({
      context,
      room: (id) => this.get(id),
      findMember: (id) => host.findMember(id),
    });
  }

  // ---- commands

  createRoom(
    now: number,
    name: string,
    history: HistoryPolicy,
    kind: PrivateKind,
    token: number,
    opened?: Opening['opened'],
  ): void {
    checkName(name);
    checkHistory(history);
    const [prekey] = this.ring;
    if (prekey === undefined) return this.fail(token, 'no-prekey');
    if (this.rooms.size >= PRIVATE_ROOMS_MAX) return this.fail(token, 'too-many');
    const { genesis, secret, first } = beginRoom(this.context, prekey.publicKey, name, history);
    const chain = {
      genesisSecret: secret,
      kind,
      operations: [genesis.bytes],
      epochs: [],
      audiences: [],
      invites: [],
    };
    const room = this.make(now, genesis.room, chain, true);
    room.epochs.keep(first.epoch, first.secret);
    const serial = room.storeAndOpen(
      token,
      { kind: 'genesis-secret', secret },
      { kind: 'operation', id: genesis.id, bytes: genesis.bytes },
    );
    this.opening.set(room.id, { serial, token, opened });
  }

  openRoom(now: number, id: RoomId, history: RoomHistory, chain: PrivateChain): void {
    const known = this.rooms.get(id);
    if (known?.isOpen === true || this.watched.get(id)?.isLeft === false) return;
    if (known === undefined && this.rooms.size >= PRIVATE_ROOMS_MAX)
      throw new UsageError(`at most ${PRIVATE_ROOMS_MAX} private rooms at a time`);
    const opening = this.opening.get(id);
    this.opening.delete(id);
    const room = known ?? this.make(now, id, chain, false);
    if (room.departure !== undefined) return this.listenTo(now, room, history, chain.invites, room.departure);
    this.enter(now, room, history, opening, chain.invites);
  }

  /** Somebody let us in: kept, and opened once that is stored. */
  admit(now: number, { room: id, genesisSecret, kind, name }: Welcome, token = 0): void {
    // Who was removed and let in again hears of it where it listens.
    if (this.awaits(id)) {
      if (token > 0) this.context.emit({ type: 'command-done', token, room: id });
      return;
    }
    if (this.rooms.size >= PRIVATE_ROOMS_MAX) return this.fail(token, 'too-many');
    const chain = { genesisSecret, kind, operations: [], epochs: [], audiences: [], invites: [] };
    const room = this.make(now, id, chain, false);
    room.nameBefore = name;
    const serial = room.storeAndOpen(token, { kind: 'genesis-secret', secret: genesisSecret });
    this.opening.set(id, { serial, token, opened: undefined });
  }

  openDirect(now: number, member: MemberId, token: number): void {
    const [room] = this.directRooms(member).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    if (room !== undefined) {
      this.context.emit({ type: 'room-joined', room: room.id });
      return this.context.emit({ type: 'command-done', token });
    }
    const seen = this.host.findMember(member);
    if (seen?.prekey === undefined)
      return this.fail(token, seen === undefined ? 'unknown-member' : 'no-prekey');
    const add = (at: number, created: PrivateRoom): void =>
      created.own.write(at, planAdd(seen, 'member'), token);
    this.createRoom(now, 'direct', { kind: 'since-joining' }, 'direct', token, add);
  }

  setPrekeys(now: number, ring: readonly OwnPrekey[]): void {
    this.ring = ring;
    for (const room of this.rooms.values()) if (room.isOpen) room.tendCard(now);
  }

  /** `history`: what the store has of it where we have been in it before. */
  privateStored(now: number, id: RoomId, serial: number, history: RoomHistory = NO_HISTORY): void {
    // The room may have been closed while the disk was busy.
    const room = this.rooms.get(id);
    const opening = this.opening.get(id);
    if (room === undefined) return;
    if (opening === undefined) return room.own.stored(now, serial);
    if (serial < opening.serial) return;
    this.opening.delete(id);
    this.enter(now, room, history, opening);
  }

  /** Closed for now; the store has it. */
  quit(id: RoomId): void {
    this.rooms.get(id)?.own.end('room-closed');
    this.rooms.get(id)?.flush();
    this.rooms.delete(id);
    this.opening.delete(id);
    this.tags.changed();
  }

  view(id: RoomId): PrivateRoomView {
    return this.get(id).view();
  }

  /** A command brought the time by our own clock. */
  noteClock(now: number, at: number): void {
    this.now = now;
    if (at > 0) this.clockOffset = at - now;
  }

  /** Unix milliseconds; undefined where no command has brought the time. */
  wallClock(now: number): number | undefined {
    return this.clockOffset === undefined ? undefined : this.clockOffset + now;
  }

  get prekeys(): readonly OwnPrekey[] {
    return this.ring;
  }

  // ---- datagrams

  /** The room that a frame of the inside belongs to, by the tag in it. */
  sealer(tag: string): PrivateRoom | undefined {
    for (const room of this.rooms.values()) if (roomTag(room.id) === tag) return room;
    return undefined;
  }

  /** What is in a SEALED datagram, where it is of a room of ours and may be believed. */
  open(now: number, datagram: Bytes): InnerFrame | undefined {
    this.now = now;
    return this.tags.open(now, datagram);
  }

  handleSync(now: number, datagram: Bytes): void {
    const tag = readRoomTag(datagram);
    for (const room of this.listening())
      if (room.sync.tag === tag && room.hears) return room.sync.handle(now, datagram);
    this.context.count('sync-other-room');
  }

  // ---- time

  nextTimeout(): number {
    let at = Infinity;
    for (const room of this.rooms.values()) at = Math.min(at, room.nextTimeout());
    for (const room of this.watched.values()) at = Math.min(at, room.nextTimeout());
    return at;
  }

  handleTimeout(now: number): void {
    this.now = now;
    for (const room of this.listening()) if (room.nextTimeout() <= now) room.handleTimeout(now);
  }

  /** Events that were put off to the end of a turn. */
  flush(): void {
    for (const room of this.listening()) room.flush();
  }

  sizes(): Readonly<Record<string, number>> {
    const sizes: Record<string, number> = { privateRooms: this.rooms.size };
    for (const room of this.rooms.values())
      for (const [what, size] of Object.entries(room.sizes())) sizes[what] = Math.max(sizes[what] ?? 0, size);
    return sizes;
  }

  // ---- inside

  get(id: RoomId): PrivateRoom {
    const room = this.rooms.get(id);
    if (room?.isOpen !== true) throw new UsageError(`no private room ${id} is open`);
    return room;
  }
  /** Where it is open. */
  find(id: RoomId): PrivateRoom | undefined {
    const room = this.rooms.get(id);
    return room?.isOpen === true ? room : undefined;
  }
  /** Of files in it, whether it is open or not: never those of a public room. */
  transferKeys(id: RoomId): TransferKeys | undefined {
    return this.rooms.get(id)?.transferKeys;
  }
  /** Of us and that member alone. */
  directRooms(member: MemberId): readonly PrivateRoom[] {
    return [...this.rooms.values()].filter((room) => room.isDirectWith(member));
  }
  has(id: RoomId): boolean {
    return this.rooms.has(id);
  }
  /** What it was made of, while we are no member and listen to what becomes of that. */
  shutRoom(id: RoomId): Room | undefined {
    return this.watched.get(id)?.room;
  }
  /** In it, or out of it and listening to what becomes of it. */
  known(id: RoomId): PrivateRoom | undefined {
    return this.rooms.get(id) ?? this.watched.get(id);
  }
  /** In it, or removed from it: nobody needs to let us in. */
  awaits(id: RoomId): boolean {
    return this.known(id)?.isLeft === false;
  }
  all(): IterableIterator<PrivateRoom> {
    return this.rooms.values();
  }

  private make(now: number, id: RoomId, chain: PrivateChain, isNew: boolean): PrivateRoom {
    const host: ConstructorParameters<typeof PrivateRoom>[5] = {
      prekeys: () => this.ring,
      tagsChanged: () => this.tags.changed(),
      openInner: (at, room, history) => this.host.openInner(at, room.id, history, room),
      wallClock: () => this.wallClock(this.now),
      changed: (at, room) => this.host.roomChanged(at, room),
      reopened: (at, room, inner) => {
        this.watched.delete(room.id);
        this.rooms.set(room.id, room);
        this.tags.changed();
        if (inner !== undefined) return this.host.reopenInner(at, inner);
        const known = this.unopened.get(room.id);
        this.unopened.delete(room.id);
        this.enter(at, room, known?.history ?? NO_HISTORY, undefined, known?.invites);
      },
      closed: (at, room, reason, by) => {
        this.rooms.delete(room.id);
        this.tags.changed();
        this.watch(room);
        this.host.closeInner(at, room.id);
        this.tellClosed(room.id, reason, by);
      },
    };
    this.unwatch(id);
    const room = new PrivateRoom(now, this.context, this.budget, id, chain, host, isNew);
    this.rooms.set(id, room);
    this.tags.changed();
    return room;
  }

  private enter(
    now: number,
    room: PrivateRoom,
    history: RoomHistory,
    opening: Opening | undefined,
    invites: PrivateChain['invites'] = [],
  ): void {
    room.open(now, history);
    this.host.roomOpened(now, room, invites);
    if (opening?.opened !== undefined) opening.opened(now, room);
    else if (opening !== undefined && opening.token > 0)
      this.context.emit({ type: 'command-done', token: opening.token });
  }

  /** We had been removed when we last ran. */
  private listenTo(
    now: number,
    room: PrivateRoom,
    history: Parameters<PrivateRooms['openRoom']>[2],
    invites: PrivateChain['invites'],
    departure: Departure,
  ): void {
    this.rooms.delete(room.id);
    this.tags.changed();
    this.watch(room);
    this.unopened.set(room.id, { history, invites });
    this.context.emit({ type: 'subscribe', to: control(room.id) });
    this.tellClosed(room.id, departure.reason, removerOf(departure).by);
    room.listen(now);
  }

  private tellClosed(room: RoomId, reason: Departure['reason'], by: MemberId | undefined): void {
    this.context.emit({ type: 'room-closed', room, reason, ...(by === undefined ? {} : { by }) });
  }

  private watch(room: PrivateRoom): void {
    const [oldest] = this.watched.keys();
    if (this.watched.size >= PRIVATE_ROOMS_MAX && oldest !== undefined) this.unwatch(oldest);
    this.watched.set(room.id, room);
  }

  /** What becomes of it is of no interest any more. */
  unwatch(id: RoomId): void {
    this.unopened.delete(id);
    if (this.watched.delete(id)) this.context.emit({ type: 'unsubscribe', to: control(id) });
  }

  /** All that listen to SYNC. */
  private listening(): PrivateRoom[] {
    return [...this.rooms.values(), ...this.watched.values()];
  }

  private fail(token: number, reason: CommandFailure): void {
    if (token > 0) this.context.emit({ type: 'command-failed', token, reason });
  }
}
