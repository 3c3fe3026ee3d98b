/** A token bucket: `rate` tokens a millisecond, at most `burst` saved up. */
export class TokenBucket {
  private tokens: number;
  private updatedAt = -Infinity;
  rate: number;
  burst: number;

  constructor(rate: number, burst: number) {
    this.rate = rate;
    this.burst = burst;
    this.tokens = burst;
  }

  /** Takes `amount` if the bucket holds any tokens at all; it may go into debt by one item. */
  take(now: number, amount: number): boolean {
    this.refill(now);
    if (this.tokens <= 0) return false;
    this.tokens -= amount;
    return true;
  }

  /** What somebody else used of it: taken in any case. */
  charge(now: number, amount: number): void {
    this.refill(now);
    this.tokens -= amount;
  }

  /** When the next item may go. */
  readyAt(now: number): number {
    this.refill(now);
    // A hair later than exact, so that rounding never wakes the caller just too early.
    return this.tokens > 0 ? now : now + -this.tokens / this.rate + 0.01;
  }

  private refill(now: number): void {
    if (this.updatedAt === -Infinity) this.updatedAt = now;
    if (now <= this.updatedAt) return;
    this.tokens = Math.min(this.burst, this.tokens + (now - this.updatedAt) * this.rate);
    this.updatedAt = now;
  }
}
