import { expect, test } from 'vitest';
import { COLOURS_REMEMBERED_MAX } from '../limits.ts';
import { withColoursOf } from './colours.ts';

const here = (id: string, colour?: number) => ({
  id,
  present: true,
  ...(colour !== undefined && { colour }),
});

test('a colour is remembered, replaced, taken back, and outlives its owner’s absence', () => {
  const first = withColoursOf({}, [here('a', 3), here('b')]);
  expect(first).toEqual({ a: 3 });
  expect(withColoursOf(first, [here('a', 3), here('b')])).toBe(first);
  expect(withColoursOf(first, [{ id: 'a', present: false }])).toBe(first);
  expect(withColoursOf(first, [here('a', 5), here('b', 1)])).toEqual({ a: 5, b: 1 });
  expect(withColoursOf(first, [here('a')])).toEqual({});
});

test('a crowd does not fill the page: what was seen first is forgotten', () => {
  const crowd = Array.from({ length: COLOURS_REMEMBERED_MAX + 5 }, (_, index) => here(`m${index}`, 2));
  const colours = withColoursOf({ old: 1 }, crowd);
  expect(Object.keys(colours)).toHaveLength(COLOURS_REMEMBERED_MAX);
  expect(colours).not.toHaveProperty('old');
});
