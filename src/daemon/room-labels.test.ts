import { expect, test } from 'vitest';
import { freeLabel, labelKey } from './room-labels.ts';

const free = (name: string, isDirect: boolean, ...taken: string[]): string =>
  freeLabel(name, isDirect, (key) => taken.map(labelKey).includes(key));

test('the second of a name, in whatever case, has a number', () => {
  expect(free('Club', false)).toBe('Club');
  expect(free('Club', false, 'club')).toBe('Club (2)');
  expect(free('Club', false, 'club', 'CLUB (2)')).toBe('Club (3)');
  expect(free('Wren', true, '@Wren')).toBe('@Wren (2)');
});

test('a room that somebody else named does not pass for a person, and can be typed', () => {
  expect(free('@Wren', false)).toBe('Wren');
  expect(free('\u3164', false)).toBe('room');
  expect(free('a\u202eb\n', false)).toBe('ab');
  expect(Buffer.byteLength(free('x'.repeat(128), false, 'x'.repeat(58)))).toBeLessThanOrEqual(64);
});
