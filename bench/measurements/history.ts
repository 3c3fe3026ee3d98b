/** A profile with a million lines: how long people wait for a search, for a room to open, for the next page. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { MemberId, RecordId, RoomId } from '../../src/base/ids.ts';
import { seededRandom } from '../../src/base/prng.ts';
import type { Entry } from '../../src/store/history/entries.ts';
import { LAST_PLACE } from '../../src/store/history/order.ts';
import { openStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';

const ROOMS = 8;
const AUTHORS = 50;
const BATCH = 1000;
const RECORD_BYTES = 420;
const PAGE = 100;
const HITS = 50;
/** Each question is asked so often, with other words each time. */
const ASKED = 40;
const START_AT = 1_700_000_000_000;
/** A line every 40 s is 15 months. */
const SPACING_MS = 40_000;

export interface HistoryRow {
  readonly what: string;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly mostMs: number;
}

export interface HistoryCost {
  readonly lines: number;
  readonly fileMegabytes: number;
  readonly linesPerSecond: number;
  readonly reopenMs: number;
  readonly rows: readonly HistoryRow[];
}

/** `base`: where the file is made; it needs 2 kB a line. */
export function measureHistory(lineCount: number, base: string): HistoryCost {
  const folder = mkdtempSync(join(base, 'starling-history-'));
  const path = join(folder, 'starling.db');
  try {
    const filled = open(path);
    const started = performance.now();
    fillHistory(filled, lineCount);
    const seconds = (performance.now() - started) / 1000;
    filled.close();
    const reopening = performance.now();
    const store = open(path);
    const reopenMs = performance.now() - reopening;
    const rows = questions(store, lineCount).map(([what, ask]) => timed(what, ask));
    store.close();
    return {
      lines: lineCount,
      fileMegabytes: Math.round(statSync(path).size / 1e6),
      linesPerSecond: Math.round(lineCount / seconds),
      reopenMs: Math.round(reopenMs),
      rows,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** So many lines by fifty people: in eight rooms, or all in `room`. */
export function fillHistory(store: Store, lineCount: number, room?: RoomId): void {
  for (let first = 0; first < lineCount; first += BATCH)
    store.history.keep(
      Array.from({ length: Math.min(BATCH, lineCount - first) }, (_, i) => {
        const entry = entryOf(first + i);
        return room === undefined ? entry : { ...entry, room };
      }),
    );
}

type Question = readonly [string, (turn: number) => unknown];

function questions(store: Store, lineCount: number): readonly Question[] {
  const { history } = store;
  const random = seededRandom(7);
  const some = (turn: number): number => (turn * 7919) % lineCount;
  const room = (turn: number): RoomId => roomOf(turn % ROOMS);
  return [
    ['a rare word', (turn) => history.search({ query: rareWord(some(turn)), limit: HITS })],
    [
      'a word in every tenth line',
      (turn) => history.search({ query: COMMON[turn % COMMON.length]!, limit: HITS }),
    ],
    [
      'the beginning of a word',
      (turn) => history.search({ query: COMMON[turn % COMMON.length]!.slice(0, 4), limit: HITS }),
    ],
    [
      'two words',
      (turn) => history.search({ query: `${COMMON[turn % 5]} ${COMMON[5 + (turn % 5)]}`, limit: HITS }),
    ],
    [
      'a word of two Chinese characters',
      (turn) => history.search({ query: CHINESE[turn % CHINESE.length]!, limit: HITS }),
    ],
    [
      'a word, one author, one room',
      (turn) =>
        history.search({
          query: COMMON[turn % 10]!,
          author: authorOf(turn % AUTHORS),
          room: room(turn),
          limit: HITS,
        }),
    ],
    [
      'a word in one day',
      (turn) => {
        const since = START_AT + some(turn) * SPACING_MS;
        return history.search({ query: COMMON[turn % 10]!, since, until: since + 86_400_000, limit: HITS });
      },
    ],
    ['one author, newest', (turn) => history.search({ author: authorOf(turn % AUTHORS), limit: HITS })],
    ['a room opens: its newest page', (turn) => history.timeline.before(room(turn), LAST_PLACE, PAGE)],
    [
      'a page further back, anywhere',
      (turn) => {
        const depth = 1 + Math.floor(random.next() * lineCount);
        return history.timeline.before(room(turn), { ...LAST_PLACE, depth }, PAGE);
      },
    ],
    ['a date', (turn) => history.timeline.atTime(room(turn), START_AT + some(turn) * SPACING_MS)],
    ['unread lines', (turn) => history.unread(room(turn))],
    [
      'what the engine gets at a join',
      (turn) => [history.restored(room(turn)), history.stretches(room(turn))],
    ],
  ];
}

function timed(what: string, ask: (turn: number) => unknown): HistoryRow {
  const times = Array.from({ length: ASKED }, (_, turn) => {
    const started = performance.now();
    ask(turn);
    return performance.now() - started;
  }).toSorted((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(share * times.length))]!;
  const row = { what, p50Ms: at(0.5), p99Ms: at(0.99), mostMs: at(1) };
  process.stdout.write(`  ${what}: p50 ${row.p50Ms.toFixed(1)}, p99 ${row.p99Ms.toFixed(1)} ms\n`);
  return row;
}

export function open(path: string): Store {
  const opened = openStore(path);
  if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.detail}`);
  return opened.value;
}

const COMMON = [
  'meeting',
  'harbour',
  'station',
  'picture',
  'weather',
  'supply',
  'morning',
  'engine',
  'report',
  'signal',
];
const CHINESE = ['北京', '会议', '明天', '文件', '天气', '医院', '学生', '船长'];
const FILLER = ['and', 'then', 'the', 'crew', 'will', 'see', 'about', 'it', 'again', 'soon'];
/** Every line has one that only a few share. */
const rareWord = (index: number): string => `w${(index % 200_000).toString(36)}`;
const hex = (text: string, digits: number): string =>
  createHash('sha256').update(text).digest('hex').slice(0, digits);
const ROOM_IDS = Array.from({ length: ROOMS }, (_, i) => hex(`room ${i}`, 32) as RoomId);
const AUTHOR_IDS = Array.from({ length: AUTHORS }, (_, i) => hex(`author ${i}`, 32) as MemberId);
const roomOf = (index: number): RoomId => ROOM_IDS[index % ROOMS]!;
const authorOf = (index: number): MemberId => AUTHOR_IDS[index % AUTHORS]!;

function entryOf(index: number): Entry {
  const words = [
    COMMON[index % 10],
    ...Array.from({ length: 6 }, (_, i) => FILLER[(index * 7 + i * 3) % 10]),
    index % 3 === 0 ? COMMON[(index * 13 + 3) % 10] : '',
    index % 4 === 0 ? `我们${CHINESE[(index / 4) % 8]}再说` : '',
    rareWord(index),
  ];
  const author = index % AUTHORS;
  return {
    room: roomOf(Math.floor(index / AUTHORS)),
    id: hex(`record ${index}`, 64) as RecordId,
    author: authorOf(author),
    sequence: 1 + Math.floor(index / (AUTHORS * ROOMS)),
    depth: 1 + index,
    at: START_AT + index * SPACING_MS,
    own: author === 0,
    name: `Bird ${author}`,
    audience: '',
    bytes: new Uint8Array(RECORD_BYTES),
    content: { kind: 'message', text: words.filter((word) => word !== '').join(' ') },
  };
}
