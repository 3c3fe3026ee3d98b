/**
 * A block at a receiver: source symbols go to their place; from the first repair symbol on, one decoder for each group
 * counts what still helps, and a job works out what is missing (protocol.md §7.2). Where the symbols turn out not to fit
 * together, each has to match its signed hash from then on (§7.7).
 */
import { equalBytes } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { TransferId } from '../../base/ids.ts';
import { groupSize } from '../fec/code.ts';
import type { BlockCode } from '../fec/code.ts';
import { Decoder } from '../fec/decoder.ts';
import { groupsAllowed } from '../fec/group-size.ts';
import type { FecKernel } from '../fec/port.ts';
import { parseRepairSymbol } from '../wire/data.ts';
import type { GroupCount } from '../wire/poll.ts';
import { SYMBOL_HASH_BYTES } from '../wire/symbols.ts';
import { Bitset } from './bitset.ts';
import type { Job } from './jobs.ts';
import type { TransferEpoch } from './transfer-keys.ts';

type Sha256 = (bytes: Bytes) => Bytes;

/** What a receiver does with a block that fills. */
export type Assembly = Pick<BlockAssembly, keyof BlockAssembly>;
/** Makes the place of a block. */
export type AssemblyFactory = (code: Omit<BlockCode, 'groupCount'>) => Assembly;

export class BlockAssembly {
  readonly sealed: Uint8Array;
  /** Source symbols that were not received and not yet worked out. */
  readonly missing: Bitset;
  phase: 'filling' | 'decoding' | 'opening' | 'writing' = 'filling';
  private readonly kernel: FecKernel;
  private readonly code: Omit<BlockCode, 'groupCount'>;
  private decoders: Decoder[] | undefined;
  private groupCount: GroupCount = 1;
  /** Short hashes of the source symbols, once somebody was caught sending false ones. */
  private hashes: (Bytes | undefined)[] | undefined;

  /** When a symbol of it came last. */
  touchedAt = -Infinity;
  /** The epoch that its symbols are of. */
  under: TransferEpoch | undefined;
  /** Whose word the hashes of its symbols are: a stream. */
  vouchedBy: TransferId | undefined;
  /** Opened and on its way to the disk. */
  plaintext: Bytes | undefined;

  /** `sealed`: where its symbols are put together, with anything in it. */
  constructor(kernel: FecKernel, code: Omit<BlockCode, 'groupCount'>, sealed: Uint8Array) {
    this.kernel = kernel;
    this.code = code;
    this.sealed = sealed;
    this.missing = new Bitset(Math.ceil(code.blockBytes / code.symbolBytes), true);
  }

  /** True where it was new. */
  addSource(symbol: number, payload: Bytes, sha256: Sha256): boolean {
    const { symbolBytes } = this.code;
    const offset = symbol * symbolBytes;
    const length = Math.min(symbolBytes, this.sealed.length - offset);
    if (this.phase !== 'filling' || length <= 0 || payload.length !== length) return false;
    if (!this.missing.has(symbol)) return false;
    if (this.hashes !== undefined && !this.fits(symbol, payload, sha256)) return false;
    this.missing.delete(symbol);
    const decoder = this.decoders?.[symbol % this.groupCount];
    if (decoder === undefined) this.sealed.set(payload, offset);
    else decoder.addSource(symbol, payload);
    return true;
  }

  /** True where it was new and is of use. */
  addRepair(id: number, payload: Bytes): boolean {
    const parsed = parseRepairSymbol(id);
    // A coded symbol cannot be checked by itself.
    if (this.hashes !== undefined || this.phase !== 'filling' || parsed === undefined || this.isWhole())
      return false;
    const decoder = this.decodersFor(parsed.groupCount)?.[parsed.group];
    return decoder !== undefined && !decoder.done && decoder.addRepair(id, payload) === 'added';
  }

