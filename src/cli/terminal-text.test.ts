import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatBytes, safeJson, safeLine, safeText } from './terminal-text.ts';

test('nothing foreign moves the cursor or turns the text around', () => {
  expect(safeLine('a\u001b[2Jb\u202ec\u009bd')).toBe('a\ufffd[2Jb\ufffdc\ufffdd');
  expect(safeLine('👩\u200d🚀')).toBe('👩\u200d🚀');
});

test('lines after the first cannot pose as lines of ours', () => {
  expect(safeText('a\r\n12:00 Wren: b\n\tc')).toBe('a\n    12:00 Wren: b\n        c');
});

test('JSON keeps its value and shows no control', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const json = safeJson({ text });
      expect(JSON.parse(json)).toEqual({ text });
      expect(json).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    }),
  );
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1500, '1.5 kB'],
  [20_000_000, '20.0 MB'],
  [3e12, '3.0 TB'],
])('%d is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
