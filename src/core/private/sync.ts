/**
 * Keeps the membership logs and epochs of a room's members alike (protocol.md §8.2): says which heads we have, asks for
 * what others have and we lack, answers others out of the log. Everything has a random delay, is suppressed by hearing
 * somebody else do it, and comes out of one budget.
 */
import { toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, OperationId, RoomId } from '../../base/ids.ts';
import { control, controlBytesMax } from '../context.ts';
import type { Context } from '../context.ts';
import {
  ANSWER_MIN_MS,
  ANSWER_SPREAD_MS,
  ANSWERS_MAX,
  HEADS_FIRST_MS,
  HEADS_INTERVAL_MAX_MS,
  HEADS_INTERVAL_MS,
  QUIET_HEADS_FACTOR,
  HEADS_REPLY_MIN_MS,
  HEADS_REPLY_SPREAD_MS,
  HEADS_ROUNDS_MAX,
  HEADS_SPACING_MS,
  SYNC_AUTHORS_MAX,
  SYNC_BURST_BYTES,
  SYNC_BYTES_PER_S,
  SYNC_EPOCHS_MAX,
  SYNC_FIXED_BYTES,
  SYNC_HEADS_MAX,
  SYNC_SPREAD_MEMBER_MS,
} from '../limits.ts';
import type { VerifyBudget } from '../membership/verify-budget.ts';
import { TokenBucket } from '../reliability/bucket.ts';
import type { Epoch, EpochId } from '../secrecy/epoch.ts';
import { SlotTable, syncKeys } from '../secrecy/key-schedule.ts';
import type { RoomKeys } from '../secrecy/key-schedule.ts';
import { openFrame, sealFrame } from '../secrecy/sealed-frame.ts';
import { firstByte, FRAME } from '../wire/header.ts';
import { memberIdOf } from '../wire/record.ts';
import {
  decodeSync,
  encodeSync,
  epochFragment,
  epochFragmentCount,
  headsDigest,
  OPERATION_PREFIX_BYTES,
  OPERATIONS_FIXED_BYTES,
  verifySync,
} from '../wire/sync.ts';
import type { SyncBody, SyncFrame } from '../wire/sync.ts';
import { EpochAssembly } from './epoch-assembly.ts';
import type { Epochs } from './epochs.ts';
import type { MembershipLog } from './membership-log.ts';
import { Wants } from './wants.ts';

type Heads = Extract<SyncBody, { kind: 'heads' }>;
type Want = Extract<SyncBody, { kind: 'want' }>;

export interface SyncHost {
  /** Operations that somebody sent. */
  operations(now: number, operations: readonly Bytes[]): void;
  /** A whole announcement. */
  epoch(now: number, bytes: Bytes): void;
  /** Members that are there, ourselves counted. */
  presentCount(): number;
  /** Not while what must leave together is not complete. */
  maySpeak(): boolean;
  /** We are no member: nothing is said regularly. */
  isOut(): boolean;
}

export class Sync {
  /** Eight digits: by this a datagram is known to be ours. */
  readonly tag: string;
  private readonly context: Context;
  private readonly room: RoomId;
  private readonly budget: VerifyBudget;
  private readonly keys: RoomKeys;
  private readonly slots: SlotTable;
  private readonly log: MembershipLog;
  private readonly epochs: Epochs;
  private readonly host: SyncHost;
  private readonly wants: Wants;
  private readonly assembly = new EpochAssembly();
  private readonly bytes = new TokenBucket(SYNC_BYTES_PER_S / 1000, SYNC_BURST_BYTES);
  /** The last counter of each process that spoke, so that nothing of an earlier one is heard again either. */
  private readonly heard = new Map<string, number>();
  private readonly operationAnswers = new Map<OperationId, number>();
  private readonly epochAnswers = new Map<EpochId, number>();
  private answersAt = Infinity;
  private headsAt: number;
  private replyAt = Infinity;
  private spokeAt = -Infinity;
  /** Somebody has said what we would say since we last did. */
  private isSaid = false;
  private round = 0;
  private wantsReply = true;

