/** The history of rooms in a real database file. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MemberId, RecordId, RoomId, TransferId } from '../../src/base/ids.ts';
import type { Content, Entry, Line } from '../../src/store/history/entries.ts';
import { decodeCursor, encodeCursor, FIRST_PLACE, LAST_PLACE } from '../../src/store/history/order.ts';
import { openStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { forget, newFolder } from './running.ts';

let folder: string;
let store: Store;
beforeEach(() => {
  folder = newFolder();
  store = open();
});
afterEach(() => {
  store.close();
  forget(folder);
});

function open(): Store {
  const opened = openStore(join(folder, 'starling.db'));
  if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.detail}`);
  return opened.value;
}

const hex = (text: string, digits: number): string =>
  createHash('sha256').update(text).digest('hex').slice(0, digits);
const ROOM = hex('lobby', 32) as RoomId;
const OTHER = hex('other', 32) as RoomId;
const FINCH = hex('Finch', 32) as MemberId;
const HERON = hex('Heron', 32) as MemberId;
const idOf = (author: MemberId, sequence: number, branch = ''): RecordId =>
  hex(`${author} ${sequence} ${branch}`, 64) as RecordId;

function entry(
  author: MemberId,
  sequence: number,
  content: Content | string,
  more: Partial<Entry> = {},
): Entry {
  return {
    room: ROOM,
    id: idOf(author, sequence),
    author,
    sequence,
    depth: sequence,
    at: 1_790_000_000_000 + 1000 * sequence,
    own: author === FINCH,
    name: author === FINCH ? 'Finch' : 'Heron',
    audience: '',
    bytes: new Uint8Array([sequence]),
    content: typeof content === 'string' ? { kind: 'message', text: content } : content,
    ...more,
  };
}
const texts = (lines: readonly Line[]): string[] => lines.map(({ text }) => text);
const all = (): readonly Line[] => store.history.timeline.before(ROOM, LAST_PLACE, 1000);
const found = (query: string, more = {}): string[] =>
  store.history.search({ query, limit: 50, ...more }).map(({ line }) => line.text);

/** Every order of a list. */
function orders<T>(list: readonly T[]): T[][] {
  if (list.length <= 1) return [[...list]];
  return list.flatMap((one, index) => orders(list.toSpliced(index, 1)).map((rest) => [one, ...rest]));
}

describe('a timeline', () => {
  test('is in the one order, whatever came first, and the same after opening again', () => {
    const entries = [
      entry(FINCH, 1, 'one'),
      entry(HERON, 1, 'two', { depth: 2 }),
      entry(FINCH, 2, 'three', { depth: 3 }),
      entry(HERON, 2, 'four', { depth: 3 }),
    ];
    const expected = FINCH < HERON ? ['one', 'two', 'three', 'four'] : ['one', 'two', 'four', 'three'];
    store.history.keep(entries.toReversed());
    expect(texts(all())).toEqual(expected);
    store.close();
    store = open();
    expect(texts(all())).toEqual(expected);
  });

  test('tells what is new once, and takes the same record once', () => {
    const one = entry(FINCH, 1, 'one');
    expect(texts(store.history.keep([one]).added)).toEqual(['one']);
    expect(store.history.keep([one])).toEqual({ added: [], changed: [], read: [] });
    expect(all()).toHaveLength(1);
  });

  test('pages both ways without a line twice or missing, also between lines of one depth', () => {
    const entries = Array.from({ length: 100 }, (_, i) => [
      entry(FINCH, i + 1, `f${i}`, { depth: 1 + Math.floor(i / 10) }),
      entry(HERON, i + 1, `h${i}`, { depth: 1 + Math.floor(i / 10) }),
    ]).flat();
    store.history.keep(entries);
    const whole = texts(all());
    const { timeline } = store.history;
    const back: Line[] = [];
    for (let page = timeline.before(ROOM, LAST_PLACE, 7); page.length > 0;) {
      back.unshift(...page);
      const cursor = decodeCursor(encodeCursor(page[0] as Line));
      page = timeline.before(ROOM, cursor!, 7);
    }
    expect(texts(back)).toEqual(whole);
    const forth: Line[] = [];
    for (let page = timeline.after(ROOM, FIRST_PLACE, 7); page.length > 0;) {
      forth.push(...page);
      page = timeline.after(ROOM, page.at(-1) as Line, 7);
    }
    expect(texts(forth)).toEqual(whole);
    expect(whole).toHaveLength(200);
  });

  test('begins at a date where that is asked for', () => {
    store.history.keep([1, 2, 3].map((day) => entry(FINCH, day, `day ${day}`, { at: day * 86_400_000 })));
    expect(store.history.timeline.atTime(ROOM, 2 * 86_400_000 - 5)?.text).toBe('day 2');
    expect(store.history.timeline.atTime(ROOM, 9 * 86_400_000)).toBeUndefined();
  });

  test('a cursor that nobody gave is none', () => {
    for (const text of ['', '1.2.3', '1..x.', '9'.repeat(17) + '...', '-1.aa.1.bb', '1.aa.1.bb;drop'])
      expect(decodeCursor(text)).toBeUndefined();
  });
});

