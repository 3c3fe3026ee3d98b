/** What a receiver answers about one block that was polled (protocol.md §7.4). */
import type { Bytes } from '../../base/bytes.ts';
import { groupSize, symbolCount } from '../fec/code.ts';
import type { BlockCode } from '../fec/code.ts';
import { groupsAllowed } from '../fec/group-size.ts';
import { statusEntryBytes, statusFixedBytes } from '../wire/poll.ts';
import { STATUS_BITMAP_BLOCKS, STATUS_BLOCKS_MAX } from '../limits.ts';
import type { BlockStatus, PolledBlock, StatusFrame } from '../wire/poll.ts';
import type { Assembly } from './assembly.ts';
import { Bitset } from './bitset.ts';
import { hasRoom } from './eviction.ts';

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

/** A block that is in memory. */
function statusOf(assembly: Assembly, { block, groupCount, wants }: PolledBlock): BlockStatus {
  if (assembly.phase !== 'filling' || assembly.isWhole()) return plain(block, 'held');
  if (assembly.isPolluted()) return plain(block, 'polluted');
  if (wants === 'bitmap' || assembly.isChecked()) return byName(block, assembly.missing.bytes);
  return byNumber(block, assembly.deficits(groupCount));
}

/** A block of which nothing is here: everything is missing. */
function statusOfNothing(code: BlockCode, { block, groupCount, wants }: PolledBlock): BlockStatus {
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
function missingBlocks(first: number, blockCount: number, view: { isHere(block: number): boolean }): Bytes {
  const missing = new Bitset(STATUS_BITMAP_BLOCKS);
  const last = Math.min(blockCount, first + STATUS_BITMAP_BLOCKS);
  for (let block = first; block < last; block++) if (!view.isHere(block)) missing.add(block - first);
  return missing.bytes;
}

/** Blocks that are here without their page; of all others, from `from` on, the first one where the root is missing too. */
function pagelessBlocks(
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

/** A file that comes in, as it stands. */
export interface FileState {
  readonly offer: { readonly blockCount: number };
  readonly written: Bitset;
  readonly blocks: ReadonlyMap<number, Assembly>;
  readonly hashes: readonly (Bytes | undefined)[];
  readonly hasRoot: boolean;
  /** Written, or whole in memory. */
  isHere(block: number): boolean;
  codeOf(block: number): Omit<BlockCode, 'groupCount'>;
}

/** What a STATUS of at most `datagramBytesMax` says of a file and of the blocks that were asked about. */
export function statusOfFile(
  now: number,
  file: FileState,
  asked: ReadonlyMap<number, PolledBlock>,
  datagramBytesMax: number,
): Omit<StatusFrame, 'type' | 'transfer' | 'member' | 'poll' | 'arrivals'> {
  const firstMissing = file.written.firstMissing();
  const pageless = pagelessBlocks(file.blocks, file.hashes, file.hasRoot ? undefined : firstMissing);
  return {
    needsRoot: !file.hasRoot,
    written: file.written.count,
    firstMissing,
    missingBlocks: missingBlocks(firstMissing, file.offer.blockCount, file),
    pageless,
    blocks: fittingEntries(now, file, asked, datagramBytesMax - statusFixedBytes(pageless.length)),
  };
}

/**
 * What is said of a block; nothing of one that the file does not have, nor of one that there is no room for: the sender
 * asks again, and sends it when there is.
 */
export function statusOfPolled(now: number, file: FileState, polled: PolledBlock): BlockStatus | undefined {
  const { block: index, groupCount } = polled;
  if (index >= file.offer.blockCount) return undefined;
  if (file.written.has(index)) return plain(index, 'written');
  const block = file.blocks.get(index);
  if (block !== undefined) return statusOf(block, polled);
  return hasRoom(now, file.blocks)
    ? statusOfNothing({ ...file.codeOf(index), groupCount }, polled)
    : undefined;
}

/** As many entries as fit one datagram; the sender asks again for the rest. */
function fittingEntries(
  now: number,
  file: FileState,
  asked: ReadonlyMap<number, PolledBlock>,
  bytesMax: number,
): BlockStatus[] {
  const entries: BlockStatus[] = [];
  let left = bytesMax;
  for (const polled of asked.values()) {
    const entry = statusOfPolled(now, file, polled);
    if (entry === undefined) continue;
    left -= statusEntryBytes(entry);
    if (left < 0) break;
    entries.push(entry);
  }
  return entries;
}
