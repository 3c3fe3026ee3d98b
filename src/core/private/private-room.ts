/**
 * A private room: an ordinary room (presence, log of messages, files) under a seal, with the membership log that says who
 * is in it, the epochs that they talk under, and what keeps both alike among them (protocol.md §8).
 *
 * Invariants: nothing of the room leaves but under an epoch whose recipients are all members, or, signed and without a
 * secret, under the keys of SYNC; an own operation counts and leaves only once it is durable.
 */
import { equalBytes } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, RoomId } from '../../base/ids.ts';
import type {
  PrivateChain,
  PrivateEntry,
  PrivateKind,
  PrivateRoomView,
  RoomHistory,
  Standing,
} from '../api.ts';
import type { Context } from '../context.ts';
import { DATAGRAM_BYTES_MAX, SEAL_BYTES } from '../limits.ts';
import type { VerifyBudget } from '../membership/verify-budget.ts';
import type { RoomAccess } from '../room/access.ts';
import type { Room } from '../room/room.ts';
import type { Epoch } from '../secrecy/epoch.ts';
import type { OwnPrekey } from '../secrecy/prekeys.ts';
import { sealFrame } from '../secrecy/sealed-frame.ts';
import { firstByte, FRAME } from '../wire/header.ts';
import type { Operation } from '../wire/operation.ts';
import type { LogRecord } from '../wire/record.ts';
import { Audiences } from './audiences.ts';
import { Epochs } from './epochs.ts';
import type { OpenEpoch } from './epochs.ts';
import { MembershipLog } from './membership-log.ts';
import { OwnOperations } from './own-operations.ts';
import { isSenior } from './rank.ts';
import { Rekey } from './rekey.ts';
import type { Departure, RoomState } from './room-state.ts';
import { Sync } from './sync.ts';
import { EpochTransferKeys } from './transfer-keys.ts';
import { removerOf, viewOf } from './view.ts';

export interface PrivateRoomHost {
  prekeys(): readonly OwnPrekey[];
  /** The tags that it listens to changed. */
  tagsChanged(): void;
  openInner(now: number, room: PrivateRoom, history: RoomHistory): Room;
  /** We are a member again: a removal was undone by a senior one, or taken back. No `inner` where it was not open before. */
  reopened(now: number, room: PrivateRoom, inner: Room | undefined): void;
  /** Its membership log holds more than before. */
  changed(now: number, room: PrivateRoom): void;
  /** We are no member any more. */
  closed(now: number, room: PrivateRoom, reason: 'removed' | 'left', by: MemberId | undefined): void;
  /** Unix milliseconds now as our own clock has it, where a command has told. */
  wallClock(): number | undefined;
}

export class PrivateRoom implements RoomAccess {
  readonly id: RoomId;
  readonly kind: PrivateKind;
  readonly genesisSecret: Bytes;
  readonly sealBytes = SEAL_BYTES;
  /** What we were told that the room is called, until the log says it. */
  nameBefore = '';
  readonly log: MembershipLog;
  readonly epochs: Epochs;
  readonly sync: Sync;
  readonly own: OwnOperations;
  /** For the blocks of files. */
  readonly transferKeys: EpochTransferKeys;
  private readonly rekey: Rekey;
  private readonly context: Context;
  private readonly budget: VerifyBudget;
  private readonly host: PrivateRoomHost;
  private inner: Room | undefined;
  private isClosed = false;
  private hasLeft = false;
  private serial = 0;
  private entries: PrivateEntry[] = [];
  private isViewStale = true;
  /** Own operations that leave together with an epoch in the making. */
  private held: Bytes[] = [];
  private isRestoring = false;
  private canTalk = false;
  /** Of the newest prekey of ours that an operation of this life tells. */
  private toldSerial = -1;
  private readonly forked = new Set<MemberId>();
  private readonly cuts = new Set<MemberId>();
  /** The epoch of the frame that is being handled. */
  private under: OpenEpoch | undefined;
  private readonly audiences: Audiences;

