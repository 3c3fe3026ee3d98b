/** Milliseconds with fractions of a clock that never goes back and does not follow the wall clock. */
export type Clock = () => number;

/** Looked up once: the driver asks for the time of every datagram. */
const { performance } = globalThis;

export const monotonicClock: Clock = () => performance.now();

const never = new Int32Array(new SharedArrayBuffer(4));

/**
 * Stops this thread for so many milliseconds, fractions included: what a timer, with its whole milliseconds and a turn
 * of the event loop each, cannot do. For the engine's own thread only.
 */
export function nap(durationMs: number): void {
  Atomics.wait(never, 0, 0, durationMs);
}