describe('what is said about a line', () => {
  const target = idOf(FINCH, 1);
  const said = [
    entry(FINCH, 1, 'helo'),
    entry(FINCH, 2, { kind: 'edit', target, text: 'hello' }),
    entry(FINCH, 3, { kind: 'edit', target, text: 'hello!' }),
    entry(HERON, 1, { kind: 'edit', target, text: 'not yours' }, { depth: 4 }),
    entry(HERON, 2, { kind: 'reaction', target, emoji: '👍', on: true }, { depth: 5 }),
    entry(HERON, 3, { kind: 'reaction', target, emoji: '👍', on: false }, { depth: 6 }),
  ];

  test('comes out the same in every order of arrival: the last edit of its author, the last word on a reaction', () => {
    const outcomes = orders(said).map((order, index) => {
      const room = hex(`room ${index}`, 32) as RoomId;
      for (const one of order) store.history.keep([{ ...one, room }]);
      const [line] = store.history.timeline.before(room, LAST_PLACE, 10);
      return JSON.stringify([line?.text, line?.editedAt, line?.reactions]);
    });
    expect(outcomes).toHaveLength(720);
    expect([...new Set(outcomes)]).toEqual([JSON.stringify(['hello!', 1_790_000_003_000, []])]);
  });

  test('an edit is found by its new words, and not by its old ones', () => {
    const kept = said.slice(0, 2).map((one) => store.history.keep([one]));
    expect(texts(kept[1]!.changed)).toEqual(['hello']);
    expect(found('hello')).toEqual(['hello']);
    expect(found('helo')).toEqual([]);
  });

  test('its author takes it back, nobody else does, and an edit does not bring it again', () => {
    store.history.keep([said[0] as Entry, entry(HERON, 1, { kind: 'delete', target })]);
    expect(texts(all())).toEqual(['helo']);
    store.history.keep([entry(FINCH, 4, { kind: 'delete', target })]);
    expect(all()).toMatchObject([{ text: '', deleted: true, reactions: [] }]);
    store.history.keep([entry(FINCH, 5, { kind: 'edit', target, text: 'back' })]);
    expect(all()).toMatchObject([{ text: '', deleted: true }]);
    expect(found('helo')).toEqual([]);
    expect(found('back')).toEqual([]);
  });

  test('one person has so many emoji on a message and no more', () => {
    store.history.keep([
      said[0] as Entry,
      ...Array.from({ length: 40 }, (_, i) =>
        entry(HERON, i + 1, { kind: 'reaction', target, emoji: `e${i}`, on: true }),
      ),
    ]);
    expect(all()[0]?.reactions.map(({ emoji }) => emoji)).toEqual(
      Array.from({ length: 8 }, (_, i) => `e${i}`),
    );
  });

  test('read marks go forward only', () => {
    const mark = (sequence: number, to: RecordId): Entry =>
      entry(HERON, sequence, { kind: 'read', target: to });
    expect(store.history.keep([mark(2, target)]).read).toEqual([ROOM]);
    expect(store.history.keep([mark(1, idOf(FINCH, 9))]).read).toEqual([]);
    expect(store.history.marks(ROOM)).toEqual([{ member: HERON, message: target }]);
  });
});

