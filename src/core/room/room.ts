/**
 * One joined room: presence, the log of signed records, and what keeps every member's copy of it complete. Routes
 * frames to its parts; what the records mean for files goes to `RoomListener`.
 */
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, RecordId, RoomId } from '../../base/ids.ts';
import { UsageError } from '../../base/assert.ts';
import type { Address, KeptRecord, MemberView, RoomHistory } from '../api.ts';
import { control } from '../context.ts';
import type { Context } from '../context.ts';
import { FUTURE_MS_MAX } from '../limits.ts';
import { Presence } from '../membership/presence.ts';
import { memberView } from '../membership/roster.ts';
import type { Member } from '../membership/roster.ts';
import type { VerifyBudget } from '../membership/verify-budget.ts';
import { encodeFragment, fragmentCount } from '../wire/fragment.ts';
import type { ControlFrame } from '../wire/frame.ts';
import { SIGNED_CLAIM_BYTES } from '../wire/frontier.ts';
import type { FrontierFrame } from '../wire/frontier.ts';
import type { HelloFrame } from '../wire/hello.ts';
import { recordPrefix } from '../wire/id-bytes.ts';
import { encodeNak } from '../wire/nak.ts';
import type { NakFrame } from '../wire/nak.ts';
import type { LogRecord, RecordBody } from '../wire/record.ts';
import type { ReceiptFrame } from '../wire/receipt.ts';
import type { WithheldFrame } from '../wire/withheld.ts';
import { PUBLIC_ACCESS } from './access.ts';
import type { RoomAccess } from './access.ts';
import { Answering } from './answering.ts';
import { annotationOf, OwnAnnotations } from './annotations.ts';
import type { OwnAnnotation } from './annotations.ts';
import { Authoring } from './authoring.ts';
import { Copies } from './copies.ts';
import { Frontiers } from './frontiers.ts';
import { Gaps } from './gaps.ts';
import { Intake } from './intake.ts';
import { Keeping } from './keeping.ts';
import { RecordLog } from './log.ts';
import { Reassembly } from './reassembly.ts';
import { Receipts } from './receipts.ts';
import { restoreHistory } from './restore.ts';
import { Typing } from './typing.ts';

export interface RoomListener {
  /** A record that is about files was delivered; `member` hidden ones are told apart by the roster. */
  fileRecord(now: number, room: Room, record: LogRecord): void;
  /** It came, came back, or came as a new process. */
  memberJoined(now: number, room: Room, member: Member): void;
  memberGone(now: number, room: Room, member: Member, reason: 'quit' | 'expired' | 'removed'): void;
}

export class Room {
  readonly id: RoomId;
  readonly presence: Presence;
  /**
   * We are no member of it for now. What is on its way to the disk belongs to our chain all the same, but nothing leaves: others
   * ask for it once we are one again.
   */
  isShut = false;
  private readonly context: Context;
  private readonly listener: RoomListener;
  private readonly budget: VerifyBudget;
  private readonly log: RecordLog;
  private readonly keeping: Keeping;
  private readonly reassembly = new Reassembly();
  private readonly frontiers: Frontiers;
  private readonly gaps: Gaps;
  private readonly answering: Answering;
  private readonly intake: Intake;
  private readonly typing: Typing;
  private readonly copies = new Copies();
  private readonly annotations = new OwnAnnotations(
    (now, { body, at, token }) => this.write(now, body, at, token),
    () => this.presence.memberCount,
  );
  private readonly receipts: Receipts;
  private readonly authoring: Authoring;
  private readonly access: RoomAccess;

  constructor(
    now: number,
    id: RoomId,
    context: Context,
    history: RoomHistory,
    listener: RoomListener,
    budget: VerifyBudget,
    access: RoomAccess = PUBLIC_ACCESS,
  ) {
    this.id = id;
    this.access = access;
    this.context = context;
    this.listener = listener;
    this.budget = budget;
    this.keeping = new Keeping(context, id, history.floors);
    this.log = new RecordLog(context.self.id, history.catchUp, (author) => this.keeping.spansOf(author));
    const only = history.catchUp ? undefined : context.self.id;
    this.frontiers = new Frontiers(this.log, this.keeping, context.crypto, only);
    this.gaps = new Gaps(this.log, this.reassembly, context.random);
    this.answering = new Answering({
      room: id,
      context,
      access,
      log: this.log,
      keeping: this.keeping,
      sendFragment: (at, record, index) => this.sendFragment(at, record, index),
    });
    this.presence = new Presence(
      now,
      id,
      context,
      this.frontiers,
      this.presenceListener(),
      budget,
      access.sealBytes,
    );
    const { roster } = this.presence;
    this.receipts = new Receipts(id, context, roster, this.log, this.keeping);
    this.authoring = new Authoring(now, id, context, this.log, access);
    this.typing = new Typing(context, id, roster, budget);
    this.intake = new Intake({
      room: id,
      context,
      access,
      budget,
      roster,
      log: this.log,
      keeping: this.keeping,
      reassembly: this.reassembly,
      gaps: this.gaps,
      answering: this.answering,
      delivered: (at, record) => this.delivered(at, record),
    });
    restoreHistory(context, id, access, this.log, this.keeping, history);
    this.frontiers.touch();
  }

