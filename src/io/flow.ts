/**
 * How densely symbols of files come in, and so how long the engine may rest between two readings of its sockets. Like the
 * interrupt moderation of a network card: a lone datagram is dealt with at once, a stream is read in batches.
 */
import { NAP_MS_MAX } from './limits.ts';

const WINDOW_MS = 2;
/** 1.5 a millisecond, 18 Mbit/s. */
const STREAM_DATAGRAMS = 3;

export class Flow {
  #windowAt = -Infinity;
  #count = 0;
  #restMs = Infinity;
  readonly #gatherMax: number;

  /** `gatherMax`: datagrams that one rest should gather at most. */
  constructor(gatherMax: number) {
    this.#gatherMax = gatherMax;
  }

  arrived(): void {
    this.#count++;
  }

  /** At each turn of the driver. */
  turn(now: number): void {
    const elapsedMs = now - this.#windowAt;
    if (elapsedMs < WINDOW_MS) return;
    const perMs = this.#count / elapsedMs;
    const isStream = perMs * WINDOW_MS >= STREAM_DATAGRAMS;
    this.#restMs = isStream ? Math.min(NAP_MS_MAX, this.#gatherMax / perMs) : Infinity;
    this.#windowAt = now;
    this.#count = 0;
  }

  /** How long to gather datagrams before the next turn; Infinity where none stream in. */
  restMs(): number {
    return this.#restMs;
  }
}
