/**
 * How long answers to asks for one author's records take, so that none is asked for again while its answer is on its way: the
 * longest of late, from asks that were made once (Karn's rule, RFC 6298 §3). Not a mean with a variance: answers come in
 * bursts, whose members say nearly the same and nothing of the next burst. While nothing is answered the wait doubles; an answer
 * ends that.
 */
import { ANSWER_TIME_HALF_LIFE_MS, NAK_RETRY_MAX_MS } from '../limits.ts';

const DOUBLINGS_MAX = 8;
const SILENT_DOUBLINGS = 2;
/** The next burst may take longer than the last. */
const MARGIN = 1.5;

export class AnswerTime {
  private longestMs = 0;
  private measuredAt = -Infinity;
  private doublings = 0;
  private doubleAgainAt = -Infinity;

  /** What was asked for once, `tookMs` ago, is here. */
  answered(now: number, tookMs: number): void {
    this.doublings = 0;
    this.longestMs = Math.max(tookMs, this.ofLate(now));
    this.measuredAt = now;
  }

  /** The wait for something is over: all that was asked for at that time counts once. */
  unanswered(now: number, leastMs: number): void {
    if (now < this.doubleAgainAt) return;
    this.doublings = Math.min(DOUBLINGS_MAX, this.doublings + 1);
    this.doubleAgainAt = now + this.waitMs(now, leastMs) / 2;
  }

  /** What is asked for next waits as long as was measured. */
  settled(): void {
    this.doublings = 0;
  }

  /** Nothing was answered for some time. */
  get isSilent(): boolean {
    return this.doublings >= SILENT_DOUBLINGS;
  }

  /** From an ask until it is made again. */
  waitMs(now: number, leastMs: number): number {
    return Math.min(NAK_RETRY_MAX_MS, Math.max(leastMs, MARGIN * this.ofLate(now)) * 2 ** this.doublings);
  }

  private ofLate(now: number): number {
    return this.longestMs * 2 ** ((this.measuredAt - now) / ANSWER_TIME_HALF_LIFE_MS);
  }
}
