/** How much to code. */

/**
 * Repair symbols that will be needed almost surely: the mean of a binomial loss less 1.28 standard deviations, its
 * 10 % quantile. Sent before anybody asks they save a round trip and cost nothing, because whoever is unluckier than
 * that asks for the rest.
 */
export function surelyLost(symbols: number, loss: number): number {
  const mean = symbols * loss;
  return Math.max(0, Math.floor(mean - 1.28 * Math.sqrt(mean * (1 - loss))));
}

/** Multiply-add throughput that decoding is planned with, bytes a second: a quarter of what the kernel does on the
 *  machine that it was measured on, so that slower members keep up. */
export const KERNEL_BYTES_PER_S = 10e9;
