/** The facade of the core: owns rooms and transfers and routes every call to them. It decides nothing by itself. */
import { toHex } from '../base/bytes.ts';
import type { Bytes } from '../base/bytes.ts';
import { UsageError } from '../base/assert.ts';
import type { MemberId, RoomId } from '../base/ids.ts';
import type {
  Address,
  Counters,
  FileView,
  LinksView,
  MemberView,
  PeerApi,
  PeerConfig,
  PeerEvent,
  RoomHistory,
  Standing,
  Transmit,
} from './api.ts';
import { control } from './context.ts';
import type { Context } from './context.ts';
import { ROOMS_MAX, SLEPT_MS_MIN } from './limits.ts';
import type { Member } from './membership/roster.ts';
import { Paths } from './membership/paths.ts';
import { VerifyBudget } from './membership/verify-budget.ts';
import { PathLimits } from './path-limits.ts';
import { Pieces } from './pieces.ts';
import { PrivateRooms } from './private/private-rooms.ts';
import { PrivateCommands } from './private-commands.ts';
import { Encounters } from './encounters.ts';
import { checkedColour, checkedName } from './own-name.ts';
import { blockBuffers } from './transfer/file.ts';
import type { RoomAccess } from './room/access.ts';
import { Room } from './room/room.ts';
import { signedPrekey } from './secrecy/prekeys.ts';
import type { OwnPrekey } from './secrecy/prekeys.ts';
import { BlockAssembly } from './transfer/assembly.ts';
import { TransferHub } from './transfer/hub.ts';
import type { TransferKeys } from './transfer/transfer-keys.ts';
import { decodeFrame, opaqueType } from './wire/frame.ts';
import type { ControlFrame } from './wire/frame.ts';
import { isPiece } from './wire/piece.ts';
import { roomTag } from './wire/header.ts';
import { memberIdOf } from './wire/record.ts';
import { WayOut } from './way-out.ts';

export class Peer extends PrivateCommands implements PeerApi {
  readonly id: MemberId;
  private readonly context: Context;
  private readonly rooms = new Map<RoomId, Room>();
  /** Public rooms only: what comes in the clear reaches no other. */
  private readonly byTag = new Map<string, Room>();
  protected override readonly privates: PrivateRooms;
  protected override readonly encounters: Encounters;
  protected override readonly transfers: TransferHub;
  private readonly paths = new Paths();
  private readonly pathLimits = new PathLimits(() => this.rooms.values(), this.paths);
  private readonly pieces = new Pieces();
  private readonly wayOut: WayOut;
  private readonly events: PeerEvent[] = [];
  private readonly counts = new Map<string, number>();
  private readonly budget = new VerifyBudget();
  /** Of the datagram that is being handled, or was last. */
  private waitedMs = 0;
  private statements = 0;
  private serials = 0;

