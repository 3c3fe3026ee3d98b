/** What a receiver answers about one block that was polled (protocol.md §7.4). */
import type { Bytes } from '../../base/bytes.ts';
import { groupSize, symbolCount } from '../fec/code.ts';
import type { BlockCode } from '../fec/code.ts';
import { groupsAllowed } from '../fec/group-size.ts';
import type { BlockStatus, PolledBlock } from '../wire/poll.ts';
import type { BlockAssembly } from './assembly.ts';
import { Bitset } from './bitset.ts';

const EMPTY = new Uint8Array(0);
const NONE: readonly number[] = [];

type State = Exclude<BlockStatus['state'], 'missing' | 'deficits'>;
const plain = (block: number, state: State): BlockStatus => ({ block, state, bitmap: EMPTY, deficits: NONE });
const byName = (block: number, bitmap: Bytes): BlockStatus => ({
  block,
  state: 'missing',
  bitmap,
  deficits: NONE,
});
/** Where nothing is needed, the block is complete and on its way to the disk. */
const byNumber = (block: number, deficits: readonly number[]): BlockStatus =>
  deficits.some((deficit) => deficit > 0)
    ? { block, state: 'deficits', bitmap: EMPTY, deficits }
    : plain(block, 'held');

export const writtenStatus = (block: number): BlockStatus => plain(block, 'written');

/** A block that is in memory. */
export function statusOf(assembly: BlockAssembly, { block, groupCount, wants }: PolledBlock): BlockStatus {
  if (assembly.phase !== 'filling' || assembly.isWhole()) return plain(block, 'held');
  if (assembly.isPolluted()) return plain(block, 'polluted');
  if (wants === 'bitmap' || assembly.isChecked()) return byName(block, assembly.missing.bytes);
  return byNumber(block, assembly.deficits(groupCount));
}

/** A block of which nothing is here: everything is missing. */
export function statusOfNothing(code: BlockCode, { block, groupCount, wants }: PolledBlock): BlockStatus {
  const count = symbolCount(code);
  if (wants === 'bitmap') return byName(block, new Bitset(count, true).bytes);
  // A grouping that is not allowed has no deficits to tell.
  if (!groupsAllowed(count, groupCount)) return plain(block, 'held');
  return byNumber(
    block,
    Array.from({ length: groupCount }, (_, group) => groupSize(code, group)),
  );
}
