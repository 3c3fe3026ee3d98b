/**
 * What this member holds of the log, as HELLO tells it: a digest over all heads, and the heads in rotation. Only what is
 * durable counts, because a head of the listener's own chain is a receipt (protocol.md §6.5); what lies below the window
 * of memory is in the store, and counts as held.
 */
import { concatBytes, toHex } from '../../base/bytes.ts';
import type { MemberId, RecordId } from '../../base/ids.ts';
import type { CryptoPort } from '../api.ts';
import { BRANCHES_TOLD_MAX } from '../limits.ts';
import type { FrontierSource } from '../membership/presence.ts';
import { SHORT_PREFIX_BYTES } from '../wire/hello.ts';
import type { FrontierEntry } from '../wire/hello.ts';
import { recordIdBytes, recordPrefix } from '../wire/id-bytes.ts';
import { headsOf } from './chain.ts';
import type { Keeping } from './keeping.ts';
import type { RecordLog } from './log.ts';

interface Head {
  readonly entry: FrontierEntry;
  readonly id: RecordId;
}

export class Frontiers implements FrontierSource {
  private readonly log: RecordLog;
  private readonly keeping: Keeping;
  private readonly crypto: CryptoPort;
  private offset = 0;
  private cached:
    | { readonly version: number; readonly digest: string; readonly entries: readonly FrontierEntry[] }
    | undefined;
  private version = 0;

  private readonly only: MemberId | undefined;

  /** `only`: a process that does not catch up speaks for its own chain alone; it could mislead about others'. */
  constructor(log: RecordLog, keeping: Keeping, crypto: CryptoPort, only: MemberId | undefined) {
    this.log = log;
    this.keeping = keeping;
    this.crypto = crypto;
    this.only = only;
  }

  /** The log changed, or more of it is durable. */
  touch(): void {
    this.version++;
  }

  digest(): string {
    return this.current().digest;
  }

  entries(count: number): readonly FrontierEntry[] {
    const all = this.current().entries;
    if (all.length <= count) return all;
    const start = this.offset % all.length;
    this.offset = (start + count) % all.length;
    return Array.from({ length: count }, (_, i) => all[(start + i) % all.length] as FrontierEntry);
  }

  private current(): { readonly digest: string; readonly entries: readonly FrontierEntry[] } {
    if (this.cached?.version === this.version) return this.cached;
    const heads: Head[] = [];
    for (const author of this.log.authors())
      if (this.only === undefined || author === this.only) heads.push(...this.headsOf(author));
    heads.sort((a, b) => (a.id < b.id ? -1 : 1));
    const ids = heads.map(({ id }) => recordIdBytes(id));
    const digest = toHex(this.crypto.sha256(concatBytes(...ids)).subarray(0, SHORT_PREFIX_BYTES));
    this.cached = { version: this.version, digest, entries: heads.map((head) => head.entry) };
    return this.cached;
  }

  private headsOf(author: MemberId): Head[] {
    const chain = this.log.chainOf(author);
    if (chain === undefined) return [];
    const ids = new Map<RecordId, number>();
    for (const [head] of headsOf(chain)) {
      const durable = this.keeping.durableBefore(this.log, head);
      if (durable !== undefined) ids.set(durable.id, durable.sequence);
      if (ids.size >= BRANCHES_TOLD_MAX) break;
    }
    return [...ids].map(([id, head]) => ({
      id,
      entry: {
        author,
        floor: this.keeping.floorOf(author, head) ?? head,
        head,
        headPrefix: recordPrefix(id),
      },
    }));
  }
}
