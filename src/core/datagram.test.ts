import { expect, test } from 'vitest';
import { datagramLength, wholeDatagram } from './datagram.ts';

test('a datagram of two parts is as long as both, and whole it is a copy', () => {
  const block = Uint8Array.of(0, 3, 4, 5, 0);
  const datagram = { bytes: Uint8Array.of(1, 2), payload: block.subarray(1, 4) };
  expect(datagramLength(datagram)).toBe(5);
  const whole = wholeDatagram(datagram);
  block.fill(9);
  expect(whole).toEqual(Uint8Array.of(1, 2, 3, 4, 5));
});

test('one in one piece is not copied', () => {
  const bytes = Uint8Array.of(1, 2);
  expect(datagramLength({ bytes })).toBe(2);
  expect(wholeDatagram({ bytes })).toBe(bytes);
});
