/**
 * When a member of a large group speaks, so that few do and still somebody does soon: the truncated exponential of
 * RFC 5401 §3.2.3, and one that lets those who lack most go first.
 */

/** The part of the window in which need decides; the rest is chance. */
const NEED_SHARE = 0.75;

/**
 * A delay of 0…maxMs whose density grows exponentially towards the end: of `members` waiting at once, few draw an early
 * one. `chance` is uniform in [0, 1).
 */
export function randomBackoff(chance: number, maxMs: number, members: number): number {
  const lambda = Math.log(Math.max(1, members)) + 1;
  return (maxMs / lambda) * Math.log(chance * (Math.exp(lambda) - 1) + 1);
}

/**
 * The same for reports that cover smaller needs: `need` is what is lacking as a share of the worst that is expected, 0…1.
 * Those near 1 are few and speak at once; those near 0 are nearly everybody, and hear them first.
 */
export function needBackoff(chance: number, windowMs: number, members: number, need: number): number {
  const rest = 1 - Math.min(1, Math.max(0, need));
  const biased = NEED_SHARE * windowMs * rest;
  return biased + randomBackoff(chance, (1 - NEED_SHARE) * windowMs, members ** rest);
}
