import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../base/prng.ts';
import type { MemberId, RecordId, RoomId } from '../../base/ids.ts';
import { LOG_RECORDS_MAX, PENDING_PER_AUTHOR_MAX } from '../limits.ts';
import type { LogRecord, RecordRef } from '../wire/record.ts';
import { RecordLog } from './log.ts';

const room = '00'.repeat(16) as RoomId;
const author = (n: number): MemberId => n.toString(16).padStart(32, '0') as MemberId;
let serial = 0;

/** A record as if parsed and verified: the log looks at places, depths and ids alone. */
function record(
  by: number,
  sequence: number,
  previous: LogRecord | undefined,
  parents: LogRecord[] = [],
  depth?: number,
): LogRecord {
  const refs: RecordRef[] = parents.map((parent) => ({
    author: parent.author,
    sequence: parent.sequence,
    id: parent.id,
  }));
  const deepest = Math.max(previous?.depth ?? 0, ...parents.map((parent) => parent.depth));
  return {
    room,
    publicKey: new Uint8Array(32),
    incarnation: '00'.repeat(8),
    sequence,
    previous: previous?.id,
    parents: refs,
    depth: depth ?? deepest + 1,
    at: 0,
    name: `n${by}`,
    body: { kind: 'text', text: 'x' },
    id: (++serial).toString(16).padStart(64, '0') as RecordId,
    author: author(by),
    bytes: new Uint8Array(100),
  };
}

function chain(by: number, length: number): LogRecord[] {
  const records: LogRecord[] = [];
  for (let sequence = 1; sequence <= length; sequence++) records.push(record(by, sequence, records.at(-1)));
  return records;
}

function feed(log: RecordLog, records: readonly LogRecord[]): LogRecord[] {
  const delivered: LogRecord[] = [];
  for (const one of records) log.add(one, (each) => delivered.push(each));
  return delivered;
}

describe('delivery', () => {
  test('records that arrive in any order are delivered once, ancestors first', () => {
    const a = chain(1, 20);
    const b: LogRecord[] = [];
    for (let i = 0; i < 20; i++) b.push(record(2, i + 1, b.at(-1), [a[i] as LogRecord]));
    for (let seed = 1; seed <= 50; seed++) {
      const random = seededRandom(seed);
      const shuffled = [...a, ...b, ...a]
        .map((one) => ({ one, key: random.next() }))
        .toSorted((x, y) => x.key - y.key)
        .map(({ one }) => one);
      const log = new RecordLog(author(9), true);
      const delivered = feed(log, shuffled);
      expect(new Set(delivered.map((one) => one.id)).size).toBe(40);
      expect(delivered).toHaveLength(40);
      const seen = new Set<RecordId>();
      for (const one of delivered) {
        if (one.previous !== undefined) expect(seen.has(one.previous)).toBe(true);
        for (const parent of one.parents) expect(seen.has(parent.id)).toBe(true);
        seen.add(one.id);
      }
    }
  });

  test('a record that lies about its depth is refused, and so is what follows it', () => {
    const [first] = chain(1, 1) as [LogRecord];
    const liar = record(1, 2, first, [], 7);
    const after = record(1, 3, liar);
    const log = new RecordLog(author(9), true);
    expect(feed(log, [after, liar, first])).toEqual([first]);
    expect(log.add(record(1, 4, after), () => undefined)).not.toBe('delivered');
    expect(log.isRefusedPrefix(liar.id.slice(0, 32))).toBe(true);
  });

  test('a record that names a known one under a wrong place is refused', () => {
    const [first] = chain(1, 1) as [LogRecord];
    const wrong = {
      ...record(2, 1, undefined),
      parents: [{ author: author(3), sequence: 1, id: first.id }],
      depth: 2,
    };
    const log = new RecordLog(author(9), true);
    expect(feed(log, [first, wrong])).toEqual([first]);
  });

  test('both branches of a forked chain are kept', () => {
    const [one, two] = chain(1, 2) as [LogRecord, LogRecord];
    const other = record(1, 2, one);
    const log = new RecordLog(author(9), true);
    expect(feed(log, [one, two, other])).toEqual([one, two, other]);
    expect(log.at(author(1), 2)).toHaveLength(2);
    expect([...(log.chainOf(author(1))?.heads.keys() ?? [])].toSorted()).toEqual(
      [two.id, other.id].toSorted(),
    );
  });
});

describe('what lies before us', () => {
  test('a process that does not catch up starts where it first hears an author', () => {
    const all = chain(1, 10);
    const log = new RecordLog(author(9), false);
    expect(feed(log, all.slice(5))).toEqual(all.slice(5));
    expect(log.add(all[2] as LogRecord, () => undefined)).toBe('refused');
  });

  test('waiving what nobody has delivers what waited for it; lowering the base takes it back', () => {
    const all = chain(1, 10);
    const log = new RecordLog(author(9), true);
    expect(feed(log, all.slice(5))).toEqual([]);
    const delivered: LogRecord[] = [];
    log.waive(author(1), 6, (one) => delivered.push(one));
    expect(delivered).toEqual(all.slice(5));
    log.lowerBase(author(1), 1);
    expect(log.chainOf(author(1))?.base).toBe(1);
    expect(feed(log, all.slice(0, 5))).toEqual(all.slice(0, 5));
  });

  test('the own chain is wanted whole even then', () => {
    const log = new RecordLog(author(1), false);
    expect(feed(log, chain(1, 3).slice(1))).toEqual([]);
  });
});

test('where an author may have no more waiting, what comes sooner takes the room of what comes last', () => {
  const records = chain(1, 2 * PENDING_PER_AUTHOR_MAX);
  const log = new RecordLog(author(9), true);
  // The first is missing, and the second half is there.
  feed(log, records.slice(PENDING_PER_AUTHOR_MAX));
  expect(log.pendingCount).toBe(PENDING_PER_AUTHOR_MAX);
  expect(log.parked.isCrowded(records[records.length - 1] as LogRecord)).toBe(true);
  const sooner = records.slice(1, PENDING_PER_AUTHOR_MAX);
  for (const one of sooner) expect(log.parked.isCrowded(one)).toBe(false);
  for (const one of sooner) expect(log.add(one, () => {})).toBe('pending');
  expect(log.pendingCount).toBeLessThanOrEqual(PENDING_PER_AUTHOR_MAX);
  const delivered: number[] = [];
  log.add(records[0] as LogRecord, (one) => delivered.push(one.sequence));
  expect(delivered.slice(0, sooner.length + 1)).toEqual(
    records.slice(0, sooner.length + 1).map(({ sequence }) => sequence),
  );
});

test('the log stays within its bound and keeps every head', () => {
  const log = new RecordLog(author(9), true);
  const quiet = chain(2, 1);
  feed(log, quiet);
  feed(log, chain(1, LOG_RECORDS_MAX + 500));
  expect(log.size).toBeLessThanOrEqual(LOG_RECORDS_MAX);
  expect(log.newest(author(2))?.id).toBe(quiet[0]?.id);
  expect(log.newest(author(1))?.sequence).toBe(LOG_RECORDS_MAX + 500);
  const base = log.chainOf(author(1))?.base ?? 0;
  log.lowerBase(author(1), 1);
  expect(log.chainOf(author(1))?.base).toBe(base);
});