  constructor(
    now: number,
    context: Context,
    budget: VerifyBudget,
    id: RoomId,
    chain: PrivateChain,
    host: PrivateRoomHost,
    isNew: boolean,
  ) {
    this.id = id;
    this.kind = chain.kind;
    this.genesisSecret = chain.genesisSecret;
    this.context = context;
    this.budget = budget;
    this.host = host;
    this.log = new MembershipLog(context.crypto, id);
    this.epochs = new Epochs(context, this.log, () => host.prekeys(), {
      opened: (opened) => this.epochOpened(opened),
      dropped: ({ epoch }) => this.entries.push({ kind: 'epoch-dropped', id: epoch.id }),
    });
    this.transferKeys = new EpochTransferKeys(context.crypto, this.epochs);
    this.sync = new Sync(now, context, this.log, this.epochs, chain.genesisSecret, budget, {
      operations: (at, operations) => this.takeOperations(at, operations),
      epoch: (at, bytes) => this.takeEpoch(at, bytes),
      presentCount: () => this.inner?.presence.memberCount ?? 1,
      maySpeak: () => !this.rekey.isAtWork,
      isOut: () => this.isClosed,
    });
    this.own = new OwnOperations(now, context, this.log, this.ownHost(), isNew);
    this.rekey = new Rekey(now, context, this.log, this.epochs, {
      place: (state) => this.placeAmongPresent(state),
      made: (at, epoch, secret) => this.epochMade(at, epoch, secret),
      mergeHeads: (at) => this.refreshCard(at),
    });
    this.audiences = new Audiences(context.crypto, context.self.id, chain.audiences, (entry) => {
      // Ahead of the record that names it.
      this.store(0, { kind: 'audience', ...entry });
    });
    this.restore(chain);
  }

  // ---- life

  /** Its inner room opens, and with it everything begins. */
  open(now: number, history: RoomHistory): void {
    if (this.inner !== undefined || this.isClosed) return;
    this.inner = this.host.openInner(now, this, history);
    this.refresh(now, false);
    this.sync.changed(now);
  }

  /** As the store has it we are no member: nothing opens, and we listen to what becomes of that. */
  listen(now: number): void {
    this.isClosed = true;
    this.sync.changed(now);
  }

  /** How we came to be no member any more; undefined where we are one, or do not know. */
  get departure(): Departure | undefined {
    return this.log.state()?.departed.get(this.context.self.id);
  }
  get room(): Room | undefined {
    return this.inner;
  }
  /** Not while its first entries are on their way to the disk. */
  get hears(): boolean {
    return this.inner !== undefined || this.isClosed;
  }
  /** By our own will: who lets us in again asks us first. */
  get isLeft(): boolean {
    return this.isClosed && this.hasLeft;
  }
  get isOpen(): boolean {
    return this.inner !== undefined && !this.isClosed;
  }
  /** A room of two, the other of whom is this member, and in which nobody else ever was. */
  isDirectWith(member: MemberId): boolean {
    const state = this.log.state();
    if (this.kind !== 'direct' || !this.isOpen || state?.members.has(member) !== true) return false;
    const people = [...state.members.keys(), ...state.departed.keys()];
    return people.every((id) => id === member || id === this.context.self.id);
  }

  view(): PrivateRoomView {
    return viewOf(this.id, this.kind, this.log, this.context.self.id, this.epochs.isSecured());
  }

  /** What was stored and what changed since the last call, as events. */
  flush(): void {
    if (this.entries.length > 0) this.store(0);
    if (!this.isViewStale || !this.isOpen) return;
    this.isViewStale = false;
    this.context.emit({ type: 'room-changed', room: this.id, view: this.view() });
  }

  /** Hands entries to the store; they are durable when `privateStored` says this number. */
  store(token: number, ...more: readonly PrivateEntry[]): number {
    return this.emitStore(token, false, more);
  }

  /** As `store`; the room opens with the answer, which brings what the store has of it from before. */
  storeAndOpen(token: number, ...more: readonly PrivateEntry[]): number {
    return this.emitStore(token, true, more);
  }

  private emitStore(token: number, opens: boolean, more: readonly PrivateEntry[]): number {
    const isSecret = ({ kind }: PrivateEntry): boolean => kind === 'genesis-secret';
    const all = [...this.entries, ...more];
    const entries = [...all.filter(isSecret), ...all.filter((entry) => !isSecret(entry))];
    this.entries = [];
    const { roomName } = this.log.state() ?? { roomName: this.nameBefore };
    const serial = ++this.serial;
    this.context.emit({
      type: 'store-private',
      room: this.id,
      serial,
      token,
      kind: this.kind,
      name: roomName,
      entries,
      opens,
    });
    return serial;
  }

  /** Our prekey in the room is not the one that we have now. */
  tendCard(now: number): void {
    const [newest] = this.host.prekeys();
    const card = this.log.state()?.members.get(this.context.self.id);
    if (newest === undefined || card === undefined || this.isClosed || this.own.isBusy) return;
    // Once for each prekey: where that did not count, it would not the next time.
    if (newest.serial === this.toldSerial || equalBytes(card.prekey, newest.publicKey)) return;
    this.toldSerial = newest.serial;
    this.refreshCard(now);
  }

  // ---- the way out