  constructor(config: PeerConfig) {
    super();
    const { crypto, kernel, random, publicKey, unicastPort, datagramBytesMax } = config;
    this.id = memberIdOf(crypto, publicKey);
    const buffers = config.buffers ?? blockBuffers();
    const incarnation = toHex(crypto.randomBytes(8));
    this.wayOut = new WayOut(
      {
        sealer: (tag) => this.privates.sealer(tag),
        isPublic: (tag) => this.byTag.has(tag),
        limitBytes: (now, to) => this.pathLimits.of(now, to),
        count: (what) => this.count(what),
      },
      Number.parseInt(incarnation.slice(0, 8), 16),
    );
    this.context = {
      crypto,
      kernel,
      assemble: config.assemble ?? ((code) => new BlockAssembly(kernel, code, buffers.take(code.blockBytes))),
      random,
      buffers,
      self: {
        id: this.id,
        publicKey,
        incarnation,
        unicastPort,
        datagramBytesMax,
        name: checkedName(config.name),
        colour: checkedColour(config.colour),
        prekey: signedPrekey(crypto, publicKey, config.prekeys ?? []),
      },
      paths: this.paths,
      suspectPath: (now, id) => {
        for (const room of this.rooms.values()) room.presence.pathCare.suspect(now, id);
      },
      quiet: config.quiet ?? false,
      nextCounter: () => ++this.statements,
      nextSerial: () => ++this.serials,
      wallClock: (now) => this.privates.wallClock(now),
      send: (to, bytes, audience) => this.wayOut.send(to, bytes, audience),
      emit: (event) => void this.events.push(event),
      waitedMs: () => this.waitedMs,
      count: (what) => this.count(what),
    };
    const keysOf = (id: RoomId): TransferKeys | undefined => this.privates.transferKeys(id);
    this.transfers = new TransferHub(this.context, this.budget, (id) => this.rooms.get(id), keysOf);
    this.privates = new PrivateRooms(this.context, this.budget, config.prekeys ?? [], {
      openInner: (now, id, history, access) => this.openRoomAt(now, id, history, access),
      closeInner: (now, id) => this.closeInner(now, id),
      reopenInner: (now, inner) => this.reopenInner(now, inner),
      roomOpened: (now, room, invites) => this.encounters.roomOpened(now, room, invites),
      roomChanged: (now, room) => {
        this.encounters.roomChanged(now, room);
        this.transfers.roomChanged(now, room.id, (id) => room.isMember(id));
      },
      findMember: (id) => this.findMember(id),
    });
    this.encounters = new Encounters({
      context: this.context,
      privates: this.privates,
      rooms: () => this.rooms.values(),
    });
  }

  // ---- commands

  setColour(now: number, colour: number | undefined): void {
    this.now = now;
    this.context.self.colour = checkedColour(colour);
    for (const room of this.rooms.values()) room.presence.announce(now);
  }

  rename(now: number, name: string): void {
    this.now = now;
    this.context.self.name = checkedName(name);
    for (const room of this.rooms.values()) room.presence.announce(now);
  }

  join(now: number, id: RoomId, history: RoomHistory): void {
    this.now = now;
    if (this.rooms.has(id)) return;
    if (this.byTag.size >= ROOMS_MAX) throw new UsageError(`at most ${ROOMS_MAX} rooms at a time`);
    this.byTag.set(roomTag(id), this.openRoomAt(now, id, history, undefined));
  }

  quit(now: number, id: RoomId): void {
    this.now = now;
    this.leaveGroup(now, id, false);
  }

  private leaveGroup(now: number, id: RoomId, isShutdown: boolean): void {
    const room = this.rooms.get(id);
    if (room === undefined) return this.privates.unwatch(id);
    this.transfers.roomQuit(now, id, isShutdown);
    room.presence.leave();
    this.rooms.delete(id);
    this.encounters.roomQuit(id);
    if (this.privates.has(id)) this.privates.quit(id);
    else this.byTag.delete(roomTag(id));
    this.context.emit({ type: 'unsubscribe', to: control(id) });
    this.context.emit({ type: 'room-quit', room: id });
  }

  probe(now: number, room: RoomId): void {
    this.now = now;
    this.room(room).presence.probe(now);
  }

  networkChanged(now: number): void {
    this.now = now;
    if (this.context.quiet) return;
    for (const { presence } of this.rooms.values()) presence.probe(now);
  }

  shutdown(now: number): void {
    this.now = now;
    for (const id of this.rooms.keys()) this.leaveGroup(now, id, true);
  }

  // ---- keys and clock

