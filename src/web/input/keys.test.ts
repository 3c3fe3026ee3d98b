import { expect, test } from 'vitest';
import { isSendKey } from './keys.ts';

const enter = { key: 'Enter', keyCode: 13, shiftKey: false, altKey: false, isComposing: false };

test('Enter sends', () => {
  expect(isSendKey(enter)).toBe(true);
});

test.each([
  ['with Shift', { shiftKey: true }],
  ['with Alt', { altKey: true }],
  ['while an input method composes', { isComposing: true }],
  ['that ended a composition in Safari', { keyCode: 229 }],
  ['is another key', { key: 'a' }],
])('Enter %s does not', (_, press) => {
  expect(isSendKey({ ...enter, ...press })).toBe(false);
});
