/**
 * Whether the switch that an interface is plugged into forgets groups (protocol.md §3.3). A switch that keeps multicast from
 * whoever did not ask for it (IGMP snooping) must remember who did; where nobody asks it anew (no querier, or one that asks too
 * seldom), it forgets. Rooms do not notice, since their memberships are renewed every few seconds. So members send a
 * beat to a group whose membership is not renewed: it falls silent while the same members are still heard otherwise, and it
 * comes back right after the membership is renewed. Only both together count, since a member may stop sending beats.
 *
 * Some switches ask everybody whenever somebody leaves a group, and renewing is leaving and joining: there the beats stay, as
 * everything else does, as long as anybody renews. So where such questions are seen, all pause renewing for a while (`Pause`).
 */
import {
  BEAT_INTERVAL_S_MAX,
  BEAT_MS_MIN,
  BEAT_SENDERS_MAX,
  BEATS_MISSED,
  PAUSE_AGAIN_MS,
  PAUSE_S_MAX,
  PAUSE_SHOWS_MS,
  QUERIES_SEEN_MIN,
  QUERY_SAMPLES,
  RENEW_MS,
} from './limits.ts';

interface Sender {
  heardAt: number;
  intervalMs: number;
}

/** Of one interface. Milliseconds of the monotonic clock. */
export class SwitchMemory {
  /** The membership was reported to the switch last, as far as we know. */
  #reportedAt: number;
  readonly #senders = new Map<string, Sender>();
  #lastAt: number | undefined;
  /** Silence began so long after a report, and whether the next report ends it is waited for. */
  #suspected: { readonly afterMs: number; readonly untilMs: number; readonly inPause: boolean } | undefined;
  /** It did once, which a switch that was started anew explains as well. */
  #onceMs: number | undefined;
  #forgetsAfterMs: number | undefined;
  #told: { readonly forgetsAfterMs: number; readonly untilMs: number } | undefined;
  /** Found while renewing was paused: that beats pass at other times says nothing. */
  #isFoundInPause = false;

  constructor(now: number) {
    this.#reportedAt = now;
  }

  /** The switch forgets a group that long after the last report, as found here; undefined: it does not, or it cannot be said. */
  get forgetsAfterMs(): number | undefined {
    return this.#forgetsAfterMs;
  }

  /** The same, as others found it who still say so: whose port the switch forgot first ends the silence for the rest. */
  toldMs(now: number): number | undefined {
    return this.#told !== undefined && now < this.#told.untilMs ? this.#told.forgetsAfterMs : undefined;
  }

  get reportedAt(): number {
    return this.#reportedAt;
  }

  /** How many sent beats lately. */
  get senderCount(): number {
    return this.#senders.size;
  }

