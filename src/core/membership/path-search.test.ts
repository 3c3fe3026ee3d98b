/** The search for what gets through to one member, in virtual time, over a path that loses and that swallows what is too long. */
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../base/prng.ts';
import { PATH_AGAIN_MS, PATH_FIRST_MS, PATH_SUSPECT_MS, PATH_TRIES_MAX, PATH_WAIT_MS } from '../limits.ts';
import { PathSearch } from './path-search.ts';

const FULL = 1472;
const WAY = { host: '10.0.0.2', isRelayed: false };
const ROUND_TRIP_MS = 2;

class Path {
  readonly search = new PathSearch(0, 'way');
  readonly sent: { readonly at: number; readonly bytes: number }[] = [];
  takesBytes = FULL;
  isSilent = false;
  readonly #loss: number;
  readonly #random;

  constructor(loss = 0, seed = 1) {
    this.#loss = loss;
    this.#random = seededRandom(seed);
  }

  runUntil(end: number): void {
    for (let now = this.search.dueAt; now <= end; now = this.search.dueAt)
      for (const bytes of this.search.next(now, FULL, WAY, ROUND_TRIP_MS)) {
        this.sent.push({ at: now, bytes });
        const isAnswered = bytes <= this.takesBytes && !this.isSilent && !this.#isLost() && !this.#isLost();
        if (isAnswered) this.search.confirm(now + ROUND_TRIP_MS, bytes, FULL);
      }
  }

  #isLost(): boolean {
    return this.#random.next() < this.#loss;
  }
}

const SEARCH_MS = PATH_FIRST_MS + PATH_TRIES_MAX * PATH_WAIT_MS;

test('where all gets through, it costs one datagram in ten minutes', () => {
  const path = new Path();
  path.runUntil(3600_000);
  expect(path.sent.map(({ bytes }) => bytes)).toEqual([FULL, FULL, FULL, FULL, FULL, FULL]);
  expect(path.search.limitBytes).toBeUndefined();
  expect(path.search.confirmedBytes).toBe(FULL);
});

test('a port that takes packets of 1300 is found within two seconds of looking, as 1280', () => {
  const path = new Path();
  path.takesBytes = 1272;
  path.runUntil(SEARCH_MS);
  expect(path.search.limitBytes).toBe(1252);
  expect(path.sent.length).toBeLessThanOrEqual(1 + (PATH_TRIES_MAX - 1) * 8);
  // And is looked at ever more seldom.
  const before = path.sent.length;
  path.runUntil(3600_000);
  expect(path.search.limitBytes).toBe(1252);
  expect(path.sent.length - before).toBeLessThanOrEqual(9 * (4 + 6));
});

test('when a path grows again that is noticed, and when it shrinks, too', () => {
  const path = new Path();
  path.takesBytes = 1272;
  path.runUntil(10_000);
  path.takesBytes = FULL;
  path.runUntil(10_000 + PATH_AGAIN_MS);
  expect(path.search.limitBytes).toBeUndefined();
  path.takesBytes = 1372;
  const shrunkAt = 10_000 + PATH_AGAIN_MS;
  expect(path.search.suspect(shrunkAt)).toBe(true);
  // Somebody waits for a file: two rounds, not five.
  path.runUntil(shrunkAt + 2 * PATH_WAIT_MS);
  expect(path.search.limitBytes).toBe(1372);
});

test('suspicion is followed once in a while, and costs one of each size where nothing is wrong', () => {
  const path = new Path();
  path.runUntil(10_000);
  const before = path.sent.length;
  for (let now = 10_000; now < 10_000 + PATH_SUSPECT_MS; now += 10) {
    path.search.suspect(now);
    path.runUntil(now);
  }
  expect(path.sent.length - before).toBe(8);
});

test('who answers to nothing says nothing of sizes', () => {
  const path = new Path();
  path.isSilent = true;
  path.runUntil(60_000);
  expect(path.search.limitBytes).toBeUndefined();
  expect(path.search.confirmedBytes).toBeUndefined();
});

describe('with 20 % loss in both directions', () => {
  const searches = Array.from({ length: 1000 }, (_, seed) => new Path(0.2, seed));

  test('a path is seldom taken for narrower than it is, then hardly, and not for long', () => {
    for (const path of searches) path.runUntil(SEARCH_MS);
    const wrong = searches.filter(({ search }) => search.limitBytes !== undefined);
    expect(wrong.length).toBeLessThan(20);
    for (const { search } of wrong) expect(search.limitBytes).toBeGreaterThanOrEqual(1372);
    for (const path of wrong) path.runUntil(PATH_AGAIN_MS);
    expect(wrong.filter(({ search }) => search.limitBytes !== undefined)).toEqual([]);
  });

  test('and a narrow one is found', () => {
    const narrow = Array.from({ length: 200 }, (_, seed) => new Path(0.2, seed));
    for (const path of narrow) path.takesBytes = 1272;
    for (const path of narrow) path.runUntil(SEARCH_MS);
    for (const { search } of narrow) expect([1252, 1172]).toContain(search.limitBytes);
    expect(narrow.filter(({ search }) => search.limitBytes === 1252).length).toBeGreaterThan(190);
  });
});

test('a hint that it became narrow is followed soon, and seldom', () => {
  const path = new Path();
  path.runUntil(60_000);
  path.takesBytes = 1392;
  path.search.hint(60_000);
  path.runUntil(60_000 + PATH_TRIES_MAX * PATH_WAIT_MS);
  expect(path.search.limitBytes).toBe(1392);
  const wide = new Path();
  wide.runUntil(60_000);
  const before = wide.sent.length;
  for (let now = 60_000; now < 120_000; now += 100) {
    wide.search.hint(now);
    wide.runUntil(now);
  }
  expect(wide.sent.length - before).toBeLessThanOrEqual(60_000 / PATH_SUSPECT_MS);
});

test('a way that changes is looked at soon, and one that changes all the time not all the time', () => {
  const path = new Path();
  path.runUntil(100_000);
  const before = path.sent.length;
  path.search.wayIs(100_000, 'other');
  path.runUntil(100_000 + PATH_FIRST_MS);
  expect(path.sent.length - before).toBe(1);
  for (let now = 110_000; now < 170_000; now += 1000) {
    path.search.wayIs(now, now % 2000 === 0 ? 'one' : 'other');
    path.runUntil(now);
  }
  expect(path.sent.length - before).toBeLessThanOrEqual(4);
});
