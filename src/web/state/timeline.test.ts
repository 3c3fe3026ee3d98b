import { describe, expect, test } from 'vitest';
import type { MessageInfo } from '../../contract/api.ts';
import { buildTimeline, messageEntry, withEntry } from './timeline.ts';
import type { TimelineEntry } from './timeline.ts';

function message(id: string, depth: number, author = 'a', sequence = 1): MessageInfo {
  const from = { id: author, name: author };
  return { room: 'lobby', from, text: id, id, at: 0, own: false, depth, sequence, cursor: id };
}

const ids = (timeline: readonly TimelineEntry[]): string => timeline.map((entry) => entry.id).join(' ');

describe('the order of a timeline', () => {
  test('is depth, then author, then sequence, then id, whatever order things come in', () => {
    const inOrder = [
      message('m1', 1, 'b', 9),
      message('m2', 2, 'a', 7),
      message('m3', 2, 'b', 1),
      message('m4', 2, 'b', 2),
      message('m5', 2, 'b', 2),
    ];
    expect(ids(buildTimeline(inOrder.toReversed(), [], 100))).toBe('m1 m2 m3 m4 m5');
    const oneByOne = [3, 0, 4, 1, 2].reduce<readonly TimelineEntry[]>(
      (timeline, index) => withEntry(timeline, messageEntry(inOrder[index]!), 100),
      [],
    );
    expect(ids(oneByOne)).toBe('m1 m2 m3 m4 m5');
  });

  test('counts numbers as numbers', () => {
    expect(ids(buildTimeline([message('late', 10), message('early', 9)], [], 100))).toBe('early late');
  });
});

describe('an entry that is there already', () => {
  test('is replaced, not doubled', () => {
    const before = buildTimeline([message('m1', 1), message('m2', 2)], [], 100);
    const after = withEntry(before, messageEntry({ ...message('m1', 1), text: 'again' }), 100);
    expect(ids(after)).toBe('m1 m2');
    expect(after[0]).toMatchObject({ message: { text: 'again' } });
    expect(before[0]).toMatchObject({ message: { text: 'm1' } });
  });

  test('is shown once when a snapshot repeats it', () => {
    expect(ids(buildTimeline([message('m1', 1), message('m1', 1)], [], 100))).toBe('m1');
  });
});

test('a full timeline drops its oldest entry and takes nothing older', () => {
  const full = buildTimeline([message('m2', 2), message('m3', 3), message('m4', 4)], [], 3);
  expect(ids(withEntry(full, messageEntry(message('m5', 5)), 3))).toBe('m3 m4 m5');
  expect(ids(withEntry(full, messageEntry(message('m3b', 3, 'b')), 3))).toBe('m3 m3b m4');
  expect(ids(withEntry(full, messageEntry(message('m1', 1)), 3))).toBe('m2 m3 m4');
});
