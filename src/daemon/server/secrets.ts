/** The token of a profile, and the single-use tickets that a page exchanges for it. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { TICKET_MS_MAX, TICKETS_MAX } from '../limits.ts';

const SECRET_BYTES = 32;

export const newSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url');

/** Compares in a time that tells nothing about where they differ, nor about their lengths. */
export function equalSecrets(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

export class Tickets {
  readonly #endings = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  issue(): string {
    for (const [ticket, end] of this.#endings) {
      if (end > this.#now() && this.#endings.size < TICKETS_MAX) break;
      this.#endings.delete(ticket);
    }
    const ticket = newSecret();
    this.#endings.set(ticket, this.#now() + TICKET_MS_MAX);
    return ticket;
  }

  /** True once for each ticket, within its time. */
  redeem(ticket: string): boolean {
    const end = this.#endings.get(ticket);
    this.#endings.delete(ticket);
    return end !== undefined && end > this.#now();
  }
}