  // ---- commands

  /** False where too many of our own messages wait already. */
  write(now: number, body: RecordBody, at: number, token: number): boolean {
    const taken = this.authoring.write({ body, at, token });
    this.authoring.flush(now);
    return taken;
  }

  recordStored(now: number, id: RecordId): void {
    for (const record of this.authoring.recordStored(id)) {
      this.keeping.isStored(record);
      this.log.add(record, (delivered) => this.delivered(now, delivered));
      if (!this.isShut) this.broadcast(now, record);
      this.receipts.sent(now, record);
    }
  }

  /** As `write`. A read mark may be written later, or not at all. */
  annotate(now: number, annotation: OwnAnnotation): boolean {
    return this.annotations.say(now, annotation);
  }

  sayTyping(now: number): void {
    this.typing.say(now);
  }

  recordsKept(now: number, serial: number): void {
    const authors = this.keeping.kept(serial);
    if (authors.size === 0) return;
    this.frontiers.touch();
    for (const author of authors) this.receipts.owe(now, author, false);
  }

  recordsRead(now: number, request: number, kept: readonly KeptRecord[]): void {
    this.answering.recordsRead(now, request, kept);
  }

  removeMember(now: number, id: MemberId): void {
    const { roster } = this.presence;
    if (id === this.context.self.id) throw new UsageError('cannot remove oneself');
    if (roster.removed.has(id)) return;
    roster.removed.add(id);
    this.context.emit({ type: 'member-removed', room: this.id, member: this.viewOf(now, id) });
    const member = roster.get(id);
    if (member !== undefined) this.listener.memberGone(now, this, member, 'quit');
  }

  restoreMember(now: number, id: MemberId): void {
    const { roster } = this.presence;
    if (!roster.removed.delete(id)) return;
    this.context.emit({ type: 'member-restored', room: this.id, member: this.viewOf(now, id) });
    const member = roster.get(id);
    if (member !== undefined) this.listener.memberJoined(now, this, member);
  }

  /** It is no member of a private room any more. */
  expel(now: number, id: MemberId): void {
    this.presence.expel(now, id);
  }

  /**
   * Nothing of that author above `top` counts; Infinity: all does. Returns what was shown above it, and shows again what
   * had been hidden for being above the last one.
   */
  cut(now: number, author: MemberId, top: number): RecordId[] {
    const before = this.log.chainOf(author)?.top ?? Infinity;
    if (before === top) return [];
    const above = this.log.cut(author, top, (record) => this.delivered(now, record));
    this.gaps.cut(author, top);
    if (top > before)
      for (const record of this.log.above(author, before))
        if (record.sequence <= top) this.delivered(now, record);
    const seen = above.filter(({ sequence }) => sequence <= before);
    return seen.map(({ id }) => id);
  }

  /** The newest record of a member that was delivered here. */
  newestOf(author: MemberId): LogRecord | undefined {
    const newest = this.log.newest(author);
    return newest === undefined ? undefined : this.log.get(newest.id);
  }

  members(now: number): MemberView[] {
    const { self } = this.context;
    const own: MemberView = {
      id: self.id,
      name: self.name,
      address: '',
      self: true,
      away: false,
      silentMs: 0,
      publicKey: self.publicKey,
      canBeReached: false,
    };
    const others = [...this.presence.roster.all()].filter(
      (member) => !this.presence.roster.removed.has(member.id),
    );
    const views = others.map((member) => memberView(now, member));
    return [
      own,
      ...views.toSorted((a, b) => (a.name === b.name ? (a.id < b.id ? -1 : 1) : a.name < b.name ? -1 : 1)),
    ];
  }

  // ---- datagrams

