/**
 * Answers NAKs for records that only the store still has. They are read in aligned runs of one author's chain, after the
 * random delay of any holder, and not where somebody else is heard repairing them; what was read leaves at once, paced
 * by the same budget as all repairs (protocol.md §6.3). Bounded: runs that wait, reads on their way, and their age.
 */
import type { MemberId } from '../../base/ids.ts';
import type { Random } from '../../base/prng.ts';
import {
  READ_AGE_MAX_MS,
  READ_HOLDOFF_MS,
  READ_RECORDS_MAX,
  READS_OUTSTANDING_MAX,
  READS_WAITING_MAX,
  REPAIR_DELAY_MAX_MS,
  REPAIR_DELAY_MIN_MS,
  REPAIR_SPREAD_MEMBER_MS,
  WITHHELD_ASKERS_MAX,
} from '../limits.ts';
import type { Spans } from './spans.ts';

export interface Run {
  readonly author: MemberId;
  readonly wanted: Set<number>;
  readonly askers: Set<MemberId>;
  at: number;
}

export interface Read {
  readonly request: number;
  readonly author: MemberId;
  readonly from: number;
  readonly to: number;
}

export class OldRepairs {
  private readonly random: Random;
  private readonly waiting = new Map<string, Run>();
  private readonly reading = new Map<number, Run>();
  /** Runs that were read a moment ago, with when they are read again at the earliest. */
  private readonly served = new Map<string, number>();
  private request = 0;
  private earliest = Infinity;
  /** Members present: spreads the answers. */
  memberCount = 1;

  constructor(random: Random) {
    this.random = random;
  }

  /** `held`: what is in memory, and so is not read. */
  ask(
    now: number,
    range: { readonly author: MemberId; readonly from: number; readonly to: number },
    asker: MemberId,
    stored: Spans,
    held: (sequence: number) => boolean,
  ): void {
    for (const { from, to } of stored.within(range.from, range.to))
      for (let sequence = from; sequence <= to; sequence++)
        if (!held(sequence)) this.want(now, range.author, sequence, asker);
  }

  /** Somebody repairs this one: what else we would read of its run can wait. */
  overheard(now: number, author: MemberId, sequence: number): void {
    const key = runKey(author, sequence);
    for (const run of this.reading.values()) if (run.author === author) run.wanted.delete(sequence);
    const run = this.waiting.get(key);
    if (run === undefined) return;
    run.wanted.delete(sequence);
    if (run.wanted.size === 0) this.waiting.delete(key);
    else run.at = Math.max(run.at, now + this.spreadMs() * (0.5 + this.random.next()));
  }

  nextTimeout(): number {
    return this.earliest;
  }

  /** Reads that are due; `mayRead`: there is room for what they bring. */
  handleTimeout(now: number, mayRead: () => boolean): Read[] {
    const reads: Read[] = [];
    for (const [request, run] of this.reading)
      if (now - run.at > READ_AGE_MAX_MS) this.reading.delete(request);
    for (const [key, run] of this.waiting) {
      if (run.at > now) continue;
      if (this.reading.size >= READS_OUTSTANDING_MAX || !mayRead()) break;
      this.waiting.delete(key);
      run.at = now;
      const request = ++this.request;
      this.reading.set(request, run);
      reads.push({ request, author: run.author, from: Math.min(...run.wanted), to: Math.max(...run.wanted) });
    }
    this.earliest = Infinity;
    // Where there is no room, the answer to a read or a repair that leaves makes some.
    for (const run of this.waiting.values())
      this.earliest = Math.min(this.earliest, Math.max(run.at, now + 2));
    return reads;
  }

  /** The answer is here: what was asked for, without what others have repaired meanwhile. */
  read(now: number, request: number): Run | undefined {
    const run = this.reading.get(request);
    if (run === undefined) return undefined;
    this.reading.delete(request);
    const [first] = run.wanted;
    if (first === undefined) return run;
    for (const [key, until] of this.served) if (until <= now) this.served.delete(key);
    this.served.set(runKey(run.author, first), now + READ_HOLDOFF_MS);
    return run;
  }

  get size(): number {
    return this.waiting.size + this.reading.size;
  }

  private want(now: number, author: MemberId, sequence: number, asker: MemberId): void {
    const key = runKey(author, sequence);
    if ((this.served.get(key) ?? -Infinity) > now) return;
    for (const run of this.reading.values())
      if (run.author === author && run.wanted.has(sequence)) return addAsker(run, asker);
    let run = this.waiting.get(key);
    if (run === undefined) {
      if (this.waiting.size >= READS_WAITING_MAX) return;
      const at = now + REPAIR_DELAY_MIN_MS + this.random.next() * this.spreadMs();
      run = { author, wanted: new Set(), askers: new Set(), at };
      this.waiting.set(key, run);
      this.earliest = Math.min(this.earliest, at);
    }
    run.wanted.add(sequence);
    addAsker(run, asker);
  }

  private spreadMs(): number {
    return REPAIR_DELAY_MAX_MS - REPAIR_DELAY_MIN_MS + REPAIR_SPREAD_MEMBER_MS * this.memberCount;
  }
}

/** Aligned, so that all holders cut a chain into the same runs. */
const runKey = (author: MemberId, sequence: number): string =>
  `${author}:${Math.floor(sequence / READ_RECORDS_MAX)}`;

function addAsker(run: Run, asker: MemberId): void {
  if (run.askers.size < WITHHELD_ASKERS_MAX) run.askers.add(asker);
}
