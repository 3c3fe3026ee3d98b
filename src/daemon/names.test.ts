import { expect, test } from 'vitest';
import { ApiFault } from './fault.ts';
import { checkNick, checkRoomName, defaultNick } from './names.ts';

test('a nick is trimmed and normalised', () => {
  expect(checkNick('  Zoe\u0308 ')).toBe('Zo\u00eb');
  expect(checkNick('椋鸟')).toBe('椋鸟');
});

test.each(['', '   ', 'a\nb', 'x\u001b[2J', '\u202eevil', 'x'.repeat(65), '字'.repeat(22)])(
  'refuses %j',
  (name) => {
    expect(() => checkNick(name)).toThrow(ApiFault);
    expect(() => checkRoomName(name)).toThrow(ApiFault);
  },
);

test('who has no telling login is a bird', () => {
  expect(defaultNick(0, 'anna')).toBe('anna');
  expect(defaultNick(0, 'root')).toBe('Finch');
  expect(defaultNick(0.999, '')).toBe('Martin');
  expect(defaultNick(0.11, 'bad\u0007name')).toBe('badname');
});
