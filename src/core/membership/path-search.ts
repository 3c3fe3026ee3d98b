/**
 * The search for the largest datagram that reaches one member (RFC 8899 §5.2, over a few sizes instead of all). First the full size
 * alone, twice; where no answer comes, the full size and all smaller ones together, a few times; what was answered then is what the
 * path takes. Until a search ends, what the last one found holds. Pure state: `paths.ts` sends and hears.
 */
import {
  PATH_AGAIN_MS,
  PATH_FIRST_MS,
  PATH_FULL_TRIES,
  PATH_RAISE_MS,
  PATH_SUSPECT_MS,
  PATH_TOGETHER_MS,
  PATH_TRIES_MAX,
  PATH_WAIT_MAX_MS,
  PATH_WAIT_MS,
  PATH_WAY_SPACING_MS,
} from '../limits.ts';
import { smallerSizes } from '../path-size.ts';
import type { PathWay } from '../path-size.ts';

/** Where there is other evidence that full ones do not get through, it takes fewer to believe it. */
const TRIES_DOUBTED_MAX = 2;

export class PathSearch {
  /** The largest that gets through, where that is less than it should be. */
  limitBytes: number | undefined;
  /** The largest that was ever answered for on this way. */
  confirmedBytes: number | undefined;
  /** A file does not arrive: the search is not only routine. */
  isSuspected = false;
  dueAt: number;
  private way: string;
  private tries = 0;
  private best = 0;
  private raiseMs = PATH_RAISE_MS;
  private suspectedAt = -Infinity;
  private endedAt = -Infinity;
  /** The way changed while it was searched. */
  private isOutdated = false;

  constructor(now: number, way: string) {
    this.way = way;
    this.dueAt = now + PATH_FIRST_MS;
  }

  /** It is reached at another address, or otherwise: what was known holds until it has been looked at. */
  wayIs(now: number, way: string): void {
    if (way === this.way) return;
    this.way = way;
    if (this.tries > 0) this.isOutdated = true;
    else this.dueAt = Math.min(this.dueAt, Math.max(now + PATH_FIRST_MS, this.endedAt + PATH_WAY_SPACING_MS));
  }

  /** Nothing that is full arrives. False where that was looked into a moment ago. */
  suspect(now: number): boolean {
    if (now - this.suspectedAt < PATH_SUSPECT_MS || this.tries > 0) return false;
    this.suspectedAt = now;
    this.isSuspected = true;
    this.dueAt = now;
    return true;
  }

  /** Somebody else has reason to think that it became narrow: looked at soon, as a matter of routine. */
  hint(now: number): void {
    if (this.tries === 0 && this.limitBytes === undefined)
      this.dueAt = Math.min(this.dueAt, Math.max(now, this.endedAt + PATH_SUSPECT_MS));
  }

  /** It is due so soon that it is asked along with whoever is. */
  isDueWith(now: number): boolean {
    return this.dueAt <= now + (this.tries === 0 ? PATH_TOGETHER_MS : 0);
  }

  /** It cannot answer yet. */
  postpone(now: number): void {
    this.dueAt = now + PATH_FIRST_MS;
  }

  /** Which sizes to send now that it is due; none where the search has just ended. */
  next(now: number, fullBytes: number, way: PathWay, roundTripMs: number | undefined): readonly number[] {
    const isDoubted = this.isSuspected || this.limitBytes !== undefined;
    if (this.tries >= (isDoubted ? TRIES_DOUBTED_MAX : PATH_TRIES_MAX)) {
      this.conclude(now);
      return [];
    }
    const smaller = smallerSizes(fullBytes, way);
    // While a file waits, and its sender sends in vain, all are tried at once.
    const aloneTries = this.isSuspected ? 0 : isDoubted ? 1 : PATH_FULL_TRIES;
    const sizes = this.tries < aloneTries ? [fullBytes] : [fullBytes, ...smaller];
    this.tries++;
    this.dueAt = now + Math.min(PATH_WAIT_MAX_MS, Math.max(PATH_WAIT_MS, 3 * (roundTripMs ?? 0)));
    return sizes;
  }

  /** It answered for a datagram of that size. */
  confirm(now: number, bytes: number, fullBytes: number): void {
    if (this.limitBytes !== undefined && bytes > this.limitBytes) this.limitBytes = bytes;
    // Of a search that is over, an answer that comes late.
    if (this.tries > 0) this.best = Math.max(this.best, bytes);
    if (bytes < fullBytes) return;
    this.limitBytes = undefined;
    this.raiseMs = PATH_RAISE_MS;
    this.end(now, bytes, PATH_AGAIN_MS);
  }

  private conclude(now: number): void {
    // Not even the smallest: it is not there, or does not know what is asked. That says nothing of sizes.
    if (this.best === 0) return this.end(now, this.confirmedBytes, PATH_AGAIN_MS);
    this.limitBytes = this.best;
    this.end(now, this.best, this.raiseMs);
    this.raiseMs = Math.min(PATH_AGAIN_MS, 2 * this.raiseMs);
  }

  private end(now: number, confirmedBytes: number | undefined, againMs: number): void {
    this.confirmedBytes = confirmedBytes;
    this.isSuspected = false;
    this.tries = 0;
    this.best = 0;
    this.endedAt = now;
    this.dueAt = now + (this.isOutdated ? PATH_WAY_SPACING_MS : againMs);
    this.isOutdated = false;
  }
}
