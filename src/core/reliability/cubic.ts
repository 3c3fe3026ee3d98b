/**
 * The competitive mode: a window that grows and shrinks like that of TCP CUBIC (RFC 9438: growth, Reno-friendly
 * region, decrease, fast convergence), turned into a rate by the round trip with its queue. Beside a flow
 * that fills the queue this takes the share that one more CUBIC flow would take.
 */

/** Packets per second cubed. */
const CUBIC_C = 0.4;
/** Gentler than CUBIC's 0.7, for each decrease here is followed by a pause at half the rate. */
const DECREASE = 0.78;
/** Reno's increase that fits this decrease: 3 (1 − β) / (1 + β). */
const RENO_ALPHA = (3 * (1 - DECREASE)) / (1 + DECREASE);

export class CubicWindow {
  /** In packets. */
  packets: number;
  private max: number;
  private k = 0;
  private epochAt: number;
  private reno: number;
  private grownAt: number;

  constructor(now: number, packets: number) {
    this.packets = packets;
    this.max = packets;
    this.epochAt = now;
    this.reno = packets;
    this.grownAt = now;
  }

  grow(now: number, roundTripMs: number): void {
    const t = (now - this.epochAt) / 1000;
    this.reno += ((this.reno < this.max ? RENO_ALPHA : 1) * (now - this.grownAt)) / roundTripMs;
    this.grownAt = now;
    const cubic = CUBIC_C * (t - this.k) ** 3 + this.max;
    this.packets = Math.max(this.packets, Math.min(1.5 * this.packets, Math.max(cubic, this.reno)));
  }

  shrink(now: number): void {
    this.max = this.packets < this.max ? (this.packets * (1 + DECREASE)) / 2 : this.packets;
    this.packets = Math.max(2, this.packets * DECREASE);
    this.k = Math.cbrt(Math.max(0, this.max - this.packets) / CUBIC_C);
    this.reno = this.packets;
    this.epochAt = now;
    this.grownAt = now;
  }
}