  override setClock(now: number, at: number): void {
    const { self } = this.context;
    const ranOnMs = at - now - (self.clockAheadMs ?? Infinity);
    self.clockAheadMs = at - now;
    super.setClock(now, at);
    // Who forgot us meanwhile, and whom we did not hear, is met at once.
    if (ranOnMs >= SLEPT_MS_MIN) for (const room of this.rooms.values()) room.presence.probe(now);
  }
  setPrekeys(now: number, ring: readonly OwnPrekey[]): void {
    this.now = now;
    const { self, crypto } = this.context;
    const [newest] = ring;
    if (newest?.serial !== self.prekey?.serial) {
      self.prekey = signedPrekey(crypto, self.publicKey, ring);
      for (const room of this.rooms.values()) room.presence.announce(now);
    }
    this.privates.setPrekeys(now, ring);
  }
  // ---- what people say and send

  offer(
    now: number,
    room: RoomId,
    file: FileView,
    at: number,
    token: number,
    bytesPerMsMax = Infinity,
  ): void {
    this.now = now;
    this.privates.noteClock(now, at);
    this.transfers.offer(now, this.room(room), file, at, token, bytesPerMsMax);
  }

  removeMember(now: number, room: RoomId, member: MemberId): void {
    this.now = now;
    this.room(room).removeMember(now, member);
  }
  restoreMember(now: number, room: RoomId, member: MemberId): void {
    this.now = now;
    this.room(room).restoreMember(now, member);
  }

  // ---- handle

  handleDatagram(now: number, from: Address, bytes: Bytes, arrivedAt = now): void {
    this.now = now;
    this.waitedMs = now - arrivedAt;
    if (!isPiece(bytes)) return this.handleWhole(now, from, bytes, arrivedAt);
    const whole = this.pieces.take(from, bytes);
    if (whole !== undefined) this.handleWhole(now, from, whole, arrivedAt);
  }

  private handleWhole(now: number, from: Address, bytes: Bytes, arrivedAt: number): void {
    const opaque = opaqueType(bytes);
    if (opaque === 'sealed') return this.handleSealed(now, from, bytes);
    if (opaque === 'sync') return this.privates.handleSync(now, bytes);
    const decoded = decodeFrame(bytes);
    if (!decoded.ok) return this.count(`frame-${decoded.error}`);
    if (decoded.value.kind === 'data') return this.transfers.handleData(now, decoded.value.frame);
    if (decoded.value.kind === 'tick') return this.transfers.handleTick(now, arrivedAt, decoded.value.frame);
    if (decoded.value.kind === 'direct') return this.encounters.handleDirect(now, from, decoded.value.frame);
    const { roomTag: tag } = decoded.value;
    if (decoded.value.kind === 'meeting') return this.encounters.handleMeeting(now, tag, decoded.value.frame);
    const room = this.byTag.get(tag);
    if (room === undefined) return this.count('frame-other-room');
    this.dispatch(now, from, room, decoded.value.frame, bytes);
  }

  private handleSealed(now: number, from: Address, datagram: Bytes): void {
    const inner = this.privates.open(now, datagram);
    const room = inner?.room.room;
    if (inner === undefined || room === undefined) return;
    inner.room.whileUnder(inner.epoch, () => this.dispatch(now, from, room, inner.frame, inner.bytes));
  }

  private dispatch(now: number, from: Address, room: Room, frame: ControlFrame, bytes: Bytes): void {
    switch (frame.type) {
      case 'page':
      case 'root':
      case 'poll':
      case 'status':
      case 'have':
      case 'hold':
      case 'retry':
      case 'symbols':
      case 'ask':
      case 'report':
      case 'roll':
        return this.transfers.handleFrame(now, room, frame, bytes);
      default:
        return room.handleFrame(now, from, frame, bytes);
    }
  }

  handleTimeout(now: number): void {
    this.now = now;
    for (const room of this.rooms.values()) if (room.nextTimeout() <= now) room.handleTimeout(now);
    if (this.transfers.nextTimeout() <= now) this.transfers.handleTimeout(now);
    if (this.privates.nextTimeout() <= now) this.privates.handleTimeout(now);
    if (this.encounters.nextTimeout() <= now) this.encounters.handleTimeout(now);
  }

  // ---- poll

