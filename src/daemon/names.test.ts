import { expect, test } from 'vitest';
import { ApiFault } from './fault.ts';
import { checkNick, checkRoomName, defaultNick, visibleName } from './names.ts';

test('a nick is trimmed and normalised', () => {
  expect(checkNick('  Zoe\u0308 ')).toBe('Zo\u00eb');
  expect(checkNick('椋鸟')).toBe('椋鸟');
});

test.each([
  '',
  '   ',
  'a\nb',
  'x\u001b[2J',
  '\u202eevil',
  'x'.repeat(65),
  '字'.repeat(22),
  '\u3164',
  '\u2800 \u2800',
  '\u200d',
])('refuses %j', (name) => {
  expect(() => checkNick(name)).toThrow(ApiFault);
  expect(() => checkRoomName(name)).toThrow(ApiFault);
});

test('who has no telling login is a bird', () => {
  expect(defaultNick(0, 'anna')).toBe('anna');
  expect(defaultNick(0, 'root')).toBe('Finch');
  expect(defaultNick(0.999, '')).toBe('Martin');
  expect(defaultNick(0.11, 'bad\u0007name')).toBe('badname');
});

test('a room is never called as a person is reached', () => {
  expect(() => checkRoomName('@Wren')).toThrow(ApiFault);
  expect(checkRoomName('a@b')).toBe('a@b');
});

test('of a foreign name what can be seen is kept, in whole characters', () => {
  expect(visibleName(' pl\u202ean\n ', 60)).toBe('plan');
  expect(visibleName('\u3164', 60)).toBe('');
  expect(visibleName('字字字', 7)).toBe('字字');
  expect(visibleName('🇩🇪x', 4)).toBe('');
});
