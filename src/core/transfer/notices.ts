/**
 * When a receiver says HAVE (protocol.md §7.5): at once among few, spread over time among many, and again until it is
 * known to have been heard.
 */
import type { Bytes } from '../../base/bytes.ts';
import type { TransferId } from '../../base/ids.ts';
import type { Random } from '../../base/prng.ts';
import type { TransferFailure } from '../api.ts';
import type { Context } from '../context.ts';
import { HAVE_RETRY_MAX_MS, HAVE_RETRY_MIN_MS, HAVE_UNSERVED_MS } from '../limits.ts';
import { encodeHave } from '../wire/have.ts';
import type { HaveState } from '../wire/have.ts';
import { signFrame } from '../wire/signing.ts';
import type { FileOffer } from './file.ts';

/** A decision that draws no answer is told this often, at intervals that double. */
const NOTICES = 7;
/** From here on it is told to everybody: unicast seems not to get through. */
const UNHEARD_NOTICES = 2;
const UNHEARD_WAITS = 8;

/** How many may speak at the same time. */
export interface Spread {
  /** Time over which all of them spread; 0 among few. */
  readonly spreadMs: number;
}

export class Notices {
  at = Infinity;
  private readonly random: Random;
  private readonly crowd: Spread;
  private waitMs = HAVE_RETRY_MIN_MS;
  private told = 0;
  /** Polls until then are not answered once more. */
  private silentUntil = -Infinity;
  private pollWaitMs = HAVE_RETRY_MIN_MS;
  private decidedAt = -Infinity;
  private toldAt = -Infinity;

  constructor(random: Random, crowd: Spread) {
    this.random = random;
    this.crowd = crowd;
  }

  /** It is wanted from now on. */
  start(now: number): void {
    this.at = now + this.random.next() * this.crowd.spreadMs;
    this.waitMs = this.waitMinMs;
  }

  /** Something was decided for good. `once`: who was not heard will be asked by name. */
  decide(now: number, once: boolean): void {
    this.decidedAt = now;
    this.told = once ? NOTICES - 1 : 0;
    this.start(now);
  }
  /** It was decided no longer ago than this. */
  decidedWithin(now: number, ms: number): boolean {
    return now - this.decidedAt < ms;
  }

  /**
   * The sender polls all who want it: no need to say so again until it falls silent, or nothing comes of it. Then it polls for
   * others, and has lost sight of us. `usefulAt`: when something of use came from it last.
   */
  heard(now: number, usefulAt: number): void {
    this.waitMs = this.waitMinMs;
    if (this.isUnserved(now, usefulAt)) this.at = Math.min(this.at, now);
    else this.at = now + HAVE_RETRY_MAX_MS;
  }
  /** The sender of many is there; it may not know us yet, and then asks by name. */
  overheard(now: number, usefulAt: number): void {
    if (this.told === 0) return;
    const { spreadMs } = this.crowd;
    if (this.isUnserved(now, usefulAt)) this.at = Math.min(this.at, now + this.random.next() * spreadMs);
    else this.at = Math.max(this.at, now + HAVE_RETRY_MAX_MS);
  }
  private isUnserved(now: number, usefulAt: number): boolean {
    return now - Math.max(usefulAt, this.toldAt) >= HAVE_UNSERVED_MS + 4 * this.crowd.spreadMs;
  }
  /** The sender asks. */
  askedBy(at: number): void {
    this.told = NOTICES - 1;
    this.at = Math.min(this.at, at);
  }
  /** The sender polls those that lack something. We do not: it is told again, ever less often while it goes on. */
  polled(now: number, at: number): void {
    if (now < this.silentUntil) return;
    this.silentUntil = now + this.pollWaitMs;
    this.pollWaitMs = Math.min(HAVE_RETRY_MAX_MS, 2 * this.pollWaitMs);
    this.at = Math.min(this.at, at);
  }
  stop(): void {
    this.at = Infinity;
  }

  /** It is told now. Returns whether it goes to everybody, and plans the next time. */
  tell(now: number, isWanted: boolean): boolean {
    // Of very many each would be heard by all.
    const isUnheard =
      this.crowd.spreadMs > 0
        ? isWanted && this.waitMs === HAVE_RETRY_MAX_MS
        : this.told >= UNHEARD_NOTICES || this.waitMs > UNHEARD_WAITS * HAVE_RETRY_MIN_MS;
    this.told++;
    this.toldAt = now;
    this.waitMs = Math.min(HAVE_RETRY_MAX_MS, 2 * this.waitMs);
    if (isWanted) this.at = now + this.waitMs * (0.75 + 0.5 * this.random.next());
    else this.at = this.told >= NOTICES ? Infinity : now + this.waitMs;
    return isUnheard;
  }

  private get waitMinMs(): number {
    return Math.min(HAVE_RETRY_MAX_MS, Math.max(HAVE_RETRY_MIN_MS, 4 * this.crowd.spreadMs));
  }
}

/** What it says to the server of a stream. */
export function signedHave(
  context: Context,
  offer: FileOffer,
  stream: TransferId,
  state: HaveState,
  reason: TransferFailure,
): Bytes {
  const { self, crypto } = context;
  const frame = encodeHave(offer.room, {
    transfer: stream,
    member: self.id,
    incarnation: self.incarnation,
    counter: context.nextCounter(),
    state,
    reason,
  });
  return signFrame(crypto, 'have', offer.room, frame);
}
