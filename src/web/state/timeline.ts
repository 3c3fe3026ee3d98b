/**
 * The timeline of a room: messages and transfers in the one causal order that every member sees,
 * (depth, author, sequence, id). A list is never changed in place, so that React sees by reference what is new.
 */
import type { TimelineEntry as ApiEntry, MessageInfo, TransferInfo } from '../../contract/api.ts';

export type TimelineEntry =
  | (Hideable & { readonly kind: 'message'; readonly id: string; readonly message: MessageInfo })
  | (Hideable & { readonly kind: 'transfer'; readonly id: string; readonly transfer: TransferInfo });

interface Hideable {
  /** Its author had been removed when it was written, so it does not count. */
  readonly hidden?: boolean;
}

/** What the order compares. */
interface Position {
  readonly depth: number;
  readonly author: string;
  readonly sequence: number;
  readonly id: string;
}

export function messageEntry(message: MessageInfo): TimelineEntry {
  return { kind: 'message', id: message.id, message };
}

export function transferEntry(transfer: TransferInfo): TimelineEntry {
  return { kind: 'transfer', id: transfer.message, transfer };
}

/** The author of an entry, whatever its kind. */
export function authorOf(entry: TimelineEntry): { readonly id: string; readonly name: string } {
  return entry.kind === 'message' ? entry.message.from : entry.transfer.from;
}

export function isOwn(entry: TimelineEntry): boolean {
  return entry.kind === 'message' ? entry.message.own : entry.transfer.own;
}

export function timeOf(entry: TimelineEntry): number {
  return entry.kind === 'message' ? entry.message.at : entry.transfer.at;
}

/** A file, in whatever room it is. */
export function transferById(
  timelines: Readonly<Record<string, readonly TimelineEntry[]>>,
  id: string,
): TransferInfo | undefined {
  for (const timeline of Object.values(timelines)) {
    const entry = timeline.findLast((one) => one.kind === 'transfer' && one.transfer.transfer === id);
    if (entry?.kind === 'transfer') return entry.transfer;
  }
  return undefined;
}

/** All entries of one room in order, each once. */
export function buildTimeline(
  messages: readonly MessageInfo[],
  transfers: readonly TransferInfo[],
  entriesMax: number,
): readonly TimelineEntry[] {
  const byId = new Map<string, TimelineEntry>();
  for (const message of messages) byId.set(message.id, messageEntry(message));
  for (const transfer of transfers) byId.set(transfer.message, transferEntry(transfer));
  return [...byId.values()].sort(compareEntries).slice(-entriesMax);
}

/** Entries of a page of the daemon's. */
export const entriesOf = (page: readonly ApiEntry[]): readonly TimelineEntry[] =>
  page.map((one) => (one.kind === 'message' ? messageEntry(one.message) : transferEntry(one.transfer)));

/** The list with a further page of entries; what is in both stays as it is. */
export function withPage(
  timeline: readonly TimelineEntry[],
  page: readonly ApiEntry[],
): readonly TimelineEntry[] {
  const known = new Set(timeline.map(({ id }) => id));
  return [...entriesOf(page).filter(({ id }) => !known.has(id)), ...timeline].sort(compareEntries);
}

/** The last message that the user wrote, of those that are here, and that can be changed. */
export function lastOwnMessage(timeline: readonly TimelineEntry[]): MessageInfo | undefined {
  const own = timeline.findLast(
    (entry) => entry.kind === 'message' && entry.message.own && entry.message.deleted !== true,
  );
  return own?.kind === 'message' ? own.message : undefined;
}

/** Where the entries that are here begin, as the daemon names it; undefined where nothing is here. */
export function beginningOf(timeline: readonly TimelineEntry[]): string | undefined {
  const first = timeline.find((entry) => entry.kind === 'message');
  return first?.kind === 'message' ? first.message.cursor : undefined;
}

/** Is there an entry at the place of `entry` already, an older state of it? */
export function hasEntry(timeline: readonly TimelineEntry[], entry: TimelineEntry): boolean {
  const present = timeline[insertionIndex(timeline, entry)];
  return present !== undefined && compareEntries(present, entry) === 0;
}

/** The list with the entries of `ids` marked as written after a removal. */
export function withHidden(
  timeline: readonly TimelineEntry[],
  ids: ReadonlySet<string>,
): readonly TimelineEntry[] {
  return timeline.map((entry) => (ids.has(entry.id) ? { ...entry, hidden: true } : entry));
}

/** The list with `entry` in its place: added, or put instead of the older state of the same entry. */
export function withEntry(
  timeline: readonly TimelineEntry[],
  entry: TimelineEntry,
  entriesMax: number,
): readonly TimelineEntry[] {
  const index = insertionIndex(timeline, entry);
  const present = timeline[index];
  if (present !== undefined && compareEntries(present, entry) === 0) {
    // What was cut by a removal stays cut, whatever its transfer still reports.
    return timeline.with(index, present.hidden === true ? { ...entry, hidden: true } : entry);
  }
  if (timeline.length < entriesMax) return timeline.toSpliced(index, 0, entry);
  // Full: the oldest goes, and what would be older still is not taken.
  return index === 0 ? timeline : [...timeline.slice(1, index), entry, ...timeline.slice(index)];
}

function positionOf(entry: TimelineEntry): Position {
  const { depth, sequence, from } = entry.kind === 'message' ? entry.message : entry.transfer;
  return { depth, author: from.id, sequence, id: entry.id };
}

function compareEntries(a: TimelineEntry, b: TimelineEntry): number {
  const left = positionOf(a);
  const right = positionOf(b);
  return (
    left.depth - right.depth ||
    compareText(left.author, right.author) ||
    left.sequence - right.sequence ||
    compareText(left.id, right.id)
  );
}

/** By code unit: ids are lower-case hexadecimal, and a locale must not change the order. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Index of the first entry that does not come before `entry`. New entries mostly belong at the end. */
function insertionIndex(timeline: readonly TimelineEntry[], entry: TimelineEntry): number {
  let low = 0;
  let high = timeline.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = timeline[middle];
    if (at !== undefined && compareEntries(at, entry) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
