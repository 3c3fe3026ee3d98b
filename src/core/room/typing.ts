/** Who is writing something just now: told every few seconds at most, believed of whom we see (protocol.md §6.8). */
import type { MemberId, RoomId } from '../../base/ids.ts';
import type { Bytes } from '../../base/bytes.ts';
import { control } from '../context.ts';
import type { Context } from '../context.ts';
import { SMALL_ROOM_MEMBERS_MAX, TYPING_HEARD_MS, TYPING_INTERVAL_MS } from '../limits.ts';
import type { Roster } from '../membership/roster.ts';
import type { VerifyBudget } from '../membership/verify-budget.ts';
import { signFrame } from '../wire/signing.ts';
import { encodeTyping } from '../wire/typing.ts';
import type { TypingFrame } from '../wire/typing.ts';

interface Heard {
  readonly incarnation: string;
  readonly counter: number;
  readonly at: number;
}

export class Typing {
  private readonly context: Context;
  private readonly room: RoomId;
  private readonly roster: Roster;
  private readonly budget: VerifyBudget;
  private saidAt = -Infinity;
  /** Of members of the roster alone, so as bounded as that. */
  private readonly heard = new Map<MemberId, Heard>();

  constructor(context: Context, room: RoomId, roster: Roster, budget: VerifyBudget) {
    this.context = context;
    this.room = room;
    this.roster = roster;
    this.budget = budget;
  }

  say(now: number): void {
    if (this.roster.size === 0 || this.roster.size >= SMALL_ROOM_MEMBERS_MAX) return;
    if (now - this.saidAt < TYPING_INTERVAL_MS) return;
    this.saidAt = now;
    const { self, crypto } = this.context;
    const statement = { member: self.id, incarnation: self.incarnation, counter: this.context.nextCounter() };
    const frame = encodeTyping(this.room, statement);
    this.context.send(control(this.room), signFrame(crypto, 'typing', this.room, frame));
  }

  handle(now: number, frame: TypingFrame, datagram: Bytes): void {
    const member = this.roster.get(frame.member);
    // An old one that is played again is older than the last HELLO.
    if (member === undefined || member.incarnation !== frame.incarnation || frame.counter <= member.counter)
      return;
    const before = this.heard.get(frame.member);
    const isSameProcess = before?.incarnation === frame.incarnation;
    if (isSameProcess && (frame.counter <= before.counter || now - before.at < TYPING_HEARD_MS)) return;
    const claim = { kind: 'typing', room: this.room, publicKey: member.publicKey, datagram } as const;
    if (!this.budget.verifies(this.context, now, true, claim)) return;
    this.heard.set(frame.member, { incarnation: frame.incarnation, counter: frame.counter, at: now });
    if (this.roster.removed.has(frame.member)) return;
    this.context.emit({ type: 'typing', room: this.room, member: frame.member });
  }

  gone(member: MemberId): void {
    this.heard.delete(member);
  }
}
