/** What stands in the timeline, line by line: days, where the unread begins, entries, and files being handed over. Pure. */
import type { Upload } from './state.ts';
import { authorOf, timeOf } from './timeline.ts';
import type { TimelineEntry } from './timeline.ts';

export type TimelineRow =
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  | { readonly kind: 'unread'; readonly key: string }
  | {
      readonly kind: 'entry';
      readonly key: string;
      readonly entry: TimelineEntry;
      /** Follows another entry of the same author closely: who it is from need not be shown again. */
      readonly continued: boolean;
    }
  | { readonly kind: 'upload'; readonly key: string; readonly upload: Upload };

/** Entries of one author closer than this are shown as one group. */
const GROUP_MS = 5 * 60_000;
/** Clocks of others may be wrong; what claims to be from after tomorrow begins no day. */
const AHEAD_MS_MAX = 86_400_000;

/**
 * The rows of a room. The order is causal, so times may go back: a day line stands only where a later day than all before
 * begins. `firstUnread`: id of the entry that the user has not seen yet.
 */
export function timelineRows(
  entries: readonly TimelineEntry[],
  uploads: readonly Upload[],
  firstUnread: string | undefined,
  now: number,
): readonly TimelineRow[] {
  const rows: TimelineRow[] = [];
  let dayEnd = -Infinity;
  let previous: TimelineEntry | undefined;
  for (const entry of entries) {
    const at = timeOf(entry);
    if (at >= dayEnd && at < now + AHEAD_MS_MAX) {
      dayEnd = endOfDay(at);
      rows.push({ kind: 'day', key: `day ${dayEnd}`, at });
      previous = undefined;
    }
    if (entry.id === firstUnread) {
      rows.push({ kind: 'unread', key: 'unread' });
      previous = undefined;
    }
    rows.push({ kind: 'entry', key: entry.id, entry, continued: isContinued(previous, entry) });
    previous = entry;
  }
  for (const upload of uploads) rows.push({ kind: 'upload', key: `upload ${upload.key}`, upload });
  return rows;
}

function isContinued(previous: TimelineEntry | undefined, entry: TimelineEntry): boolean {
  return (
    previous !== undefined &&
    authorOf(previous).id === authorOf(entry).id &&
    Math.abs(timeOf(entry) - timeOf(previous)) < GROUP_MS
  );
}

/** When the day of `at` is over, by the clock of this computer. */
function endOfDay(at: number): number {
  const date = new Date(at);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime();
}
