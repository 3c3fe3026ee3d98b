/**
 * The code itself (protocol.md, erasure code): how a block is cut into symbols and groups, and which coefficients a
 * repair symbol has. Symbol i belongs to group i mod groupCount, so that a burst of losses spreads over the groups.
 */
import type { Bytes } from '../../base/bytes.ts';

/** What sender and receiver both know of a coded block. */
export interface BlockCode {
  /** First four bytes of the transfer's id, as in every DATA. */
  readonly transferTag: number;
  /** Index of the block in the file, 24 bits. */
  readonly block: number;
  /** Size of the sealed block: at least 1. */
  readonly blockBytes: number;
  readonly symbolBytes: number;
  /** 1, 2 or 4; of a block with fewer symbols than groups the last groups are empty. */
  readonly groupCount: number;
}

export function symbolCount(code: BlockCode): number {
  return Math.ceil(code.blockBytes / code.symbolBytes);
}

/** How many source symbols a group has. */
export function groupSize(code: BlockCode, group: number): number {
  return Math.max(0, Math.ceil((symbolCount(code) - group) / code.groupCount));
}

/** The group of a source symbol, or of a repair symbol by its 24-bit id: the counter in the low 16 bits decides. */
export function groupOfSource(code: BlockCode, index: number): number {
  return index % code.groupCount;
}
export function groupOfRepair(code: BlockCode, id: number): number {
  return (id & 0xffff) % code.groupCount;
}

/** The part of the block that a source symbol is. Only the last one may be shorter than the rest. */
export function symbolOf(code: BlockCode, block: Bytes, index: number): Bytes {
  const start = index * code.symbolBytes;
  return block.subarray(start, Math.min(start + code.symbolBytes, code.blockBytes));
}

/** The size of a group's repair symbols: that of its first, longest source symbol. */
export function repairBytes(code: BlockCode, group: number): number {
  return Math.min(code.symbolBytes, code.blockBytes - group * code.symbolBytes);
}

/** A bijection of 32-bit numbers whose every output bit depends on every input bit. */
export function mix(value: number): number {
  let z = value ^ (value >>> 16);
  z = Math.imul(z, 0x21f0aaad);
  z ^= z >>> 15;
  z = Math.imul(z, 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

export function groupSeed(code: BlockCode, group: number): number {
  return mix((mix(code.block * 4 + group) + code.transferTag) >>> 0);
}

/** Names one repair symbol of a group; different ids give different keys. */
export function repairKey(seed: number, id: number): number {
  return mix((seed + id) >>> 0);
}

/**
 * Writes the coefficients of the given source symbols of the group (their places in it, ascending) in the repair
 * symbol of that key: each a byte out of 1…255. None is ever 0, so that one repair symbol heals any single loss.
 */
export function writeCoefficients(
  key: number,
  places: ArrayLike<number>,
  first: number,
  count: number,
  into: Bytes,
  at: number,
): void {
  let wordIndex = -1;
  let word = 0;
  for (let i = 0; i < count; i++) {
    const place = places[first + i] as number;
    if (place >> 2 !== wordIndex) {
      wordIndex = place >> 2;
      word = mix((key + Math.imul(wordIndex + 1, 0x9e3779b9)) >>> 0);
    }
    into[at + i] = (word >>> (8 * (place & 3))) & 255 || 1;
  }
}
