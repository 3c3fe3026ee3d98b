import { describe, expect, test } from 'vitest';
import { timelineRows } from './rows.ts';
import { messageEntry } from './timeline.ts';
import type { TimelineEntry } from './timeline.ts';

const NOW = new Date(2026, 10, 26, 12).getTime();
const HOUR = 3_600_000;

function entry(id: string, at: number, author = 'a'): TimelineEntry {
  const from = { id: author, name: author };
  return messageEntry({
    room: 'lobby',
    from,
    text: id,
    id,
    at,
    own: false,
    depth: 1,
    sequence: 1,
    cursor: id,
  });
}

const kinds = (entries: readonly TimelineEntry[], firstUnread?: string): string =>
  timelineRows(entries, [], firstUnread, NOW)
    .map((row) => (row.kind === 'entry' ? row.key + (row.continued ? '+' : '') : row.kind))
    .join(' ');

describe('the rows of a timeline', () => {
  test('a line begins each day', () => {
    expect(kinds([entry('x', NOW - 30 * HOUR), entry('y', NOW - HOUR), entry('z', NOW)])).toBe(
      'day x day y z',
    );
  });

  test('what follows closely is one group, until a day or the unread line comes between', () => {
    expect(kinds([entry('x', NOW), entry('y', NOW + 1), entry('z', NOW + 2, 'b')])).toBe('day x y+ z');
    expect(kinds([entry('x', NOW), entry('y', NOW + 1)], 'y')).toBe('day x unread y');
  });

  test('clocks that are wrong, or lie, begin no days of their own', () => {
    const lies = [NOW * 9, Number.MAX_SAFE_INTEGER, Number.NaN, -8.64e15, 0].map((at, index) =>
      entry(`l${index}`, at, `l${index}`),
    );
    expect(kinds([entry('x', NOW), ...lies, entry('y', NOW + 1)])).toBe('day x l0 l1 l2 l3 l4 y');
    expect(kinds(lies.slice(0, 3))).toBe('l0 l1 l2');
  });
});
