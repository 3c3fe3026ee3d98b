import { expect, test } from 'vitest';
import { parseSize } from './size.ts';

test.each([
  ['0', 0],
  ['17', 17],
  ['500 MB', 500e6],
  ['500m', 500e6],
  ['1.5gb', 1.5e9],
  ['1,5 GB', 1.5e9],
  [' 2 TB ', 2e12],
  ['3kB', 3000],
  ['0.0000004 kB', undefined],
  ['-1', undefined],
  ['1e9', undefined],
  ['many', undefined],
  ['', undefined],
  ['5 PB', undefined],
  ['9000000 GB', undefined],
])('%s', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});
