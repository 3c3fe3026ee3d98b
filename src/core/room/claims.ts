/** What others say there is of each author's chain, and how far that was looked at. The log bounds the number of authors. */
import type { MemberId } from '../../base/ids.ts';
import { RECLAIM_AFTER_MS } from '../limits.ts';
import { AnswerTime } from './answer-time.ts';
import type { RecordLog } from './log.ts';

export interface Claim {
  readonly answers: AnswerTime;
  head: number;
  /** Up to there, from `filledFrom` on, every empty place was looked at. */
  filledTo: number;
  filledFrom: number;
  /** Lowest floor that any holder named. */
  floorMin: number;
  /** When the author was first heard of. */
  readonly since: number;
  /** Earliest time at which given-up parts of this chain are asked for again. */
  reclaimAt: number;
  reclaimAfterMs: number;
  /** Places asked for once whose answer is waited for. */
  freshCount: number;
  /** Places wanted now. */
  wanted: number;
  /** When something of the chain came last. */
  cameAt: number;
  /** Nothing of the chain has come since something of it was last given up. */
  isBarren: boolean;
  /** Until then nobody's word that there is more of it counts. */
  barrenUntil: number;
}

export class Claims {
  private readonly claims = new Map<MemberId, Claim>();
  private readonly log: RecordLog;

  constructor(log: RecordLog) {
    this.log = log;
  }

  get(author: MemberId): Claim | undefined {
    return this.claims.get(author);
  }

  /** Of an author that the log knows; else undefined. */
  of(now: number, author: MemberId): Claim | undefined {
    let claim = this.claims.get(author);
    if (claim === undefined && this.log.chainOf(author) !== undefined) {
      claim = {
        answers: new AnswerTime(),
        head: 0,
        filledTo: 0,
        filledFrom: 0,
        freshCount: 0,
        floorMin: Infinity,
        since: now,
        reclaimAt: 0,
        reclaimAfterMs: RECLAIM_AFTER_MS,
        wanted: 0,
        cameAt: -Infinity,
        isBarren: false,
        barrenUntil: -Infinity,
      };
      this.claims.set(author, claim);
    }
    return claim;
  }

  /** What was given up of it is asked for again later, and each time later still. */
  backOff(now: number, author: MemberId): void {
    const claim = this.claims.get(author);
    if (claim === undefined || now < claim.reclaimAt) return;
    claim.reclaimAt = now + claim.reclaimAfterMs;
    claim.reclaimAfterMs = Math.min(16 * RECLAIM_AFTER_MS, 2 * claim.reclaimAfterMs);
  }
}