describe('search', () => {
  test.each([
    ['meeting', ['The meeting is at nine']],
    ['MEETING nine', ['The meeting is at nine']],
    ['meet', ['The meeting is at nine']],
    ['eeting', []],
    ['resume', ['Résumé.pdf']],
    ['北京', ['我明天去北京开会']],
    ['京北', []],
    ['明天', ['我明天去北京开会']],
    ['明天 开会', ['我明天去北京开会']],
    ['heron', ['The meeting is at nine']],
    ['"meeting" OR', []],
    ['nine*', ['The meeting is at nine']],
    ['!!!', []],
    ['text:meeting', []],
  ])('%s', (query, expected) => {
    store.history.keep([
      entry(FINCH, 1, '我明天去北京开会'),
      entry(HERON, 1, 'The meeting is at nine'),
      entry(FINCH, 2, {
        kind: 'file',
        transfer: hex('t', 32) as TransferId,
        fileName: 'Résumé.pdf',
        size: 7,
      }),
    ]);
    expect(found(query)).toEqual(expected);
  });

  test('by room, author, kind and time, and page by page', () => {
    store.history.keep(
      Array.from({ length: 30 }, (_, i) => [
        entry(FINCH, i + 1, `word ${i}`),
        entry(HERON, i + 1, `word of Heron ${i}`),
      ]).flat(),
    );
    store.history.keep([entry(FINCH, 1, 'word elsewhere', { room: OTHER, id: idOf(FINCH, 1, 'other') })]);
    expect(found('word', { room: OTHER })).toEqual(['word elsewhere']);
    expect(found('word', { author: HERON, limit: 2 })).toEqual(['word of Heron 29', 'word of Heron 28']);
    expect(found('', { author: HERON, limit: 1 })).toEqual(['word of Heron 29']);
    expect(found('word', { kind: 'file' })).toEqual([]);
    const at = 1_790_000_005_000;
    expect(found('word', { room: ROOM, since: at, until: at })).toEqual(['word of Heron 4', 'word 4']);
    expect(found('word', { since: 1, until: 2 })).toEqual([]);
    const first = store.history.search({ query: 'word', limit: 40 });
    const rest = store.history.search({ query: 'word', limit: 40, before: first.at(-1)!.line.serial });
    expect(new Set([...first, ...rest].map(({ line }) => line.serial)).size).toBe(61);
  });

  test('says where the words stand, in the units of the text', () => {
    store.history.keep([entry(FINCH, 1, '👋 Café, CAFE; decaf. 在北京，北京')]);
    const [hit] = store.history.search({ query: 'cafe 北京', limit: 1 });
    expect(hit?.highlights.map(([from, to]) => hit.line.text.slice(from, to))).toEqual([
      'Café',
      'CAFE',
      '北京',
      '北京',
    ]);
  });
});

test('unread lines are those of others after our own place, which goes forward only', () => {
  store.history.keep([entry(HERON, 1, 'a'), entry(HERON, 2, 'b', { depth: 2 })]);
  const [first, last] = all();
  expect(store.history.unread(ROOM)).toBe(2);
  expect(store.history.readUpTo(ROOM, first!)).toBe(true);
  expect(store.history.unread(ROOM)).toBe(1);
  expect(store.history.readUpTo(ROOM, last!)).toBe(true);
  expect(store.history.readUpTo(ROOM, first!)).toBe(false);
  expect(store.history.unread(ROOM)).toBe(0);
});

test('who writes has read what stands above, and nothing below', () => {
  store.history.keep([
    entry(HERON, 1, 'a'),
    entry(FINCH, 1, 'mine', { depth: 2 }),
    entry(HERON, 2, 'b', { depth: 3 }),
  ]);
  expect(store.history.unread(ROOM)).toBe(1);
  store.history.keep([entry(FINCH, 2, 'mine, seen late', { depth: 1 })]);
  expect(store.history.unread(ROOM)).toBe(1);
});

test('what is hidden is not shown, found or counted any more, and its record is still there for others', () => {
  store.history.keep([entry(HERON, 1, 'secret word')]);
  expect(store.history.hide(ROOM, idOf(HERON, 1))).toBe(true);
  expect(all()).toEqual([]);
  expect(found('secret')).toEqual([]);
  expect(store.history.unread(ROOM)).toBe(0);
  expect(store.history.range(ROOM, HERON, 1, 1)).toHaveLength(1);
  expect(store.history.keep([entry(HERON, 1, 'secret word')]).added).toEqual([]);
});

test('what somebody said after its removal is cut, and comes back where the removal is undone', () => {
  store.history.keep([1, 2, 3].map((sequence) => entry(HERON, sequence, `line ${sequence}`)));
  expect(store.history.cut(ROOM, HERON, 1)).toHaveLength(2);
  expect(texts(all())).toEqual(['line 1']);
  expect(found('line')).toEqual(['line 1']);
  expect(store.history.cut(ROOM, HERON, 1)).toEqual([]);
  store.history.cut(ROOM, HERON, Number.POSITIVE_INFINITY);
  expect(all()).toHaveLength(3);
});

