import { expect, it } from 'vitest';
import { fromHex, toHex } from './bytes.ts';

it('hexadecimal: there and back, both cases in, lower case out', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  const text = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  expect(toHex(bytes)).toBe(text);
  expect(fromHex(text)).toEqual(bytes);
  expect(fromHex(text.toUpperCase())).toEqual(bytes);
  expect(fromHex('')).toEqual(new Uint8Array(0));
});

it.each(['0', '0g', 'g0', '  ', '0x', '-1', '0\u0660', '\u0130\u0130', '00 0'])(
  '%j is no hexadecimal',
  (text) => {
    expect(fromHex(text)).toBeUndefined();
  },
);
