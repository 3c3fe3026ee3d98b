/** Tells who asks for records that they may not have: late, so that who may give them is first, and only once. */
import type { MemberId } from '../../base/ids.ts';
import type { Random } from '../../base/prng.ts';
import { NAK_ITEMS_MAX, REPAIR_SPREAD_MEMBER_MS, WITHHELD_ASKERS_MAX, WITHHELD_DELAY_MS } from '../limits.ts';
import type { NakRange } from '../wire/nak.ts';
import type { LogRecord } from '../wire/record.ts';
import type { WithheldFrame } from '../wire/withheld.ts';

interface Pending {
  readonly at: number;
  readonly records: Map<string, LogRecord>;
}

export class Withholding {
  private readonly random: Random;
  private readonly pending = new Map<MemberId, Pending>();
  private earliest = Infinity;
  memberCount = 1;

  constructor(random: Random) {
    this.random = random;
  }

  /** What a member asked for and we hold but may not give. */
  refuse(now: number, asker: MemberId, records: readonly LogRecord[]): void {
    if (records.length === 0) return;
    let pending = this.pending.get(asker);
    if (pending === undefined) {
      if (this.pending.size >= WITHHELD_ASKERS_MAX) return;
      const spread = WITHHELD_DELAY_MS + REPAIR_SPREAD_MEMBER_MS * this.memberCount;
      pending = { at: now + WITHHELD_DELAY_MS + spread * this.random.next(), records: new Map() };
      this.pending.set(asker, pending);
      this.earliest = Math.min(this.earliest, pending.at);
    }
    for (const record of records) pending.records.set(record.id, record);
  }

  /** Somebody gave it after all. */
  given({ id }: LogRecord): void {
    for (const { records } of this.pending.values()) records.delete(id);
  }

  /** Somebody else told them. */
  overheard({ asker, ranges }: WithheldFrame): void {
    const records = this.pending.get(asker)?.records;
    for (const [id, { author, sequence }] of records ?? [])
      if (ranges.some((range) => range.author === author && range.from <= sequence && sequence <= range.to))
        records?.delete(id);
  }

  nextTimeout(): number {
    return this.earliest;
  }

  handleTimeout(now: number, send: (asker: MemberId, ranges: readonly NakRange[]) => void): void {
    this.earliest = Infinity;
    for (const [asker, { at, records }] of this.pending) {
      if (at > now) {
        this.earliest = Math.min(this.earliest, at);
        continue;
      }
      this.pending.delete(asker);
      const ranges = rangesOf([...records.values()]);
      for (let i = 0; i < ranges.length; i += NAK_ITEMS_MAX) send(asker, ranges.slice(i, i + NAK_ITEMS_MAX));
    }
  }
}

function rangesOf(records: readonly LogRecord[]): NakRange[] {
  const sorted = records.toSorted((a, b) =>
    a.author === b.author ? a.sequence - b.sequence : a.author < b.author ? -1 : 1,
  );
  const ranges: { author: MemberId; from: number; to: number }[] = [];
  for (const { author, sequence } of sorted) {
    const last = ranges.at(-1);
    if (last?.author === author && sequence <= last.to + 1) last.to = sequence;
    else ranges.push({ author, from: sequence, to: sequence });
  }
  return ranges;
}