  handleFrame(now: number, from: Address, frame: ControlFrame, datagram: Bytes): void {
    switch (frame.type) {
      case 'hello':
        return this.presence.handleHello(now, from, frame, datagram);
      case 'leave':
        return this.presence.handleLeave(now, frame, datagram);
      case 'ping':
      case 'pong':
        return this.presence.handlePing(now, from, frame);
      case 'probe':
        return this.presence.pathCare.handleProbe(now, frame);
      case 'fragment':
        return this.intake.handleFragment(now, frame);
      case 'nak':
        if (frame.member === this.context.self.id) return;
        return this.handleNak(now, frame);
      case 'withheld':
        return this.handleWithheld(now, frame);
      case 'frontier':
        return this.handleFrontier(now, frame, datagram);
      case 'receipt':
        return this.handleReceipt(now, frame, datagram);
      case 'typing':
        return this.typing.handle(now, frame, datagram);
      default:
        return this.context.count('misrouted');
    }
  }

  nextTimeout(): number {
    return Math.min(
      this.presence.nextTimeout(),
      this.gaps.nextTimeout(),
      this.answering.nextTimeout(),
      this.receipts.nextTimeout(),
      this.authoring.nextTimeout(),
      this.annotations.nextTimeout(),
    );
  }

  handleTimeout(now: number): void {
    if (this.presence.nextTimeout() <= now) this.presence.handleTimeout(now);
    if (this.gaps.nextTimeout() <= now) this.handleGaps(now);
    if (this.answering.nextTimeout() <= now) this.answering.handleTimeout(now);
    if (this.receipts.nextTimeout() <= now) this.receipts.handleTimeout(now);
    if (this.authoring.nextTimeout() <= now) this.authoring.flush(now);
    this.annotations.handleTimeout(now);
  }

  /** Sizes of what is kept, for the simulator's bounds check and for logs. */
  sizes(): Readonly<Record<string, number>> {
    return {
      records: this.log.size,
      pending: this.log.pendingCount,
      reassembly: this.reassembly.size,
      wants: this.gaps.size,
      keeping: this.keeping.size,
      reads: this.answering.oldRepairs.size,
      members: this.presence.roster.size,
    };
  }

  // ---- inside

  private presenceListener(): ConstructorParameters<typeof Presence>[4] {
    return {
      isMember: (id) => this.access.isMember(id),
      memberJoined: (now, member) => {
        this.countMembers();
        if (!this.presence.roster.removed.has(member.id)) this.listener.memberJoined(now, this, member);
      },
      memberRestarted: (now, member) => this.listener.memberJoined(now, this, member),
      memberBack: (now, member) => this.listener.memberJoined(now, this, member),
      memberGone: (now, member, reason) => {
        this.countMembers();
        this.typing.gone(member.id);
        this.listener.memberGone(now, this, member, reason);
      },
      helloHeard: (now, member, hello) => this.handleFrontiers(now, member, hello),
    };
  }

  /** Delays against implosion grow with the room. */
  private countMembers(): void {
    this.gaps.memberCount = this.presence.memberCount;
    this.answering.setMemberCount(this.presence.memberCount);
  }

  private handleFrontiers(now: number, member: Member, hello: HelloFrame): void {
    const same = hello.frontierDigest === this.frontiers.digest();
    for (const entry of hello.frontiers) {
      if (entry.author === this.context.self.id) {
        this.authoring.claimedByPeer(entry.head);
        const own = this.log.at(entry.author, entry.head);
        // It must hold all of our chain that we hold ourselves: a head alone is no receipt for what lies before it.
        const isWhole = entry.floor <= (this.keeping.floorOf(entry.author, entry.head) ?? 1);
        if (isWhole && own.some((record) => record.id.startsWith(entry.headPrefix))) {
          this.receipts.mark(member, entry.head);
        }
      }
      // Equal heads say nothing of what lies below them and was given up.
      if (same && this.log.isWhole(entry.author)) continue;
      const byAuthor = entry.author === member.id;
      const lost = this.gaps.claim(now, entry.author, entry.floor, entry.head, entry.headPrefix, byAuthor);
      if (lost !== undefined) this.log.waive(entry.author, lost, (record) => this.delivered(now, record));
    }
  }

  private handleFrontier(now: number, frontier: FrontierFrame, datagram: Bytes): void {
    const author = this.presence.roster.get(frontier.author);
    if (author === undefined) return;
    if (!this.receipts.holds(frontier)) {
      if (this.gaps.isFarBehind(frontier.author)) return;
      // Only the author can make us ask for records that nobody has shown yet.
      const signed = datagram.subarray(0, SIGNED_CLAIM_BYTES);
      const claim = {
        kind: 'frontier',
        room: this.id,
        publicKey: author.publicKey,
        datagram: signed,
      } as const;
      if (!this.budget.verifies(this.context, now, true, claim)) return;
      this.gaps.newest(now, frontier.author, frontier.sequence, frontier.record);
    }
    this.receipts.handleFrontier(now, frontier);
  }

