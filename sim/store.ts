/**
 * One member's virtual store: the own records that outlive a crash. A commit takes time; a crash before its end
 * loses the record, one between its end and the acknowledgement keeps it, and the core must cope with both.
 */
import type { Bytes } from '../src/base/bytes.ts';
import type { RecordId, RoomId } from '../src/base/ids.ts';
import type { OwnChain } from '../src/core/api.ts';
import { OWN_RECORDS_RESTORED_MAX } from '../src/core/limits.ts';

interface StoredRecord {
  readonly id: RecordId;
  readonly sequence: number;
  readonly bytes: Bytes;
}

export class VirtualStore {
  private readonly rooms = new Map<RoomId, StoredRecord[]>();

  commit(room: RoomId, record: StoredRecord): void {
    let records = this.rooms.get(room);
    if (records === undefined) this.rooms.set(room, (records = []));
    if (records.some((known) => known.id === record.id)) return;
    records.push(record);
    records.sort((a, b) => a.sequence - b.sequence);
  }

  /** What `join` hands back to the core. */
  chain(room: RoomId, catchUp: boolean): OwnChain {
    const records = this.rooms.get(room) ?? [];
    return { records: records.slice(-OWN_RECORDS_RESTORED_MAX).map((record) => record.bytes), catchUp };
  }
}
