/** What the store knows of a room becomes the window of memory again, without a word to anybody (protocol.md §6.7). */
import type { RoomId } from '../../base/ids.ts';
import type { KeptRecord, RoomHistory } from '../api.ts';
import type { Context } from '../context.ts';
import { LOG_BYTES_MAX, LOG_RECORDS_MAX } from '../limits.ts';
import { parseRecord } from '../wire/record.ts';
import type { LogRecord } from '../wire/record.ts';
import type { RoomAccess } from './access.ts';
import type { Keeping } from './keeping.ts';
import type { RecordLog } from './log.ts';

export function restoreHistory(
  context: Context,
  room: RoomId,
  access: RoomAccess,
  log: RecordLog,
  keeping: Keeping,
  history: RoomHistory,
): void {
  for (const { author, upTo } of history.forgotten ?? []) log.forget(author, upTo);
  for (const kept of newestOf(history.records)) {
    const record = fromStore(context, room, access, kept);
    if (record === undefined) continue;
    log.restore(record);
    keeping.isStored(record);
  }
}

/** The store is ours: a record in it that does not parse is damage, and the chain goes on without it. */
export function fromStore(
  context: Context,
  room: RoomId,
  access: RoomAccess,
  { bytes, audience }: KeptRecord,
): LogRecord | undefined {
  const record = parseRecord(context.crypto, bytes);
  if (record === undefined || record.room !== room) {
    context.count('restore-refused');
    return undefined;
  }
  access.restored(record, audience);
  return record;
}

/** Half of what memory holds, so that the room's next record does not drop them again. */
function newestOf(records: readonly KeptRecord[]): readonly KeptRecord[] {
  let start = records.length;
  let bytes = 0;
  while (start > 0 && records.length - start < LOG_RECORDS_MAX / 2) {
    bytes += records[start - 1]?.bytes.length ?? 0;
    if (bytes > LOG_BYTES_MAX / 2) break;
    start--;
  }
  return records.slice(start);
}
