import { describe, expect, it } from 'vitest';
import type { Datagram } from '../../core/datagram.ts';
import { TRAIN_DATAGRAMS_MAX } from '../limits.ts';
import { trainEnd } from './train.ts';

describe('trainEnd', () => {
  const lengths = (...all: number[]): Datagram[] => all.map((length) => ({ bytes: new Uint8Array(length) }));

  it('takes equal lengths, and at most one shorter at the end', () => {
    expect(trainEnd(lengths(5, 5, 5), 0)).toBe(3);
    expect(trainEnd(lengths(5, 5, 3, 5), 0)).toBe(3);
    expect(trainEnd(lengths(5, 5, 3, 3), 0)).toBe(3);
    expect(trainEnd(lengths(5, 5, 6), 0)).toBe(2);
    expect(trainEnd(lengths(9, 5, 5, 6), 1)).toBe(3);
    expect(trainEnd(lengths(5), 0)).toBe(1);
  });

  it('never makes a segment of nothing', () => {
    expect(trainEnd(lengths(0, 0), 0)).toBe(1);
    expect(trainEnd(lengths(5, 0, 5), 0)).toBe(1);
  });

  it('stays within the segments and the bytes of one call', () => {
    const many = lengths(...Array.from({ length: 100 }, () => 1472));
    expect(trainEnd(many, 0)).toBe(TRAIN_DATAGRAMS_MAX);
    expect(trainEnd(many, 90)).toBe(100);
    expect(trainEnd(lengths(30_000, 30_000, 5_507), 0)).toBe(3);
    expect(trainEnd(lengths(30_000, 30_000, 5_508), 0)).toBe(2);
  });

  it('counts head and payload together, wherever they are cut', () => {
    const cut = (head: number, payload: number): Datagram => ({
      bytes: new Uint8Array(head),
      payload: new Uint8Array(payload),
    });
    expect(trainEnd([cut(12, 88), cut(0, 100), cut(100, 0), cut(1, 98), cut(12, 88)], 0)).toBe(4);
    expect(trainEnd([cut(12, 88), cut(1, 100)], 0)).toBe(1);
    expect(trainEnd([cut(0, 0), cut(0, 0)], 0)).toBe(1);
  });
});
