import { expect, test } from 'vitest';
import { BLOCK_IDLE_MS, RECEIVE_BLOCKS_MAX } from '../limits.ts';
import type { Assembly } from './assembly.ts';
import { hasRoom, idleBlock } from './eviction.ts';

const block = (touchedAt: number, isWhole = false, phase = 'filling'): Assembly =>
  ({ touchedAt, phase, isWhole: () => isWhole }) as unknown as Assembly;

test('the block that has been idle longest makes room, never one that is whole or still comes in', () => {
  const now = 10 * BLOCK_IDLE_MS;
  const old = now - 2 * BLOCK_IDLE_MS;
  const blocks = new Map([
    [1, block(old)],
    [2, block(old - 1)],
    [3, block(old - 2, true)],
    [4, block(old - 3, false, 'writing')],
    [5, block(now - BLOCK_IDLE_MS + 1)],
  ]);
  expect(idleBlock(now, blocks)).toBe(2);
  blocks.delete(2);
  expect(idleBlock(now, blocks)).toBe(1);
  blocks.delete(1);
  expect(idleBlock(now, blocks)).toBeUndefined();
});

test('there is room below the limit, and at it only where one can go', () => {
  const full = new Map(Array.from({ length: RECEIVE_BLOCKS_MAX }, (_, i) => [i, block(0, true)]));
  expect(hasRoom(1e6, full)).toBe(false);
  full.set(7, block(0));
  expect(hasRoom(1e6, full)).toBe(true);
  expect(hasRoom(BLOCK_IDLE_MS / 2, full)).toBe(false);
  full.delete(0);
  expect(hasRoom(0, full)).toBe(true);
});
