import { describe, expect, test } from 'vitest';
import { BufferPool } from './buffer-pool.ts';

describe('BufferPool', () => {
  test('hands out what was given back, whole or as a shorter part', () => {
    const pool = new BufferPool(100, 2);
    const first = pool.take(100);
    pool.give(first);
    const second = pool.take(30);
    expect(second.length).toBe(30);
    expect(second.buffer).toBe(first.buffer);
    pool.give(second);
    const third = pool.take(100);
    expect(third.length).toBe(100);
    expect(third.buffer).toBe(first.buffer);
  });

  test('gives nobody a buffer that another one has', () => {
    const pool = new BufferPool(100, 3);
    for (const buffer of [pool.take(100), pool.take(1), pool.take(50)]) pool.give(buffer);
    const taken = Array.from({ length: 5 }, () => pool.take(100).buffer);
    expect(new Set(taken).size).toBe(5);
  });

  test('keeps no more than it may, and nothing after its release', () => {
    const pool = new BufferPool(10, 2);
    const given = Array.from({ length: 4 }, () => pool.take(10));
    for (const buffer of given) pool.give(buffer);
    const again = new Set(Array.from({ length: 4 }, () => pool.take(10).buffer));
    expect(given.filter(({ buffer }) => again.has(buffer)).length).toBe(2);
    pool.give(given[0] as Uint8Array);
    pool.release();
    expect(pool.take(10).buffer).not.toBe(given[0]?.buffer);
  });

  test('leaves alone what is not its own, or does not begin where a buffer begins', () => {
    const pool = new BufferPool(100, 4);
    const own = pool.take(100);
    const foreign = [new Uint8Array(99), new Uint8Array(101).subarray(0, 100), own.subarray(1)];
    for (const part of foreign) pool.give(part);
    const buffers = foreign.map(({ buffer }) => buffer);
    for (let i = 0; i < 4; i++) expect(buffers).not.toContain(pool.take(100).buffer);
  });

  test('asserts that nobody wants more than a buffer', () => {
    expect(() => new BufferPool(100, 1).take(101)).toThrow('more bytes than a buffer');
  });
});
