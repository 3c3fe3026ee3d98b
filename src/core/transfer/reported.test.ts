import { expect, test } from 'vitest';
import type { MemberId } from '../../base/ids.ts';
import type { Need } from '../wire/ask.ts';
import { Reported } from './reported.ts';

const [ann, bob] = ['a', 'b'] as [MemberId, MemberId];
const lack = (...deficits: number[]): Need => ({ block: 1, kind: 'symbols', deficits });
const nobody = (): boolean => false;

test('the most of each group counts, and no more than a group has', () => {
  const reported = new Reported([10, 9]);
  reported.add(ann, lack(3, 99));
  reported.add(bob, lack(5, 2));
  expect(reported.deficits(nobody)).toEqual([5, 9]);
  expect(reported.worst).toBe(9);
});

test('what one asks beyond all others is its excess; refused, what others lack stays', () => {
  const reported = new Reported([100]);
  reported.add(ann, lack(100));
  reported.add(ann, lack(90));
  reported.add(bob, lack(7));
  expect([...reported.excesses()]).toEqual([[ann, 93]]);
  expect(reported.deficits((member) => member === ann)).toEqual([7]);
});

test('two that lack the same cause nothing alone', () => {
  const reported = new Reported([100]);
  reported.add(ann, lack(7));
  reported.add(bob, lack(7));
  expect([...reported.excesses()]).toEqual([]);
});

test('a report of another grouping is no report', () => {
  const reported = new Reported([50, 50]);
  expect(reported.add(ann, lack(3))).toBe(false);
  expect(reported.wasHeard).toBe(false);
});

test('a missing page is heard and needs no symbols; after a restart nothing was said', () => {
  const reported = new Reported([50]);
  reported.add(ann, { block: 1, kind: 'page', deficits: [] });
  expect(reported.wasHeard).toBe(true);
  expect(reported.total).toBe(0);
  reported.restart();
  expect(reported.wasHeard).toBe(false);
});