  /** How many more symbols each group needs. */
  deficits(groupCount: GroupCount): number[] {
    const decoders = this.decodersFor(groupCount);
    // Of a block with fewer symbols than groups the last groups are empty.
    return Array.from({ length: groupCount }, (_, group) => decoders?.[group]?.deficit ?? 0);
  }

  /** Every source symbol is here. */
  isWhole(): boolean {
    return this.missing.count === 0;
  }

  /** Every group has as many symbols as it needs, some of them repair symbols. */
  isDecodable(): boolean {
    if (this.phase !== 'filling' || this.decoders === undefined || this.isWhole()) return false;
    return this.decoders.every((decoder) => decoder.deficit === 0);
  }

  /** Works out what is missing, in slices. */
  decode(done: () => void): Job {
    this.phase = 'decoding';
    const pending = [...(this.decoders ?? [])];
    return {
      step: () => {
        const decoder = pending[0];
        if (decoder !== undefined) {
          decoder.step();
          if (decoder.done) pending.shift();
          return false;
        }
        this.missing.clear();
        this.phase = 'filling';
        done();
        return true;
      },
    };
  }

  // ---- false symbols

  /** The symbols that are here do not fit together. None of them counts until its hash is known and fits. */
  pollute(): void {
    this.phase = 'filling';
    this.decoders = undefined;
    this.hashes ??= [];
    this.missing.fill();
  }

  /** Whose word they were is not believed any more. */
  forgetHashes(): void {
    if (this.hashes !== undefined) this.hashes = [];
  }

  /** True while hashes are needed to go on. */
  isPolluted(): boolean {
    return this.hashes !== undefined && !this.knowsHashes();
  }
  /** Every symbol in it was checked against the sender's word. */
  isChecked(): boolean {
    return this.hashes !== undefined && this.knowsHashes();
  }

  /** Learns hashes of source symbols, and takes those that are here and fit. */
  learnHashes(first: number, hashes: readonly Bytes[], sha256: Sha256): void {
    if (this.phase !== 'filling' || first + hashes.length > this.missing.size) return;
    // Before the block was caught, what is here may be anything: look at each symbol again.
    if (this.hashes === undefined) this.pollute();
    const known = this.hashes ?? [];
    hashes.forEach((hash, i) => {
      if (known[first + i] !== undefined) return;
      known[first + i] = hash;
      if (this.fits(first + i, this.symbol(first + i), sha256)) this.missing.delete(first + i);
    });
  }

  private knowsHashes(): boolean {
    for (let symbol = 0; symbol < this.missing.size; symbol++)
      if (this.hashes?.[symbol] === undefined) return false;
    return true;
  }

  private fits(symbol: number, payload: Bytes, sha256: Sha256): boolean {
    const hash = this.hashes?.[symbol];
    return hash !== undefined && equalBytes(sha256(payload).subarray(0, SYMBOL_HASH_BYTES), hash);
  }

  private symbol(symbol: number): Bytes {
    return this.sealed.subarray(symbol * this.code.symbolBytes, (symbol + 1) * this.code.symbolBytes);
  }

  /** Repair symbols of another grouping are of no use together: a sender that regroups starts them anew. */
  private decodersFor(groupCount: GroupCount): Decoder[] | undefined {
    if (this.decoders !== undefined && this.groupCount === groupCount) return this.decoders;
    if (!groupsAllowed(this.missing.size, groupCount)) return undefined;
    const code: BlockCode = { ...this.code, groupCount };
    const groups = Array.from({ length: groupCount }, (_, group) => group).filter(
      (group) => groupSize(code, group) > 0,
    );
    this.groupCount = groupCount;
    this.decoders = groups.map((group) => new Decoder(this.kernel, code, group, this.sealed));
    for (let symbol = 0; symbol < this.missing.size; symbol++) {
      if (!this.missing.has(symbol))
        this.decoders[symbol % groupCount]?.addSource(symbol, this.symbol(symbol));
    }
    return this.decoders;
  }
}
