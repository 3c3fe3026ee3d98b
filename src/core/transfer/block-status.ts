/** What a receiver answers about one block that was polled (protocol.md §7.4). */
import type { Bytes } from '../../base/bytes.ts';
import { groupSize, symbolCount } from '../fec/code.ts';
import type { BlockCode } from '../fec/code.ts';
import { groupsAllowed } from '../fec/group-size.ts';
import { statusEntryBytes } from '../wire/poll.ts';
import { STATUS_BITMAP_BLOCKS, STATUS_BLOCKS_MAX } from '../limits.ts';
import type { BlockStatus, PolledBlock } from '../wire/poll.ts';
import type { Assembly } from './assembly.ts';
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
export function statusOf(assembly: Assembly, { block, groupCount, wants }: PolledBlock): BlockStatus {
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

/** A bitmap of the blocks from `first` on that are neither written nor whole in memory. */
export function missingBlocks(
  first: number,
  blockCount: number,
  view: { isHere(block: number): boolean },
): Bytes {
  const missing = new Bitset(STATUS_BITMAP_BLOCKS);
  const last = Math.min(blockCount, first + STATUS_BITMAP_BLOCKS);
  for (let block = first; block < last; block++) if (!view.isHere(block)) missing.add(block - first);
  return missing.bytes;
}

/** Blocks that are here without their page; of all others, from `from` on, the first one where the root is missing too. */
export function pagelessBlocks(
  blocks: ReadonlyMap<number, Assembly>,
  hashes: readonly (Bytes | undefined)[],
  from: number | undefined,
): number[] {
  const pageless = [...blocks.keys()]
    .filter((block) => hashes[block] === undefined)
    .slice(0, STATUS_BLOCKS_MAX);
  const unknown = pageless.length === 0 && from !== undefined ? hashes.indexOf(undefined, from) : -1;
  return unknown >= 0 ? [unknown] : pageless;
}

/** As many entries as fit one datagram; the sender asks again for the rest. */
export function fittingEntries(
  asked: ReadonlyMap<number, PolledBlock>,
  view: { statusOf(polled: PolledBlock): BlockStatus | undefined },
  bytesMax: number,
): BlockStatus[] {
  const entries: BlockStatus[] = [];
  let left = bytesMax;
  for (const polled of asked.values()) {
    const entry = view.statusOf(polled);
    if (entry === undefined) continue;
    left -= statusEntryBytes(entry);
    if (left < 0) break;
    entries.push(entry);
  }
  return entries;
}