  /** A frame of the inner room under the seal; undefined where there is no epoch to send it under. */
  seal(bytes: Bytes, audience: ReadonlySet<MemberId> | undefined): Bytes | undefined {
    const epoch = this.epochs.best(audience);
    if (epoch === undefined || bytes.length + SEAL_BYTES > DATAGRAM_BYTES_MAX) {
      this.context.count(epoch === undefined ? 'no-epoch-to-send-under' : 'frame-too-long');
      return undefined;
    }
    const { self, crypto } = this.context;
    const author = { member: self.id, incarnation: self.incarnation };
    return sealFrame(crypto, epoch.keys, author, firstByte(FRAME.sealed), bytes);
  }

  // ---- the way in

  /** Runs what handles a frame that came under this epoch. */
  whileUnder(epoch: OpenEpoch, handle: () => void): void {
    this.under = epoch;
    handle();
    this.under = undefined;
  }

  private takeOperations(now: number, operations: readonly Bytes[]): void {
    let isChanged = false;
    for (const bytes of operations) {
      const isKnownRoom = this.log.size > 0;
      if (!this.budget.take(now, isKnownRoom)) return this.context.count('verify-budget');
      const result = this.log.insert(bytes);
      if (result.kind === 'refused') this.context.count(`operation-${result.reason}`);
      if (result.kind === 'full') this.context.count('operations-full');
      if (result.kind !== 'inserted') continue;
      isChanged = true;
      for (const { id, bytes: whole } of result.operations)
        this.entries.push({ kind: 'operation', id, bytes: whole });
    }
    if (!isChanged) return;
    this.refresh(now, false);
    this.sync.changed(now);
  }

  private takeEpoch(now: number, bytes: Bytes): void {
    if (!this.epochs.take(now, bytes)) return;
    this.refresh(now, false);
    this.sync.changed(now);
  }

  // ---- what follows from the log

  /** Brings everything into line with the state that the log resolves to. `isOurs`: by our own operation. */
  private refresh(now: number, isOurs: boolean): void {
    this.isViewStale = true;
    this.epochs.retry();
    const state = this.log.state();
    if (state === undefined) return;
    if (this.isClosed && !this.reopens(now, state)) return;
    const { departure } = this;
    if (departure !== undefined) return this.close(now, departure.reason, removerOf(departure).by);
    if (this.inner !== undefined) this.alignRoom(now, this.inner, state);
    for (const member of state.quarantined.keys()) {
      if (this.forked.has(member)) continue;
      this.forked.add(member);
      this.context.emit({ type: 'member-forked', room: this.id, member });
    }
    this.rekey.consider(now, isOurs);
    this.talk(now);
    this.tendCard(now);
    if (this.isOpen) this.host.changed(now, this);
  }

  private alignRoom(now: number, inner: Room, state: RoomState): void {
    for (const { id } of inner.presence.roster.all()) if (!state.members.has(id)) inner.expel(now, id);
    for (const member of this.cuts) {
      if (state.departed.get(member)?.cut !== undefined) continue;
      this.cuts.delete(member);
      inner.cut(now, member, Infinity);
    }
    for (const [member, { cut }] of state.departed) {
      if (cut === undefined) continue;
      this.cuts.add(member);
      const ids = inner.cut(now, member, cut.sequence);
      if (ids.length > 0)
        this.context.emit({ type: 'messages-cut', room: this.id, member, ids, above: cut.sequence });
    }
  }

  /** From the first epoch on that we may send under we are there for the others. */
  private talk(now: number): void {
    const canTalk = this.epochs.usable().length > 0;
    if (canTalk && !this.canTalk) this.inner?.presence.probe(now);
    this.canTalk = canTalk;
  }

  /** Who was removed goes on listening to what becomes of it, and says nothing. True where the rest is still to be done. */
  private reopens(now: number, state: RoomState): boolean {
    if (this.hasLeft || !state.members.has(this.context.self.id)) return false;
    this.isClosed = false;
    this.canTalk = false;
    const { inner } = this;
    this.host.reopened(now, this, inner);
    return inner !== undefined;
  }

  private close(now: number, reason: 'removed' | 'left', by: MemberId | undefined): void {
    this.isClosed = true;
    this.hasLeft = reason === 'left';
    this.own.end('room-closed');
    this.flushHeld();
    if (this.entries.length > 0) this.store(0);
    this.host.closed(now, this, reason, by);
  }

  private placeAmongPresent(state: RoomState): number {
    const ours = state.members.get(this.context.self.id);
    const present = this.inner?.presence.roster.present() ?? [];
    const ranks = present.map(({ id }) => state.members.get(id)?.rank);
    return ranks.filter((rank) => rank !== undefined && ours !== undefined && isSenior(rank, ours.rank))
      .length;
  }

  // ---- own operations and epochs

  private ownHost(): ConstructorParameters<typeof OwnOperations>[3] {
    return {
      store: ({ id, bytes }, token) => this.store(token, { kind: 'operation', id, bytes }),
      enter: (now, operation) => this.enter(now, operation),
      idle: (now) => this.tendCard(now),
      isCatchingUp: () => this.log.missing().length > 0,
    };
  }

