/**
 * Offers that nobody who is there is known to have: made by processes that are gone. Who has them is asked when they come
 * and when somebody joins, a few at a time (protocol.md §7.11). Keeps the newest PARKED_MAX.
 */
import type { RoomId, TransferId } from '../../base/ids.ts';
import { control } from '../context.ts';
import type { Context } from '../context.ts';
import { PARKED_ASK_SPACING_MS, PARKED_ASKS_MAX, PARKED_MAX } from '../limits.ts';
import { encodeHold } from '../wire/hold.ts';
import type { LogRecord } from '../wire/record.ts';
import { signFrame } from '../wire/signing.ts';
import { transferIdOf } from './file.ts';

/** What comes together is asked for together. */
const GATHER_MS = 300;
/** A question and its answer may be lost. */
const ROUNDS = 3;

export class Parked {
  private readonly context: Context;
  private readonly records = new Map<TransferId, LogRecord>();
  /** How often each is still asked for. */
  private readonly asksLeft = new Map<TransferId, number>();
  private askAt = Infinity;
  private askedAt = -Infinity;

  constructor(context: Context) {
    this.context = context;
  }

  add(now: number, record: LogRecord): void {
    const [oldest] = this.records.keys();
    if (this.records.size >= PARKED_MAX && oldest !== undefined) this.delete(oldest);
    const id = transferIdOf(record.id);
    this.records.set(id, record);
    this.asksLeft.set(id, ROUNDS);
    this.askWithin(now);
    this.context.emit({ type: 'offer-parked', room: record.room, message: record.id });
  }

  get(id: TransferId): LogRecord | undefined {
    return this.records.get(id);
  }
  delete(id: TransferId): void {
    this.records.delete(id);
    this.asksLeft.delete(id);
  }
  /** Takes out those that fit. */
  take(fits: (record: LogRecord) => boolean): LogRecord[] {
    const taken = [...this.records.values()].filter(fits);
    for (const { id } of taken) this.delete(transferIdOf(id));
    return taken;
  }
  get size(): number {
    return this.records.size;
  }

  /** Somebody came who may have some of them. */
  memberJoined(now: number, room: RoomId): void {
    let any = false;
    for (const [id, record] of this.records) {
      if (record.room !== room) continue;
      any = true;
      this.asksLeft.set(id, Math.max(1, this.asksLeft.get(id) ?? 0));
    }
    if (any) this.askWithin(now);
  }

  nextTimeout(): number {
    return this.askAt;
  }

  handleTimeout(now: number): void {
    if (this.askAt > now) return;
    this.askAt = Infinity;
    this.askedAt = now;
    let count = 0;
    for (const [id, record] of [...this.records].toReversed()) {
      const left = this.asksLeft.get(id) ?? 0;
      if (left === 0) continue;
      if (++count > PARKED_ASKS_MAX) break;
      this.asksLeft.set(id, left - 1);
      this.ask(id, record.room);
    }
    if (count > 0) this.askAt = now + PARKED_ASK_SPACING_MS;
  }

  private askWithin(now: number): void {
    const at = Math.max(
      now + GATHER_MS * (0.5 + this.context.random.next()),
      this.askedAt + PARKED_ASK_SPACING_MS,
    );
    this.askAt = Math.min(this.askAt, at);
  }

  private ask(transfer: TransferId, room: RoomId): void {
    const { self, crypto } = this.context;
    const { id: member, incarnation } = self;
    const counter = this.context.nextCounter();
    const nothing = { complete: false, serving: false, wants: false, asks: true, ranges: [] };
    const frame = encodeHold(room, { transfer, member, incarnation, counter, ...nothing });
    this.context.send(control(room), signFrame(crypto, 'hold', room, frame));
  }
}
