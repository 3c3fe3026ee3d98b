/** Sets of blocks as ascending ranges, as HOLD carries them (protocol.md §7.11). */
import type { BlockRange } from '../wire/hold.ts';
import type { Bitset } from './bitset.ts';

/** The lowest `max` ranges of a set. */
export function rangesOf(blocks: Bitset, max: number): BlockRange[] {
  const ranges: BlockRange[] = [];
  for (let first = blocks.next(0); first >= 0 && ranges.length < max;) {
    let end = first + 1;
    while (end < blocks.size && blocks.has(end)) {
      // Whole bytes at a time: a file has many blocks.
      if ((end & 7) === 0 && blocks.bytes[end >> 3] === 255) end += 8;
      else end++;
    }
    ranges.push({ first, count: Math.min(end, blocks.size) - first });
    first = blocks.next(end);
  }
  return ranges;
}

export function holdsBlock(ranges: readonly BlockRange[], block: number): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const { first, count } = ranges[middle] as BlockRange;
    if (block < first) high = middle;
    else if (block >= first + count) low = middle + 1;
    else return true;
  }
  return false;
}

/** The lowest block of a set that is in none of the ranges, or -1. */
export function firstBeside(blocks: Bitset, ranges: readonly BlockRange[]): number {
  let block = blocks.next(0);
  for (const { first, count } of ranges) {
    if (block < 0 || block < first) return block;
    if (block < first + count) block = blocks.next(first + count);
  }
  return block;
}

/** At most `max` blocks that are in `after` and not in `before`, from each range's end: that is where sets grow. */
export function newlyHeld(
  before: readonly BlockRange[],
  after: readonly BlockRange[],
  max: number,
): number[] {
  const blocks: number[] = [];
  for (const { first, count } of after) {
    for (let block = first + count - 1; block >= first && blocks.length < max; block--) {
      // What stands here was there before, and so was most of what is below.
      if (holdsBlock(before, block)) {
        const within = before.find((range) => block >= range.first && block < range.first + range.count);
        block = within?.first ?? block;
      } else blocks.push(block);
    }
  }
  return blocks;
}
