/**
 * Which block a receiver gives up where its memory is full: one that is not whole and that nothing has come for in a
 * while. The sender closed it without us, as it does with members that are too slow, and will offer it again.
 */
import { BLOCK_IDLE_MS, RECEIVE_BLOCKS_MAX } from '../limits.ts';
import type { Assembly } from './assembly.ts';

/** The index of the block that has been idle longest; undefined where each is whole, or still being sent. */
export function idleBlock(now: number, blocks: ReadonlyMap<number, Assembly>): number | undefined {
  let idlest: number | undefined;
  let touchedAt = now - BLOCK_IDLE_MS;
  for (const [index, block] of blocks) {
    if (block.phase !== 'filling' || block.isWhole() || block.touchedAt > touchedAt) continue;
    idlest = index;
    touchedAt = block.touchedAt;
  }
  return idlest;
}

/** Whether another block could be opened now. */
export const hasRoom = (now: number, blocks: ReadonlyMap<number, Assembly>): boolean =>
  blocks.size < RECEIVE_BLOCKS_MAX || idleBlock(now, blocks) !== undefined;
