/**
 * How many records may be asked for and not be here yet: as many as come. It grows while most of what is asked for arrives,
 * and halves where most does not, because what one cannot take in only fills everybody's queues (the principle of RFC 5681;
 * the threshold is high, since loss by itself is no sign of it: at 20 % on both ways a third of the asks is in vain).
 */
import { ASK_WINDOW_MAX, ASK_WINDOW_MIN, ASK_WINDOW_START, HOST_LATE_MS } from '../limits.ts';

/** Until the first halving it doubles with each window that is answered; later it takes four of them. */
const GROWTH_AFTER_HALVING = 0.25;

export class AskWindow {
  private places = ASK_WINDOW_START;
  private growth = 1;
  private answeredCount = 0;
  private unansweredCount = 0;
  private judgeAt = -Infinity;

  get size(): number {
    return Math.floor(this.places);
  }

  /** `waitedMs`: for how long it then waited for us. Where that is long we are what is too slow, and ask for less. */
  answered(now: number, waitedMs: number): void {
    this.answeredCount++;
    if (waitedMs <= HOST_LATE_MS) this.places = Math.min(ASK_WINDOW_MAX, this.places + this.growth);
    else if (now >= this.judgeAt) {
      this.halve();
      this.judgeAt = now + 2 * waitedMs;
    }
  }

  /** The wait for so many is over; `waitMs`: how long it was, so that one loss counts once. */
  unanswered(now: number, count: number, waitMs: number): void {
    this.unansweredCount += count;
    if (now < this.judgeAt) return;
    // Where nothing comes at all, nothing is in its own way: nobody has it.
    if (this.answeredCount > 0 && this.unansweredCount > this.answeredCount) this.halve();
    this.answeredCount = 0;
    this.unansweredCount = 0;
    this.judgeAt = now + waitMs;
  }

  private halve(): void {
    this.places = Math.max(ASK_WINDOW_MIN, this.places / 2);
    this.growth = GROWTH_AFTER_HALVING;
  }
}
