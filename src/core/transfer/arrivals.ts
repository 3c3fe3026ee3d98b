/** What a receiver sees of the symbols of one transfer as they come in: how many, and how long they waited on the way. */
import { DelayEstimator } from '../reliability/delay.ts';
import type { ArrivalSample } from '../wire/poll.ts';
import type { TickFrame } from '../wire/tick.ts';

const U32 = 2 ** 32;

export class Arrivals {
  private readonly delay = new DelayEstimator();
  private received = 0;
  private atTick: { readonly sent: number; readonly received: number } | undefined;

  /** A symbol came, whether it was of use or not. */
  symbol(): void {
    this.received++;
  }

  /** `waitedMs`: how long it lay in this machine before the engine took it. */
  tick(tick: TickFrame, arrivedAt: number, waitedMs: number): void {
    const packets = this.atTick === undefined ? 0 : (tick.packets - this.atTick.sent + U32) % U32;
    this.delay.onTick(tick.sentAtUs / 1000, arrivedAt, waitedMs, packets > U32 / 2 ? 0 : packets);
    this.atTick = { sent: tick.packets, received: this.received };
  }

  /** For a STATUS; undefined where no TICK came since the last call. */
  read(): ArrivalSample | undefined {
    const queue = this.delay.read();
    if (queue === undefined || this.atTick === undefined) return undefined;
    return {
      sent: this.atTick.sent,
      received: this.atTick.received % U32,
      arrivedAtUs: Math.round(this.delay.arrivedAtMs * 1000) % U32,
      queueMinMs: queue.minMs,
      queueMaxMs: queue.maxMs,
      queueNowMs: queue.nowMs,
      isHostQueue: queue.networkNowMs < queue.nowMs / 2,
    };
  }
}
