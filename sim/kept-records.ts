/** The records of a virtual store, as the real one hands them back: the newest of each room, stretches of chains, ranges. */
import type { Bytes } from '../src/base/bytes.ts';
import type { MemberId, RecordId, RoomId } from '../src/base/ids.ts';
import type { KeptRecord, RoomHistory, StoredChain } from '../src/core/api.ts';

export interface StoredRecord {
  readonly id: RecordId;
  readonly author: MemberId;
  readonly sequence: number;
  readonly depth: number;
  readonly bytes: Bytes;
  readonly audience: string;
}

export class KeptRecords {
  private readonly rooms = new Map<RoomId, Map<RecordId, StoredRecord>>();
  private readonly windowMax: number;

  /** `windowMax`: newest records that a room is opened with; small, so that the rest is read when it is asked for. */
  constructor(windowMax: number) {
    this.windowMax = windowMax;
  }

  keep(room: RoomId, record: StoredRecord): void {
    const known = this.rooms.get(room) ?? new Map<RecordId, StoredRecord>();
    this.rooms.set(room, known.set(record.id, known.get(record.id) ?? record));
  }

  /** As a backup of the disk. */
  copy(): KeptRecords {
    const copy = new KeptRecords(this.windowMax);
    for (const [room, records] of this.rooms) copy.rooms.set(room, new Map(records));
    return copy;
  }

  has(room: RoomId, id: RecordId): boolean {
    return this.rooms.get(room)?.has(id) === true;
  }

  /** In the one order. */
  all(room: RoomId): StoredRecord[] {
    return [...(this.rooms.get(room)?.values() ?? [])].toSorted(
      (a, b) =>
        a.depth - b.depth ||
        (a.author === b.author ? 0 : a.author < b.author ? -1 : 1) ||
        a.sequence - b.sequence ||
        (a.id < b.id ? -1 : 1),
    );
  }

  history(room: RoomId, catchUp: boolean): RoomHistory {
    const all = this.all(room);
    const newest = new Map(all.map((record) => [record.author, record]));
    const start = all.length - this.windowMax;
    const records = all.filter((record, index) => index >= start || newest.get(record.author) === record);
    return { records: records.map(keptOf), floors: stretches(all), catchUp };
  }

  range(room: RoomId, author: MemberId, from: number, to: number): KeptRecord[] {
    const isAsked = (one: StoredRecord): boolean =>
      one.author === author && one.sequence >= from && one.sequence <= to;
    const found = [...(this.rooms.get(room)?.values() ?? [])].filter(isAsked);
    return found.toSorted((a, b) => a.sequence - b.sequence).map(keptOf);
  }
}

const keptOf = ({ bytes, audience }: StoredRecord): KeptRecord => ({ bytes, audience });

function stretches(records: readonly StoredRecord[]): StoredChain[] {
  const sequences = new Map<MemberId, Set<number>>();
  for (const { author, sequence } of records)
    sequences.set(author, (sequences.get(author) ?? new Set<number>()).add(sequence));
  return [...sequences].flatMap(([author, places]) => {
    const runs: { author: MemberId; floor: number; head: number }[] = [];
    for (const place of [...places].toSorted((a, b) => a - b)) {
      const last = runs.at(-1);
      if (last !== undefined && last.head + 1 === place) last.head = place;
      else runs.push({ author, floor: place, head: place });
    }
    return runs;
  });
}
