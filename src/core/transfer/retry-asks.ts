/**
 * What the author of a file asks single members: to take it after all (protocol.md §7.12). An ask is repeated until a HAVE
 * tells that it was heard, or RETRY_TRIES times; what becomes of the member is what its HAVE says, and nothing else.
 */
import type { MemberId } from '../../base/ids.ts';
import { control } from '../context.ts';
import type { Context } from '../context.ts';
import { RETRY_MULTICAST_TRIES, RETRY_REPEAT_MS, RETRY_TRIES } from '../limits.ts';
import type { Roster } from '../membership/roster.ts';
import type { HaveFrame } from '../wire/have.ts';
import { encodeRetry } from '../wire/retry.ts';
import { signFrame } from '../wire/signing.ts';
import type { FileOffer } from './file.ts';

interface Ask {
  tries: number;
  dueAt: number;
}

export class RetryAsks {
  private readonly context: Context;
  private readonly offer: FileOffer;
  private readonly roster: Roster;
  /** At most one for each member of the room. */
  private readonly asks = new Map<MemberId, Ask>();

  constructor(context: Context, offer: FileOffer, roster: Roster) {
    this.context = context;
    this.offer = offer;
    this.roster = roster;
  }

  /** Of a member that is there. One that goes on is replaced. */
  begin(now: number, member: MemberId): void {
    this.asks.set(member, { tries: 0, dueAt: now });
  }

  /** What a member says of the file. That it does not want it may be older than our ask. */
  heard({ member, state }: HaveFrame): void {
    if (state !== 'declined' && state !== 'failed') this.asks.delete(member);
  }
  /** It has all of it, or is gone. */
  end(member: MemberId): void {
    this.asks.delete(member);
  }

  nextTimeout(): number {
    let at = Infinity;
    for (const { dueAt } of this.asks.values()) at = Math.min(at, dueAt);
    return at;
  }

  handleTimeout(now: number): void {
    for (const [member, ask] of this.asks) {
      if (ask.dueAt > now) continue;
      this.send(member, ask);
      ask.dueAt = now + RETRY_REPEAT_MS * 2 ** (ask.tries - 1);
      if (ask.tries >= RETRY_TRIES) this.asks.delete(member);
    }
  }

  private send(asked: MemberId, ask: Ask): void {
    const { self, crypto } = this.context;
    const { room, id: transfer } = this.offer;
    const { id: member, incarnation } = self;
    ask.tries++;
    const counter = this.context.nextCounter();
    const unsigned = encodeRetry(room, { transfer, member, incarnation, counter, asked });
    const frame = signFrame(crypto, 'retry', room, unsigned);
    const address = this.roster.get(asked)?.address;
    if (address !== undefined) this.context.send({ kind: 'unicast', address }, frame);
    if (address === undefined || ask.tries >= RETRY_MULTICAST_TRIES) this.context.send(control(room), frame);
  }
}