  pollTransmit(now: number): Transmit | undefined {
    this.now = now;
    return this.wayOut.poll(now, (at) => this.transfers.poll(at));
  }

  pollEvent(): PeerEvent | undefined {
    if (this.events.length === 0) this.privates.flush();
    return this.events.shift();
  }

  pollTimeout(): number {
    let at = Math.min(
      this.transfers.nextTimeout(),
      this.privates.nextTimeout(),
      this.encounters.nextTimeout(),
      this.wayOut.readyAt(this.now),
      this.transfers.pollReadyAt(this.now),
    );
    for (const room of this.rooms.values()) at = Math.min(at, room.nextTimeout());
    return at;
  }

  // ---- views

  members(now: number, room: RoomId): readonly MemberView[] {
    return this.room(room).members(now);
  }

  links(now: number, room: RoomId): LinksView {
    // A meeting has a group, and no members.
    return this.rooms.get(room)?.presence.links(now) ?? { members: [] };
  }

  standing(room: RoomId, member: MemberId): Standing {
    return this.privates.known(room)?.standing(member) ?? 'unknown';
  }

  counters(): Counters {
    return Object.fromEntries(this.counts);
  }

  /** Sizes of everything that is kept: each stays within limits.ts. */
  sizes(): Readonly<Record<string, number>> {
    const sizes: Record<string, number> = {
      ...this.transfers.sizes(),
      ...this.privates.sizes(),
      ...this.encounters.sizes(),
      rooms: this.rooms.size,
      controlQueue: this.wayOut.size,
      pieces: this.pieces.size,
    };
    for (const room of this.rooms.values()) {
      for (const [what, size] of Object.entries(room.sizes())) sizes[what] = Math.max(sizes[what] ?? 0, size);
    }
    return sizes;
  }

  // ---- inside

  protected override joinedRoom(id: RoomId): Room | undefined {
    return this.rooms.get(id) ?? this.privates.shutRoom(id);
  }

  protected override noteClock(now: number, at: number): void {
    this.privates.noteClock(now, at);
  }

  protected override room(id: RoomId): Room {
    const room = this.rooms.get(id);
    if (room === undefined) throw new UsageError(`not in room ${id}`);
    return room;
  }

  private openRoomAt(now: number, id: RoomId, history: RoomHistory, access: RoomAccess | undefined): Room {
    this.context.emit({ type: 'subscribe', to: control(id) });
    const room = new Room(now, id, this.context, history, this.roomListener(), this.budget, access);
    this.rooms.set(id, room);
    this.context.emit({ type: 'room-joined', room: id });
    return room;
  }

  private reopenInner(now: number, inner: Room): void {
    inner.isShut = false;
    this.rooms.set(inner.id, inner);
    this.context.emit({ type: 'room-joined', room: inner.id });
    inner.presence.probe(now);
  }

  private closeInner(now: number, id: RoomId): void {
    this.encounters.roomClosed(id);
    this.transfers.roomQuit(now, id);
    const inner = this.rooms.get(id);
    if (inner !== undefined) inner.isShut = true;
    this.rooms.delete(id);
  }

  /** As some room shows it, rather one that shows how to seal to it. */
  private findMember(id: MemberId): Member | undefined {
    let found: Member | undefined;
    for (const room of this.rooms.values()) {
      const member = room.presence.roster.get(id);
      if (member !== undefined && (found?.prekey === undefined || member.prekey !== undefined))
        found = member;
    }
    return found;
  }

  private roomListener(): ConstructorParameters<typeof Room>[4] {
    return {
      fileRecord: (now, room, record) => this.transfers.fileRecord(now, room, record),
      memberJoined: (now, room, member) => {
        this.transfers.memberJoined(now, room.id, member);
        this.encounters.memberSeen(now, room.id, member.id);
      },
      memberGone: (now, room, member, reason) => this.transfers.memberGone(now, room.id, member, reason),
    };
  }

  private count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }
}