  /** A beat of somebody else, who sends one every `intervalMs`, and found that the switch forgets, or not: 0. */
  heard(now: number, host: string, intervalMs: number, forgetsAfterMs = 0): void {
    if (forgetsAfterMs > 0) this.#told = { forgetsAfterMs, untilMs: now + BEATS_MISSED * intervalMs };
    const known = this.#senders.get(host);
    if (known !== undefined) Object.assign(known, { heardAt: now, intervalMs });
    else if (this.#senders.size < BEAT_SENDERS_MAX) this.#senders.set(host, { heardAt: now, intervalMs });
    this.#lastAt = now;
    const suspected = this.#suspected;
    this.#suspected = undefined;
    if (suspected !== undefined && now <= suspected.untilMs)
      this.#found(suspected.afterMs, suspected.inPause);
    // It passed long after it should have been forgotten: somebody asks the switch anew by now.
    const limit = this.#forgetsAfterMs ?? this.#onceMs;
    if (limit === undefined || now - this.#reportedAt <= 2 * limit + BEATS_MISSED * BEAT_MS_MIN) return;
    this.#onceMs = undefined;
    if (!this.#isFoundInPause) this.#forgetsAfterMs = undefined;
  }

  /** Beats come at the moment. */
  isBeating(now: number): boolean {
    return this.#lastAt !== undefined && now - this.#lastAt < 2 * BEAT_MS_MIN;
  }

  #found(afterMs: number, inPause: boolean): void {
    const once = this.#onceMs;
    this.#onceMs = afterMs;
    const isAgain = once !== undefined && Math.abs(afterMs - once) <= Math.max(2 * BEAT_MS_MIN, once / 4);
    if (!inPause && !isAgain) return;
    this.#forgetsAfterMs = afterMs;
    this.#isFoundInPause ||= inPause;
  }

  /**
   * Every second; `present`: the hosts that are heard at the moment, by whatever way; `pausedAt`: since when nobody renews or
   * renewed. True:
   * report the membership anew, now.
   */
  tick(now: number, present: ReadonlySet<string>, pausedAt?: number): boolean {
    const silent = this.#silent(now, present);
    if (silent === undefined && now - this.#reportedAt < RENEW_MS) return false;
    if (silent !== undefined) {
      const lastAt = this.#lastAt ?? now;
      const inPause = pausedAt !== undefined && pausedAt < lastAt;
      const afterMs = lastAt - (inPause ? pausedAt : this.#reportedAt);
      this.#suspected = { afterMs, untilMs: now + 2 * silent.intervalMs, inPause };
    }
    this.#reportedAt = now;
    this.#lastAt = undefined;
    this.#senders.clear();
    return true;
  }

  /** Somebody who is still heard otherwise, while no beat came of anybody. */
  #silent(now: number, present: ReadonlySet<string>): Sender | undefined {
    const senders = [...this.#senders];
    if (senders.some(([, sender]) => now - sender.heardAt < BEATS_MISSED * sender.intervalMs))
      return undefined;
    return senders.find(([host]) => present.has(host))?.[1];
  }
}

/** All of them together send so many a second at most: 4. */
export const beatIntervalS = (senderCount: number): number =>
  Math.min(BEAT_INTERVAL_S_MAX, Math.max(BEAT_MS_MIN / 1000, Math.ceil(senderCount / 4)));

/** When nobody renews memberships, on one machine. Milliseconds of the monotonic clock. */
export class Pause {
  /** Latest first: whether a question to all was being answered. */
  readonly #samples: boolean[] = [];
  #since: number | undefined;
  #until = -Infinity;
  #againAt = -Infinity;

  /** Since when, while it lasts. */
  since(now: number): number | undefined {
    return now < this.#until ? this.#since : undefined;
  }

  /** The same, and for a while after it: what was forgotten in it shows only then. */
  began(now: number): number | undefined {
    return now < this.#until + PAUSE_SHOWS_MS ? this.#since : undefined;
  }

  secondsLeft(now: number): number {
    return Math.max(0, Math.ceil((this.#until - now) / 1000));
  }

  /** Once a second. */
  sample(isAsked: boolean): void {
    this.#samples.unshift(isAsked);
    this.#samples.length = Math.min(this.#samples.length, QUERY_SAMPLES);
  }

  /** So many questions come that they must be answers to renewing. */
  isWorthIt(now: number): boolean {
    return this.#samples.filter(Boolean).length >= QUERIES_SEEN_MIN && now >= this.#againAt;
  }

  /** Somebody asks for it, or we do. Not again for some time, whoever asks. */
  begin(now: number, seconds: number): boolean {
    if (now < this.#againAt || seconds <= 0 || seconds > PAUSE_S_MAX) return false;
    this.#since = now;
    this.#until = now + seconds * 1000;
    this.#againAt = now + PAUSE_AGAIN_MS;
    this.#samples.length = 0;
    return true;
  }

  end(now: number): void {
    this.#until = Math.min(this.#until, now);
  }
}

/**
 * Whether the kernel is about to answer a question to all about this group, by `/proc/net/igmp`: only questions start the timer
 * of a membership that is neither new nor renewed.
 */
export function isAnswering(table: string, name: string, group: string): boolean {
  const digits = group.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  const wanted = digits.toReversed().join('').toUpperCase();
  let device = '';
  for (const line of table.split('\n')) {
    const columns = line.trim().split(/\s+/);
    if (/^\d/.test(line)) device = (columns[1] ?? '').replace(/:$/, '');
    else if (device === name && columns[0] === wanted) return columns[2]?.startsWith('1:') === true;
  }
  return false;
}
