/**
 * A block at a simulated receiver that counts instead of keeping bytes: which source symbols came, and the rank of each
 * group. A thousand members with a dozen open blocks each would need 12 GB otherwise. The rank grows as that of the real
 * code does: a repair symbol is no use where it depends on what is there, which for random coefficients over GF(2⁸) and
 * a deficit of d happens once in 255 to the power of d. `codec.test.ts` holds the real decoder to the same.
 */
import type { Bytes } from '../../src/base/bytes.ts';
import type { Random } from '../../src/base/prng.ts';
import { groupSize } from '../../src/core/fec/code.ts';
import type { BlockCode } from '../../src/core/fec/code.ts';
import { BLOCK_BYTES, TAG_BYTES } from '../../src/core/limits.ts';
import type { Assembly } from '../../src/core/transfer/assembly.ts';
import { Bitset } from '../../src/core/transfer/bitset.ts';
import { parseRepairSymbol } from '../../src/core/wire/data.ts';
import type { GroupCount } from '../../src/core/wire/poll.ts';

const NOBODYS_BYTES = new Uint8Array(BLOCK_BYTES + TAG_BYTES);

export class RankAssembly implements Assembly {
  readonly sealed: Uint8Array;
  readonly missing: Bitset;
  phase: Assembly['phase'] = 'filling';
  plaintext: Bytes | undefined;
  touchedAt = -Infinity;
  under: Assembly['under'];
  vouchedBy: Assembly['vouchedBy'];
  private readonly code: Omit<BlockCode, 'groupCount'>;
  private readonly random: Random;
  private groupCount: GroupCount = 1;
  /** By group: independent symbols that are still needed, once a repair symbol or a question fixed the grouping. */
  private lacking: number[] | undefined;
  private readonly repairs = new Set<number>();

  constructor(code: Omit<BlockCode, 'groupCount'>, random: Random) {
    this.code = code;
    this.random = random;
    this.sealed = NOBODYS_BYTES.subarray(0, code.blockBytes);
    this.missing = new Bitset(Math.ceil(code.blockBytes / code.symbolBytes), true);
  }

  addSource(symbol: number, payload: Bytes): boolean {
    const { symbolBytes } = this.code;
    const length = Math.min(symbolBytes, this.sealed.length - symbol * symbolBytes);
    if (this.phase !== 'filling' || payload.length !== length || !this.missing.delete(symbol)) return false;
    if (this.lacking !== undefined) this.grow(symbol % this.groupCount);
    return true;
  }

  addRepair(id: number): boolean {
    const parsed = parseRepairSymbol(id);
    if (parsed === undefined || this.phase !== 'filling' || this.isWhole()) return false;
    this.group(parsed.groupCount);
    if (this.repairs.has(id)) return false;
    this.repairs.add(id);
    return this.grow(parsed.group);
  }

  deficits(groupCount: GroupCount): number[] {
    return [...this.group(groupCount)];
  }
  isWhole(): boolean {
    return this.missing.count === 0;
  }
  isDecodable(): boolean {
    if (this.phase !== 'filling' || this.repairs.size === 0 || this.isWhole()) return false;
    return this.lacking?.every((count) => count === 0) === true;
  }
  decode(done: () => void): { step(): boolean } {
    this.phase = 'decoding';
    return {
      step: () => {
        this.missing.clear();
        this.phase = 'filling';
        done();
        return true;
      },
    };
  }

  // Nobody sends false symbols here.
  pollute(): void {}
  isPolluted(): boolean {
    return false;
  }
  isChecked(): boolean {
    return false;
  }
  learnHashes(): void {}
  forgetHashes(): void {}

  private grow(group: number): boolean {
    const lacking = this.lacking as number[];
    const deficit = lacking[group] as number;
    if (deficit === 0 || (deficit < 4 && this.random.next() < 255 ** -deficit)) return false;
    lacking[group] = deficit - 1;
    return true;
  }

  private group(groupCount: GroupCount): number[] {
    if (this.lacking !== undefined && this.groupCount === groupCount) return this.lacking;
    const lacking = Array.from({ length: groupCount }, (_, group) =>
      groupSize({ ...this.code, groupCount }, group),
    );
    for (let symbol = 0; symbol < this.missing.size; symbol++)
      if (!this.missing.has(symbol))
        lacking[symbol % groupCount] = (lacking[symbol % groupCount] as number) - 1;
    this.groupCount = groupCount;
    this.lacking = lacking;
    this.repairs.clear();
    return lacking;
  }
}
