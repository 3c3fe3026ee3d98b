/**
 * Who has what I said. Outgoing: after delivering somebody's records, one coalesced RECEIPT to that author. Incoming:
 * each member's receipts, and its HELLO's frontiers, move its mark. The frontier of an own message is repeated at
 * 1, 2, 4 … ms until everybody present has it, so that the loss of the last packet never waits for a HELLO
 * (protocol.md §6.4 and §6.5).
 */
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, RoomId } from '../../base/ids.ts';
import { control } from '../context.ts';
import type { Context } from '../context.ts';
import {
  FRONTIER_MISSING_MAX,
  FRONTIER_NAMING_ROUND,
  FRONTIER_ROUNDS_MAX,
  FRONTIER_STREAM_DELAY_MS,
  FRONTIER_STREAM_MS,
  RECEIPT_DELAY_MS,
  RECEIPT_MEMBERS_MAX,
  RECEIPT_MULTICAST_ROUND,
  RECEIPT_SPACING_MS,
} from '../limits.ts';
import type { Member, Roster } from '../membership/roster.ts';
import { encodeFrontier, encodeFrontierClaim } from '../wire/frontier.ts';
import type { FrontierFrame } from '../wire/frontier.ts';
import { SHORT_PREFIX_BYTES } from '../wire/hello.ts';
import { recordPrefix } from '../wire/id-bytes.ts';
import { encodeReceipt } from '../wire/receipt.ts';
import type { ReceiptFrame } from '../wire/receipt.ts';
import type { RecordRef } from '../wire/record.ts';
import { signFrame } from '../wire/signing.ts';
import type { Keeping } from './keeping.ts';
import type { RecordLog } from './log.ts';

export class Receipts {
  private readonly context: Context;
  private readonly room: RoomId;
  private readonly roster: Roster;
  private readonly log: RecordLog;
  private readonly keeping: Keeping;
  /** Authors that are owed a receipt; the value: by multicast too. */
  private readonly owed = new Map<MemberId, boolean>();
  private owedAt = Infinity;
  private repeatAt = Infinity;
  private round = 0;
  private saidAt = -Infinity;
  private receiptsAt = -Infinity;
  private latest: RecordRef | undefined;
  private signedClaim: Bytes | undefined;
  private namedOffset = 0;

  constructor(room: RoomId, context: Context, roster: Roster, log: RecordLog, keeping: Keeping) {
    this.keeping = keeping;
    this.room = room;
    this.context = context;
    this.roster = roster;
    this.log = log;
  }

  /** An own record left: repeat the frontier until it has arrived. */
  sent(now: number, record: RecordRef): void {
    this.latest = record;
    this.signedClaim = undefined;
    this.round = 0;
    this.repeatAt = now + (now - this.saidAt < FRONTIER_STREAM_MS ? FRONTIER_STREAM_DELAY_MS : 1);
    this.saidAt = now;
  }

  /** Somebody's record is durable, or it repeats its frontier and we have it. */
  owe(now: number, author: MemberId, byMulticast: boolean): void {
    if (author === this.context.self.id || this.roster.size > RECEIPT_MEMBERS_MAX) return;
    if (!this.roster.get(author)) return;
    this.owed.set(author, byMulticast || (this.owed.get(author) ?? false));
    // Larger rooms answer over a longer time, so that the author's buffer holds it.
    const spread = RECEIPT_DELAY_MS + 0.2 * this.roster.size;
    if (this.owedAt === Infinity)
      this.owedAt = Math.max(
        now + RECEIPT_DELAY_MS + this.context.random.next() * spread,
        this.receiptsAt + RECEIPT_SPACING_MS,
      );
  }

  handleFrontier(now: number, frontier: FrontierFrame): void {
    const here = this.log
      .at(frontier.author, frontier.sequence)
      .some(({ id }) => id.startsWith(frontier.record) && this.keeping.isDurable(id));
    if (here) this.owe(now, frontier.author, frontier.round >= RECEIPT_MULTICAST_ROUND);
  }

  /** The record that a FRONTIER names is here. */
  holds(frontier: FrontierFrame): boolean {
    return this.log
      .at(frontier.author, frontier.sequence)
      .some((record) => record.id.startsWith(frontier.record));
  }

  /** A receipt whose signature is good, and that is for us. */
  handleReceipt(receipt: ReceiptFrame, member: Member): void {
    const own = this.log.at(this.context.self.id, receipt.sequence);
    if (!own.some((record) => record.id.startsWith(receipt.record)))
      return this.context.count('receipt-unknown');
    this.mark(member, receipt.sequence);
  }

  /** A member has every own record up to `sequence`. */
  mark(member: Member, sequence: number): void {
    if (sequence <= member.hasOurs) return;
    member.hasOurs = sequence;
    this.context.emit({ type: 'receipt', room: this.room, member: member.id, sequence });
  }

  nextTimeout(): number {
    return Math.min(this.owedAt, this.repeatAt);
  }

  handleTimeout(now: number): void {
    if (this.owedAt <= now) this.sendOwed(now);
    if (this.repeatAt <= now) this.repeat(now);
  }

  private sendOwed(now: number): void {
    this.owedAt = Infinity;
    this.receiptsAt = now;
    const { self, crypto } = this.context;
    for (const [author, byMulticast] of this.owed) {
      const member = this.roster.get(author);
      const whole = this.log.newestWithoutLoss(author);
      const newest = whole === undefined ? undefined : this.keeping.durableBefore(this.log, whole.id);
      if (member === undefined || newest === undefined) continue;
      const frame = encodeReceipt(this.room, {
        member: self.id,
        author,
        sequence: newest.sequence,
        record: recordPrefix(newest.id),
      });
      const signed = signFrame(crypto, 'receipt', this.room, frame);
      this.context.send({ kind: 'unicast', address: member.address }, signed);
      if (byMulticast) this.context.send(control(this.room), signed);
    }
    this.owed.clear();
  }

  private repeat(now: number): void {
    const latest = this.latest;
    const missing = latest === undefined ? [] : this.missing(latest.sequence);
    if (latest === undefined || this.round >= FRONTIER_ROUNDS_MAX || missing.length === 0) {
      this.repeatAt = Infinity;
      return;
    }
    this.signedClaim ??= this.signClaim(latest);
    const named = this.round < FRONTIER_NAMING_ROUND ? [] : this.rotate(missing);
    this.context.send(control(this.room), encodeFrontier(this.signedClaim, this.round, named));
    this.round++;
    this.repeatAt = now + 2 ** this.round;
  }

  private signClaim(latest: RecordRef): Bytes {
    const claim = { author: latest.author, sequence: latest.sequence, record: recordPrefix(latest.id) };
    return signFrame(this.context.crypto, 'frontier', this.room, encodeFrontierClaim(this.room, claim));
  }

  /** Members present without a receipt up to `sequence`. In large rooms nobody sends any: then everyone may lack it. */
  private missing(sequence: number): string[] {
    const without = this.roster.present().filter((member) => member.hasOurs < sequence);
    return without.map((member) => shortPrefix(member.id));
  }

  private rotate(missing: readonly string[]): string[] {
    const count = Math.min(FRONTIER_MISSING_MAX, missing.length);
    const start = this.namedOffset % missing.length;
    this.namedOffset = start + count;
    return Array.from({ length: count }, (_, i) => missing[(start + i) % missing.length] as string);
  }
}

const shortPrefix = (id: MemberId): string => id.slice(0, 2 * SHORT_PREFIX_BYTES);
