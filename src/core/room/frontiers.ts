/** What this member holds of the log, as HELLO tells it: a digest over all heads, and the heads in rotation. */
import { concatBytes, toHex } from '../../base/bytes.ts';
import type { MemberId } from '../../base/ids.ts';
import type { CryptoPort } from '../api.ts';
import type { FrontierSource } from '../membership/presence.ts';
import { SHORT_PREFIX_BYTES } from '../wire/hello.ts';
import type { FrontierEntry } from '../wire/hello.ts';
import { recordIdBytes, recordPrefix } from '../wire/id-bytes.ts';
import type { RecordLog } from './log.ts';

export class Frontiers implements FrontierSource {
  private readonly log: RecordLog;
  private readonly crypto: CryptoPort;
  private offset = 0;
  private cached:
    | { readonly version: number; readonly digest: string; readonly entries: readonly FrontierEntry[] }
    | undefined;
  private version = 0;

  private readonly only: MemberId | undefined;

  /** `only`: a process that does not catch up speaks for its own chain alone; it could mislead about others'. */
  constructor(log: RecordLog, crypto: CryptoPort, only: MemberId | undefined) {
    this.log = log;
    this.crypto = crypto;
    this.only = only;
  }

  /** The log changed. */
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
    const heads: { entry: FrontierEntry; id: Uint8Array }[] = [];
    for (const author of this.log.authors()) {
      const chain = this.log.chainOf(author);
      if (chain === undefined || (this.only !== undefined && author !== this.only)) continue;
      for (const [id, head] of chain.heads) {
        const floor = Math.min(Math.max(1, chain.base), head);
        heads.push({ entry: { author, floor, head, headPrefix: recordPrefix(id) }, id: recordIdBytes(id) });
      }
    }
    heads.sort((a, b) => (a.entry.headPrefix < b.entry.headPrefix ? -1 : 1));
    const digest = toHex(
      this.crypto.sha256(concatBytes(...heads.map((head) => head.id))).subarray(0, SHORT_PREFIX_BYTES),
    );
    this.cached = { version: this.version, digest, entries: heads.map((head) => head.entry) };
    return this.cached;
  }
}