  /** Our own operation is durable. With it, in the same turn, leaves the epoch that it makes necessary. */
  private enter(now: number, operation: Operation): void {
    const result = this.log.insert(operation.bytes);
    if (result.kind !== 'inserted') return this.context.count(`own-operation-${result.kind}`);
    this.held.push(operation.bytes);
    this.refresh(now, true);
    if (!this.rekey.isAtWork) this.flushHeld();
    this.sync.changed(now);
  }

  private epochMade(now: number, epoch: Epoch, secret: Bytes): void {
    this.flushHeld();
    this.epochs.keep(epoch, secret);
    this.sync.announceEpoch(epoch);
    this.sync.changed(now);
    this.isViewStale = true;
    this.talk(now);
    if (this.isOpen) this.host.changed(now, this);
  }

  private flushHeld(): void {
    if (this.held.length > 0) this.sync.announceOperations(this.held.splice(0));
  }

  private epochOpened({ epoch, secret }: OpenEpoch): void {
    if (!this.isRestoring) this.entries.push({ kind: 'epoch', id: epoch.id, bytes: epoch.bytes, secret });
    this.host.tagsChanged();
  }

  /** Tells our newest prekey and name, and joins heads while doing so. */
  private refreshCard(now: number): void {
    if (this.own.isBusy) return;
    const { self } = this.context;
    this.own.write(
      now,
      (state) => {
        const prekey = this.host.prekeys()[0]?.publicKey ?? state.members.get(self.id)?.prekey;
        return prekey === undefined ? 'no-prekey' : [{ kind: 'update', prekey, name: self.name }];
      },
      0,
    );
  }

  private restore(chain: PrivateChain): void {
    this.isRestoring = true;
    for (const bytes of chain.operations)
      if (this.log.insert(bytes).kind === 'refused') this.context.count('restore-refused');
    for (const { bytes, secret } of chain.epochs) this.epochs.restore(bytes, secret);
    this.isRestoring = false;
  }

  // ---- time

  nextTimeout(): number {
    if (this.isClosed) return this.sync.nextTimeout();
    if (this.inner === undefined) return Infinity;
    return Math.min(this.sync.nextTimeout(), this.rekey.nextTimeout(), this.own.nextTimeout());
  }

  handleTimeout(now: number): void {
    if (this.sync.nextTimeout() <= now) this.sync.handleTimeout(now);
    if (this.isClosed) return;
    if (this.rekey.nextTimeout() <= now) this.rekey.handleTimeout(now);
    if (this.own.nextTimeout() <= now) this.own.handleTimeout(now);
  }

  sizes(): Readonly<Record<string, number>> {
    return {
      ...this.sync.sizes(),
      operations: this.log.size,
      operationsWaiting: this.log.waitingCount,
      epochs: this.epochs.size,
      audiences: this.audiences.size,
    };
  }

  // ---- what the inner room asks

  standing(id: MemberId): Standing {
    const state = this.log.state();
    if (state === undefined) return 'unknown';
    return state.members.has(id) ? 'member' : state.departed.has(id) ? 'former' : 'stranger';
  }

  isMember(id: MemberId): boolean {
    return this.log.state()?.members.has(id) === true;
  }

  judge(author: MemberId, sequence: number): 'take' | 'later' | 'never' {
    const state = this.log.state();
    if (state === undefined) return 'later';
    if (state.members.has(author)) return 'take';
    const departure = state.departed.get(author);
    if (departure === undefined) return 'later';
    if (departure.cut !== undefined) return sequence <= departure.cut.sequence ? 'take' : 'never';
    // Who left named no last message of his: what is new of him must come from somebody who is still in.
    return this.under?.recipients.has(author) === false ? 'take' : 'later';
  }

  came(record: LogRecord): void {
    if (this.under !== undefined) this.audiences.note(record, this.under.recipients);
  }

  wrote(record: LogRecord): void {
    this.audiences.note(record, new Set(this.log.state()?.members.keys()));
  }

  restored(record: LogRecord, audienceId: string): void {
    this.audiences.restore(record, audienceId);
  }

  audienceId(record: LogRecord): string {
    return this.audiences.of(record);
  }

  mayHave(record: LogRecord, asker: MemberId): boolean {
    return this.isMember(asker) && this.epochs.best(this.audience(record), asker) !== undefined;
  }

  audience(record: LogRecord): ReadonlySet<MemberId> | undefined {
    const history = this.log.state()?.history;
    const now = this.host.wallClock();
    if (history?.kind === 'days' && now !== undefined && record.at >= now - history.days * DAY_MS)
      return undefined;
    return this.audiences.members(record);
  }
}

const DAY_MS = 24 * 3600 * 1000;