describe('for the core', () => {
  test('stretches grow at both ends and join, forks or not', () => {
    const stretches = (): unknown => store.history.stretches(ROOM).map(({ floor, head }) => [floor, head]);
    const keep = (sequence: number, branch = ''): void =>
      void store.history.keep([entry(HERON, sequence, 'x', { id: idOf(HERON, sequence, branch) })]);
    keep(5);
    keep(7);
    expect(stretches()).toEqual([
      [5, 5],
      [7, 7],
    ]);
    keep(8);
    keep(4);
    keep(4, 'fork');
    expect(stretches()).toEqual([
      [4, 5],
      [7, 8],
    ]);
    keep(6);
    keep(7, 'fork');
    keep(1);
    expect(stretches()).toEqual([
      [1, 1],
      [4, 8],
    ]);
  });

  test('any arrival order gives the same stretches', () => {
    for (const order of orders([1, 2, 3, 5, 6])) {
      const room = hex(`s ${order.join()}`, 32) as RoomId;
      for (const sequence of order) store.history.keep([entry(HERON, sequence, 'x', { room })]);
      const found = store.history.stretches(room).map(({ floor, head }) => [floor, head]);
      expect(found).toEqual([
        [1, 3],
        [5, 6],
      ]);
    }
  });

  test('a join gets the newest records ascending, and the newest of everybody', () => {
    store.history.keep([entry(HERON, 1, 'long ago')]);
    store.history.keep(Array.from({ length: 2000 }, (_, i) => entry(FINCH, i + 1, 'x', { depth: i + 2 })));
    const restored = store.history.restored(ROOM);
    expect(restored).toHaveLength(1025);
    expect(restored[0]?.bytes[0]).toBe(1);
    expect(restored.at(-1)?.bytes[0]).toBe(2000 % 256);
    expect(store.history.range(ROOM, FINCH, 10, 12).map(({ bytes }) => bytes[0])).toEqual([10, 11, 12]);
    expect(store.history.range(OTHER, FINCH, 1, 2)).toEqual([]);
  });
});

test('a room forgets what is older than it keeps, in steps, but never the newest record of anybody', () => {
  const day = 86_400_000;
  const now = 100 * day;
  store.history.keep([
    ...Array.from({ length: 1200 }, (_, i) => entry(FINCH, i + 1, `old ${i}`, { at: day })),
    entry(HERON, 1, 'old of Heron', { at: day }),
    entry(FINCH, 1201, 'young', { at: now - day }),
  ]);
  store.history.keep([entry(HERON, 2, 'kept elsewhere', { room: OTHER, at: day })]);
  store.history.setRetention(ROOM, 30);
  expect(store.history.retentionDays(ROOM)).toBe(30);
  let steps = 1;
  while (store.history.forgetOld(now).hasMore) steps++;
  expect(steps).toBe(3);
  expect(texts(all())).toEqual(['young']);
  expect(found('old')).toEqual([]);
  expect(
    store.history
      .stretches(ROOM)
      .map(({ floor, head }) => [floor, head])
      .toSorted(([a = 0], [b = 0]) => a - b),
  ).toEqual([
    [1, 1],
    [1201, 1201],
  ]);
  expect(store.history.range(ROOM, FINCH, 1, 2000)).toHaveLength(1);
  expect(store.history.forgotten(ROOM)).toEqual([{ author: FINCH, upTo: 1200 }]);
  expect(store.history.timeline.before(OTHER, LAST_PLACE, 5)).toHaveLength(1);
  store.history.setRetention(ROOM, undefined);
  expect(store.history.retentionDays(ROOM)).toBeUndefined();
});

test('nothing of a room is left when it is forgotten', () => {
  store.history.keep([entry(HERON, 1, 'gone'), entry(HERON, 1, 'stays', { room: OTHER })]);
  store.history.forgetRoom(ROOM);
  expect(all()).toEqual([]);
  expect(found('gone')).toEqual([]);
  expect(found('stays')).toEqual(['stays']);
  expect(store.history.stretches(ROOM)).toEqual([]);
});

test('a room that is emptied shows nothing, keeps what chains go on from, and fetches nothing again', () => {
  store.history.keep([
    entry(FINCH, 1, 'first'),
    entry(FINCH, 2, 'second'),
    entry(HERON, 1, 'of Heron'),
    entry(HERON, 1, 'stays', { room: OTHER }),
  ]);
  store.history.setRetention(ROOM, 30);
  store.history.emptyRoom(ROOM);
  expect(all()).toEqual([]);
  expect(found('first')).toEqual([]);
  expect(found('stays')).toEqual(['stays']);
  expect(store.history.unread(ROOM)).toBe(0);
  expect(store.history.retentionDays(ROOM)).toBeUndefined();
  const kept = store.history.stretches(ROOM).map(({ author, floor, head }) => [author, floor, head]);
  expect(kept).toEqual(
    expect.arrayContaining([
      [FINCH, 2, 2],
      [HERON, 1, 1],
    ]),
  );
  expect(kept).toHaveLength(2);
  expect(store.history.restored(ROOM)).toHaveLength(2);
  expect(store.history.forgotten(ROOM)).toEqual([{ author: FINCH, upTo: 1 }]);
  store.history.keep([entry(FINCH, 3, 'after')]);
  expect(texts(all())).toEqual(['after']);
});
