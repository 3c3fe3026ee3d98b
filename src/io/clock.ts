/** Milliseconds with fractions of a clock that never goes back and does not follow the wall clock. */
export type Clock = () => number;

export const monotonicClock: Clock = () => performance.now();
