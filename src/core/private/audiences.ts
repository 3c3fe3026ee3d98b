/**
 * Who could read a record of a private room when it first came, and so may be given it again (protocol.md §8.4). The store
 * keeps it with the record as a short id, and the list that an id stands for once, so that a restart changes nothing.
 * A record whose audience is not known any more is given to nobody.
 */
import { concatBytes, toHex } from '../../base/bytes.ts';
import type { MemberId } from '../../base/ids.ts';
import type { AudienceEntry, CryptoPort } from '../api.ts';
import { AUDIENCES_MAX } from '../limits.ts';
import { memberIdBytes } from '../wire/id-bytes.ts';
import type { LogRecord } from '../wire/record.ts';

const UNKNOWN = '';
const ID_BYTES = 16;

export class Audiences {
  private readonly crypto: CryptoPort;
  private readonly self: MemberId;
  private readonly store: (entry: AudienceEntry) => void;
  private readonly known = new Map<string, ReadonlySet<MemberId>>();
  private readonly ofRecord = new WeakMap<LogRecord, string>();
  /** The id of a set that was seen before, which is most of the time the one of the last record. */
  private readonly ids = new WeakMap<ReadonlySet<MemberId>, string>();

  constructor(
    crypto: CryptoPort,
    self: MemberId,
    stored: readonly AudienceEntry[],
    store: (entry: AudienceEntry) => void,
  ) {
    this.crypto = crypto;
    this.self = self;
    this.store = store;
    for (const { id, members } of stored.slice(-AUDIENCES_MAX)) this.known.set(id, new Set(members));
  }

  /** These can read it. */
  note(record: LogRecord, members: ReadonlySet<MemberId>): void {
    this.ofRecord.set(record, this.idOf(members));
  }

  /** As `of` gave it, in this process or an earlier one. */
  restore(record: LogRecord, id: string): void {
    this.ofRecord.set(record, id);
  }

  of(record: LogRecord): string {
    return this.ofRecord.get(record) ?? UNKNOWN;
  }

  members(record: LogRecord): ReadonlySet<MemberId> {
    return this.known.get(this.of(record)) ?? new Set([this.self]);
  }

  get size(): number {
    return this.known.size;
  }

  private idOf(members: ReadonlySet<MemberId>): string {
    const seen = this.ids.get(members);
    if (seen !== undefined) return seen;
    const sorted = [...members].toSorted();
    const digest = this.crypto.sha256(concatBytes(...sorted.map(memberIdBytes)));
    const id = toHex(digest.subarray(0, ID_BYTES));
    if (!this.known.has(id)) {
      if (this.known.size >= AUDIENCES_MAX) return UNKNOWN;
      this.known.set(id, new Set(sorted));
      this.store({ id, members: sorted });
    }
    this.ids.set(members, id);
    return id;
  }
}