  private handleReceipt(now: number, receipt: ReceiptFrame, datagram: Bytes): void {
    if (receipt.author !== this.context.self.id) return;
    const member = this.presence.roster.get(receipt.member);
    if (member === undefined || receipt.sequence <= member.hasOurs) return;
    const claim = { kind: 'receipt', room: this.id, publicKey: member.publicKey, datagram } as const;
    if (!this.budget.verifies(this.context, now, true, claim)) return;
    this.presence.heard(now, member);
    this.receipts.handleReceipt(receipt, member);
  }

  private handleNak(now: number, nak: NakFrame): void {
    this.gaps.overheard(now, nak);
    this.answering.handleNak(now, nak);
  }

  /** Only what is not shown yet is waived, and only for a while. */
  private handleWithheld(now: number, frame: WithheldFrame): void {
    // Where nothing is sealed anybody could have said it, and nothing is withheld.
    if (this.access === PUBLIC_ACCESS) return this.context.count('misrouted');
    if (frame.asker !== this.context.self.id) return this.answering.withholding.overheard(frame);
    for (const { author, from, to } of frame.ranges) {
      const last = author === this.context.self.id ? undefined : this.gaps.withheld(now, author, from, to);
      if (last === undefined) continue;
      this.context.count('record-withheld');
      this.log.waive(author, last + 1, (record) => this.delivered(now, record));
    }
  }

  private delivered(now: number, record: LogRecord): void {
    this.frontiers.touch();
    const { self } = this.context;
    const own = record.author === self.id;
    const at = this.shownAt(now, record);
    if (!own) this.keeping.keep(record, at, this.access.audienceId(record));
    else if (record.incarnation !== self.incarnation) this.authoring.recovered(record);
    if (this.presence.roster.removed.has(record.author)) return;
    const { body, id, author: from, name, depth, sequence } = record;
    const placed = { room: this.id, id, from, name, at, own, depth, sequence };
    if (body.kind === 'text') {
      const reply = body.replyTo === undefined ? {} : { replyTo: body.replyTo };
      return this.context.emit({ type: 'message', ...placed, text: body.text, ...reply });
    }
    const annotation = annotationOf(body);
    if (annotation === undefined) return this.listener.fileRecord(now, this, record);
    this.context.emit({ type: 'annotation', ...placed, ...annotation });
  }

  /** A clock that is far ahead, or a liar's, must not put something beyond every retention. */
  private shownAt(now: number, { at }: LogRecord): number {
    const clock = this.context.wallClock(now);
    if (clock === undefined || at <= clock + FUTURE_MS_MAX) return at;
    this.context.count('record-from-the-future');
    return clock;
  }

  private handleGaps(now: number): void {
    const { ask, givenUp } = this.gaps.handleTimeout(now);
    if (ask !== undefined && ask.ranges.length + ask.fragments.length > 0) {
      this.context.send(control(this.id), encodeNak(this.id, { member: this.context.self.id, ...ask }));
    }
    for (const lost of givenUp) {
      this.context.count('record-unavailable');
      const onDelivered = (record: LogRecord): void => this.delivered(now, record);
      this.log.lose(lost.author, lost.sequence);
      if (lost.id !== undefined) this.log.waiveRecord(lost.id, onDelivered);
      else {
        const next = lost.isBarren ? this.log.firstPending(lost.author) : undefined;
        this.log.waive(lost.author, next ?? lost.sequence + 1, onDelivered);
      }
    }
  }

  private broadcast(now: number, record: LogRecord): void {
    const count = fragmentCount(record.bytes.length);
    const copies = this.copies.countFor(now, count, this.presence.memberCount);
    for (let copy = 0; copy < copies; copy++) {
      for (let index = 0; index < count; index++) this.sendFragment(now, record, index);
    }
  }

  private sendFragment(now: number, record: LogRecord, index: number): void {
    const prefix = recordPrefix(record.id);
    this.answering.repairs.sent(now, prefix, index);
    const fragment = encodeFragment(this.id, prefix, record.bytes, index);
    this.context.send(control(this.id), fragment, this.access.audience(record));
  }

  private viewOf(now: number, id: MemberId): MemberView {
    const member = this.presence.roster.get(id);
    if (member !== undefined) return memberView(now, member);
    const unseen = { publicKey: new Uint8Array(0), canBeReached: false };
    return { id, name: '', address: '', self: false, away: true, silentMs: 0, ...unseen };
  }
}