  constructor(
    now: number,
    context: Context,
    log: MembershipLog,
    epochs: Epochs,
    genesisSecret: Bytes,
    budget: VerifyBudget,
    host: SyncHost,
  ) {
    this.context = context;
    this.room = log.room;
    this.log = log;
    this.epochs = epochs;
    this.budget = budget;
    this.host = host;
    this.keys = syncKeys(context.crypto, log.room, genesisSecret);
    this.tag = toHex(this.keys.tag);
    // A newcomer knows nobody's slot, so all speak under one, the room's own.
    this.slots = new SlotTable(context.crypto, this.keys, [this.speaker]);
    this.wants = new Wants(context, log, epochs);
    this.headsAt = now;
  }

  // ---- what we say

  /** The log or the epochs changed: said again and again for a while. */
  changed(now: number): void {
    this.round = 0;
    this.isSaid = false;
    this.headsAt = Math.min(this.headsAt, now + HEADS_FIRST_MS * (0.5 + this.context.random.next()));
    this.wants.progressed(now);
  }

  /** Own operations, at once and twice. */
  announceOperations(operations: readonly Bytes[]): void {
    for (let copy = 0; copy < 2; copy++) this.sendOperations(operations);
  }

  /** An own epoch, at once, and twice where it is one datagram. */
  announceEpoch(epoch: Epoch): void {
    const copies = epochFragmentCount(epoch.bytes.length) === 1 ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) this.sendEpoch(epoch);
  }

  /** A frame came that nothing of ours opens: perhaps an epoch has passed us by. */
  nudge(now: number): void {
    if (this.spokeAt + 1000 > now) return;
    this.wantsReply = true;
    this.headsAt = Math.min(this.headsAt, now + HEADS_REPLY_MIN_MS);
  }

  // ---- what others say

  handle(now: number, datagram: Bytes): void {
    const opened = openFrame(this.context.crypto, this.keys, this.slots, datagram);
    if (!opened.ok) return this.context.count(`sync-${opened.error}`);
    const sync = decodeSync(opened.value.plaintext);
    if (sync === undefined) return this.context.count('sync-malformed');
    const author = memberIdOf(this.context.crypto, sync.publicKey);
    if (author === this.context.self.id && sync.incarnation === this.context.self.incarnation) return;
    const isMember = this.log.state()?.members.has(author) === true;
    if (!this.budget.take(now, isMember)) return this.context.count('verify-budget');
    if (!verifySync(this.context.crypto, this.room, sync.publicKey, opened.value.plaintext))
      return this.context.count('bad-signature');
    if (!this.isNew(author, sync)) return;
    const { body } = sync;
    switch (body.kind) {
      case 'heads':
        return this.handleHeads(now, body, isMember);
      case 'operations':
        for (const bytes of body.operations)
          this.operationAnswers.delete(toHex(this.context.crypto.sha256(bytes)) as OperationId);
        return this.host.operations(now, body.operations);
      case 'want':
        return this.handleWant(now, body);
      case 'epoch':
      default: {
        this.epochAnswers.delete(body.epoch);
        if (this.epochs.isKnown(body.epoch)) return;
        const whole = this.assembly.add(now, author, body);
        if (whole !== undefined) this.host.epoch(now, whole);
      }
    }
  }

  private handleHeads(now: number, theirs: Heads, isMember: boolean): void {
    const ours = this.current();
    const best = ours.epochs[0];
    const isAlike = theirs.digest === ours.digest;
    if (isAlike && (best === undefined || theirs.epochs[0] === best)) {
      this.isSaid = true;
      if (!theirs.wantsReply) this.replyAt = Infinity;
    }
    this.wants.named(now, theirs.heads, isMember ? theirs.epochs : []);
    const lacksOperations = !isAlike && this.lacksSomething(theirs);
    const lacksEpoch = isMember && best !== undefined && !theirs.epochs.includes(best);
    if (theirs.wantsReply || lacksOperations || lacksEpoch) this.scheduleReply(now);
  }

  /** They lack an operation that we have, or name none that we lack, and so have heads that they do not name. */
  private lacksSomething({ heads }: Heads): boolean {
    const lacking = this.log.lacking(heads);
    const known = heads.filter((id) => !lacking.includes(id));
    return lacking.length === 0 || this.log.notCoveredBy(known).length > 0;
  }

  private handleWant(now: number, want: Want): void {
    this.wants.overheard(now, want);
    const after = want.everything ? this.log.notCoveredBy(want.heads) : [];
    const named = want.missing.map((id) => this.log.get(id)).filter((one) => one !== undefined);
    const { random, self } = this.context;
    const spread = ANSWER_MIN_MS + random.next() * (ANSWER_SPREAD_MS + this.spreadMs());
    for (const operation of [...named, ...after]) {
      if (this.operationAnswers.has(operation.id) || this.operationAnswers.size >= ANSWERS_MAX) continue;
      this.operationAnswers.set(operation.id, operation.author === self.id ? now : now + spread);
    }
    for (const id of want.epochs) {
      const epoch = this.epochs.get(id)?.epoch;
      if (epoch === undefined || this.epochAnswers.has(id)) continue;
      this.epochAnswers.set(id, epoch.author === self.id ? now : now + spread);
    }
    if (this.operationAnswers.size + this.epochAnswers.size > 0)
      this.answersAt = Math.min(this.answersAt, now);
  }

  /** Copies of one statement, and replays, say nothing new; for operations and epochs themselves that does not matter. */
  private isNew(author: MemberId, { incarnation, counter, body }: SyncFrame): boolean {
    if (body.kind === 'operations' || body.kind === 'epoch') return true;
    const process = `${author}/${incarnation}`;
    if (counter <= (this.heard.get(process) ?? -1)) return false;
    const [oldest] = this.heard.keys();
    if (this.heard.size >= SYNC_AUTHORS_MAX && oldest !== undefined) this.heard.delete(oldest);
    this.heard.set(process, counter);
    return true;
  }

  // ---- time

  nextTimeout(): number {
    return Math.min(this.headsAt, this.replyAt, this.answersAt, this.wants.nextTimeout());
  }

  handleTimeout(now: number): void {
    if (!this.host.maySpeak()) return this.postpone(now);
    if (this.answersAt <= now) this.answer(now);
    if (this.replyAt <= now) {
      this.replyAt = Infinity;
      this.sendHeads(now, false);
    }
    if (this.headsAt <= now) this.nextRound(now);
    if (this.wants.nextTimeout() <= now) {
      const want = this.wants.compose(now, this.bodyBytesMax());
      if (want !== undefined) this.send(want);
    }
  }

  sizes(): Readonly<Record<string, number>> {
    return {
      syncAnswers: this.operationAnswers.size + this.epochAnswers.size,
      syncWants: this.wants.size,
      epochsPartial: this.assembly.size,
    };
  }

  /** A moment later: an epoch is in the making. */
  private postpone(now: number): void {
    const later = (at: number): number => (at <= now ? now + 1 : at);
    this.headsAt = later(this.headsAt);
    this.replyAt = later(this.replyAt);
    this.answersAt = later(this.answersAt);
    this.wants.postpone(now + 1);
  }

  private nextRound(now: number): void {
    const { random } = this.context;
    const isRegular = this.round >= HEADS_ROUNDS_MAX;
    // In quiet times everybody speaks in turn, so that a member whom nobody hears is found out.
    if (isRegular || !this.isSaid || this.wantsReply) {
      this.sendHeads(now, this.wantsReply);
      if (this.round >= 2) this.wantsReply = false;
    }
    this.isSaid = false;
    this.round++;
    const usual = HEADS_INTERVAL_MS * (this.context.quiet ? QUIET_HEADS_FACTOR : 1);
    const interval = Math.min(HEADS_INTERVAL_MAX_MS, usual * this.host.presentCount());
    const wait = this.round < HEADS_ROUNDS_MAX ? HEADS_FIRST_MS * 2 ** this.round : interval;
    if (this.host.isOut() && this.round >= HEADS_ROUNDS_MAX) this.headsAt = Infinity;
    else this.headsAt = now + wait * (0.75 + 0.5 * random.next()) + random.next() * this.spreadMs();
  }

  private scheduleReply(now: number): void {
    if (this.replyAt !== Infinity) return;
    const spread = HEADS_REPLY_SPREAD_MS + this.spreadMs();
    const wait = HEADS_REPLY_MIN_MS + this.context.random.next() * spread;
    this.replyAt = Math.max(now + wait, this.spokeAt + HEADS_SPACING_MS);
  }

  private answer(now: number): void {
    const room = this.bodyBytesMax() - OPERATIONS_FIXED_BYTES;
    let batch: Bytes[] = [];
    let size = 0;
    const flush = (): void => {
      if (batch.length > 0) this.sendOperations(batch);
      batch = [];
      size = 0;
    };
    this.answersAt = Infinity;
    for (const [id, at] of this.operationAnswers) {
      const operation = this.log.get(id);
      if (at > now && operation !== undefined) {
        this.answersAt = Math.min(this.answersAt, at);
        continue;
      }
      const bytes = operation?.bytes;
      if (bytes !== undefined && !this.bytes.take(now, bytes.length)) {
        this.answersAt = Math.min(this.answersAt, this.bytes.readyAt(now));
        break;
      }
      this.operationAnswers.delete(id);
      if (bytes === undefined) continue;
      if (size + bytes.length + OPERATION_PREFIX_BYTES > room || batch.length === 255) flush();
      batch.push(bytes);
      size += bytes.length + OPERATION_PREFIX_BYTES;
    }
    flush();
    this.answerEpochs(now);
  }

  private answerEpochs(now: number): void {
    for (const [id, at] of this.epochAnswers) {
      const epoch = this.epochs.get(id)?.epoch;
      if (epoch === undefined) this.epochAnswers.delete(id);
      else if (at > now) this.answersAt = Math.min(this.answersAt, at);
      else if (this.bytes.take(now, epoch.bytes.length)) {
        this.epochAnswers.delete(id);
        this.sendEpoch(epoch);
      } else this.answersAt = Math.min(this.answersAt, this.bytes.readyAt(now));
    }
  }

  // ---- the way out

  private current(): Heads {
    const heads = this.log.heads();
    const depth = (id: OperationId): number => this.log.get(id)?.depth ?? 0;
    return {
      kind: 'heads',
      digest: headsDigest(this.context.crypto, heads),
      wantsReply: false,
      heads: heads.toSorted((a, b) => depth(b) - depth(a)).slice(0, SYNC_HEADS_MAX),
      epochs: this.epochs
        .usable()
        .slice(0, SYNC_EPOCHS_MAX / 2)
        .map(({ epoch }) => epoch.id),
    };
  }

  private sendHeads(now: number, wantsReply: boolean): void {
    this.spokeAt = now;
    this.send({ ...this.current(), wantsReply });
  }

  private sendOperations(operations: readonly Bytes[]): void {
    this.send({ kind: 'operations', operations });
  }

  private sendEpoch({ id, bytes }: Epoch): void {
    for (let index = 0; index < epochFragmentCount(bytes.length); index++)
      this.send(epochFragment(id, bytes, index));
  }

  private send(body: SyncBody): void {
    const { crypto, self } = this.context;
    const frame = {
      publicKey: self.publicKey,
      incarnation: self.incarnation,
      counter: this.context.nextCounter(),
      body,
    };
    const plaintext = encodeSync(crypto, this.room, frame);
    const author = { member: this.speaker, incarnation: self.incarnation };
    const sealed = sealFrame(crypto, this.keys, author, firstByte(FRAME.sync), plaintext);
    this.context.send(control(this.room), sealed);
  }

  private get speaker(): MemberId {
    return this.room as string as MemberId;
  }
  private bodyBytesMax(): number {
    return controlBytesMax(this.context.self) - SYNC_FIXED_BYTES;
  }
  private spreadMs(): number {
    return SYNC_SPREAD_MEMBER_MS * this.host.presentCount();
  }
}
