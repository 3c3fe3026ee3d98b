/** The bounds of the log, with small numbers in place of the real ones. */
import { describe, expect, test, vi } from 'vitest';
import type { Operation } from '../wire/operation.ts';
import { MembershipLog } from './membership-log.ts';
import { add, person, rename, Scenario, update } from './scenario.testkit.ts';
import type { Person } from './scenario.testkit.ts';

vi.mock('../limits.ts', (original) =>
  original<object>().then((real) => ({
    ...real,
    OPERATIONS_MAX: 40,
    OPERATIONS_PER_AUTHOR_MAX: 30,
    OPERATIONS_PER_MEMBER_MAX: 5,
    OPERATIONS_WAITING_MAX: 6,
    OPERATIONS_WAITING_PER_AUTHOR_MAX: 3,
    OPERATIONS_REFUSED_MAX: 4,
    OPERATIONS_ASKED_MAX: 2,
    RANK_STEPS_MAX: 3,
  })),
);

const ann = person('ann');
const dan = person('dan');

const insert = (log: MembershipLog, operation: Operation): string => {
  const result = log.insert(operation.bytes);
  return result.kind === 'refused' ? result.reason : result.kind;
};

describe('a log is bounded', () => {
  test('in the operations of an admin, of a member, and of all', () => {
    const story = new Scenario(ann);
    const log = new MembershipLog(ann.crypto, story.room);
    insert(log, story.genesis);
    const write = (author: Person, salt: number): string =>
      insert(log, story.write(author, update(author, salt)));
    insert(log, story.write(ann, add(dan)));
    const bob = person('bob');
    insert(log, story.write(ann, add(bob, 'admin')));
    for (let salt = 1; salt <= 5; salt++) expect(write(dan, salt)).toBe('inserted');
    expect(write(dan, 6)).toBe('sequence');
    story.operations.pop();
    for (let salt = 4; salt <= 30; salt++) expect(write(ann, salt)).toBe('inserted');
    expect(write(ann, 31)).toBe('sequence');
    story.operations.pop();
    for (let salt = 1; salt <= 5; salt++) expect(write(bob, salt)).toBe('inserted');
    expect(log.size).toBe(40);
    expect(write(bob, 6)).toBe('full');
  });

  test('in what waits, of one author and of all; known authors go before unknown ones', () => {
    const story = new Scenario(ann);
    const danIn = story.write(ann, add(dan));
    const gap = story.write(ann, rename('gap'));
    const log = new MembershipLog(ann.crypto, story.room);
    const waiting = (author: Person, salt: number): Operation =>
      story.write(author, update(author, salt), { after: [gap], authority: danIn, previous: null });
    for (let salt = 0; salt < 3; salt++) expect(insert(log, waiting(dan, salt))).toBe('waiting');
    expect(insert(log, waiting(dan, 3))).toBe('full');
    const strangers = [0, 1, 2].map((n) => waiting(person(`stranger ${n}`), n));
    for (const stranger of strangers) expect(insert(log, stranger)).toBe('waiting');
    expect(insert(log, waiting(person('late'), 9))).toBe('full');
    expect(log.waitingCount).toBe(6);
    insert(log, story.genesis);
    insert(log, danIn);
    expect(insert(log, story.write(ann, rename('x'), { after: [gap], previous: gap }))).toBe('waiting');
    expect(log.waitingCount).toBe(6);
    expect(insert(log, waiting(person('later'), 9))).toBe('full');
    expect(insert(log, gap)).toBe('inserted');
    expect(log.waitingCount).toBe(0);
  });

  test('in what it asks for at a time', () => {
    const story = new Scenario(ann);
    const danIn = story.write(ann, add(dan));
    const gaps = [1, 2, 3].map((n) => story.write(ann, rename(`${n}`), { after: [danIn], previous: danIn }));
    const log = new MembershipLog(ann.crypto, story.room);
    insert(log, story.write(dan, update(dan, 1), { after: gaps }));
    expect(log.missing().length).toBe(2);
  });

  test('in what it remembers of what it refused', () => {
    const story = new Scenario(ann);
    const log = new MembershipLog(ann.crypto, story.room);
    for (const operation of [story.genesis, story.write(ann, add(dan))]) insert(log, operation);
    const bad = Array.from({ length: 5 }, (_, n) =>
      story.write(person(`stranger ${n}`), rename('bad'), {
        authority: story.operations[1] as Operation,
        after: [story.genesis, story.operations[1] as Operation],
      }),
    );
    for (const operation of bad) expect(insert(log, operation)).toBe('authority');
    expect(insert(log, bad[4] as Operation)).toBe('ancestor');
    expect(insert(log, bad[0] as Operation)).toBe('authority');
  });

  test('in how far a rank is from the creator', () => {
    const story = new Scenario(ann);
    const log = new MembershipLog(ann.crypto, story.room);
    insert(log, story.genesis);
    const chain = ['1', '2', '3', '4'].map(person);
    const results = chain.map((next, at) =>
      insert(log, story.write(chain[at - 1] ?? ann, add(next, 'admin'))),
    );
    expect(results).toEqual(['inserted', 'inserted', 'inserted', 'rank-too-long']);
  });
});
