/**
 * A block whose ciphertext is in the sender's memory: what is still to send of it, and who has it.
 *
 * `sending` → `ready` (its pass is over, a poll is due) → `polled` (answers are coming in) → `sending` or closed. The
 * first pass is every source symbol, then as many repair symbols as will be needed almost surely. Later passes send, for
 * each group, as many repair symbols as the member that lacks most of it needs: one repair symbol heals different losses
 * at different members. Where the symbols themselves are known to be missing at all members alike, or most of a group is
 * missing, plain source symbols cost receivers no decoding and are sent instead.
 */
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId } from '../../base/ids.ts';
import { Encoder } from '../fec/encoder.ts';
import type { RepairBatch } from '../fec/encoder.ts';
import type { FecKernel } from '../fec/port.ts';
import { repairSymbol } from '../wire/data.ts';
import type { BlockStatus, GroupCount, PolledBlock } from '../wire/poll.ts';
import { SYMBOL_HASH_BYTES } from '../wire/symbols.ts';
import { Bitset, popCount } from './bitset.ts';

/** 8 × 719 × 1460 bytes of multiply-add: 0.2 ms at the kernel's speed. */
const REPAIR_BATCH_SYMBOLS = 8;

export type BlockPhase = 'sending' | 'ready' | 'polled';

export interface Symbol {
  readonly type: 'data' | 'repair';
  readonly symbol: number;
  readonly payload: Bytes;
}

export class OpenBlock {
  readonly index: number;
  readonly sealed: Bytes;
  readonly symbolBytes: number;
  readonly symbolCount: number;
  readonly groupCount: GroupCount;
  /** That it is sealed under, as DATA names it. */
  readonly epoch: number;
  /** False for a block that was closed and is open again for members that lag. */
  readonly fresh: boolean;
  phase: BlockPhase;
  /** 0 while its first pass is out. */
  pass = 0;
  /** The first poll after its latest pass: answers to an earlier one say nothing. */
  poll = 0;
  /** When the answers to the latest poll are due. */
  answerBy = Infinity;
  /** Active members that have not answered the poll. */
  readonly awaiting = new Set<MemberId>();
  readonly doneBy = new Set<MemberId>();
  /** Largest share of the first pass that an active member missed. */
  worstLoss = 0;
  reportedLoss: boolean;
  isPolluted = false;
  /** What the next poll asks for. */
  wants: PolledBlock['wants'];
  private readonly encoder: Encoder;
  private batch: RepairBatch | undefined;
  private batchNext = 0;
  /** Source symbols of the current pass. */
  private readonly toSend: Bitset;
  private cursor = 0;
  /** Repair symbols of the current pass, by group. */
  private readonly repairsToSend: number[];
  private readonly repairsSent: number[];
  private readonly firstRepair: number;
  /** Since the poll: the union of bitmaps, and by group the largest deficit. */
  private readonly missing: Bitset;
  private readonly deficits: number[];

  constructor(
    index: number,
    sealed: Bytes,
    symbolBytes: number,
    coding: {
      readonly kernel: FecKernel;
      readonly transferTag: number;
      readonly groupCount: GroupCount;
      /** Where the numbers of its repair symbols begin: members may still have those of the time before it was closed. */
      readonly firstRepair: number;
      readonly epoch: number;
    },
    fresh: boolean,
  ) {
    this.index = index;
    this.sealed = sealed;
    this.symbolBytes = symbolBytes;
    this.symbolCount = Math.ceil(sealed.length / symbolBytes);
    const { kernel, transferTag, groupCount } = coding;
    const code = { transferTag, block: index, blockBytes: sealed.length, symbolBytes, groupCount };
    this.encoder = new Encoder(kernel, code, sealed);
    this.groupCount = coding.groupCount;
    this.epoch = coding.epoch;
    this.fresh = fresh;
    this.toSend = new Bitset(this.symbolCount, fresh);
    this.missing = new Bitset(this.symbolCount);
    const zeros = (): number[] => Array.from({ length: this.groupCount }, () => 0);
    this.repairsToSend = zeros();
    this.repairsSent = zeros();
    this.firstRepair = coding.firstRepair;
    this.deficits = zeros();
    this.phase = fresh ? 'sending' : 'ready';
    this.reportedLoss = !fresh;
    // What a late member has of a block is anybody's guess: ask for it by name.
    this.wants = fresh ? 'deficits' : 'bitmap';
    if (!fresh) this.pass = 1;
  }

  /** Source symbols in a group. */
  groupSize(group: number): number {
    return Math.max(0, Math.ceil((this.symbolCount - group) / this.groupCount));
  }

  /** Repair symbols that the first pass ends with, by group. */
  addProactive(perGroup: (groupSize: number) => number): void {
    if (this.isPolluted) return;
    for (let group = 0; group < this.groupCount; group++)
      this.repairsToSend[group] = perGroup(this.groupSize(group));
  }

  /** The next symbol of this pass, or undefined; the pass ends with the last one. */
  nextSymbol(): Symbol | undefined {
    if (this.phase !== 'sending') return undefined;
    const next = this.nextSource() ?? this.nextRepair();
    if (this.toSend.count === 0 && this.repairsToSend.every((count) => count <= 0)) this.phase = 'ready';
    return next;
  }

  /** Its pass is not over. */
  isSending(): boolean {
    return this.phase === 'sending';
  }

  asPolled(): PolledBlock {
    return { block: this.index, groupCount: this.groupCount, wants: this.wants };
  }

  polled(poll: number, awaiting: Iterable<MemberId>, answerBy: number): void {
    if (this.phase === 'ready') this.poll = poll;
    this.phase = 'polled';
    this.answerBy = answerBy;
    this.awaiting.clear();
    for (const member of awaiting) if (!this.doneBy.has(member)) this.awaiting.add(member);
  }

  /** An answer to the latest poll that something is missing. `sent`: repair symbols beside the sources in pass 0. */
  report(member: MemberId, status: BlockStatus): number | undefined {
    if (status.state === 'missing') {
      this.awaiting.delete(member);
      this.missing.union(status.bitmap);
      return popCount(status.bitmap) / this.symbolCount;
    }
    if (status.deficits.length !== this.groupCount) return undefined;
    this.awaiting.delete(member);
    let total = 0;
    status.deficits.forEach((deficit, group) => {
      const bounded = Math.min(deficit, this.groupSize(group));
      this.deficits[group] = Math.max(this.deficits[group] as number, bounded);
      total += bounded;
    });
    return total / this.symbolCount;
  }

  /** A member has it on its disk. */
  wrote(member: MemberId): void {
    this.doneBy.add(member);
    this.awaiting.delete(member);
  }

  /** What a member lacks, as a share of the block; in the first pass its loss is learned, repair symbols counted in. */
  noteLoss(member: MemberId, entry: BlockStatus): number {
    const isThere = entry.state === 'written' || entry.state === 'held' || entry.state === 'polluted';
    const deficit = isThere ? 0 : this.report(member, entry);
    if (this.pass > 0 || deficit === undefined) return deficit ?? 0;
    const share = this.repairShare;
    const loss = entry.state === 'missing' ? deficit : (deficit + share) / (1 + share);
    this.worstLoss = Math.max(this.worstLoss, Math.min(1, loss));
    return deficit;
  }

  /** False symbols of it are about: plain ones, named one by one, can be checked, coded ones cannot. */
  pollute(): void {
    this.isPolluted = true;
    this.wants = 'bitmap';
    this.repairsToSend.fill(0);
  }

  /** SHA-256 of each source symbol, cut to what SYMBOLS carries. */
  symbolHashes(sha256: (bytes: Bytes) => Bytes): Bytes[] {
    return Array.from({ length: this.symbolCount }, (_, symbol) =>
      sha256(this.source(symbol)).subarray(0, SYMBOL_HASH_BYTES),
    );
  }

  /** Repair symbols sent so far, as a share of the source symbols. */
  get repairShare(): number {
    return this.repairsSent.reduce((sum, sent) => sum + sent, 0) / this.symbolCount;
  }

  hasMissing(): boolean {
    return this.missing.count > 0 || this.deficits.some((deficit) => deficit > 0);
  }

  /** Starts the pass that sends what was reported missing; `lossAgain` of it will be lost at the unluckiest member. */
  startRepair(extra: (symbols: number) => number): void {
    this.pass++;
    this.phase = 'sending';
    this.cursor = 0;
    // Most of a group is missing somewhere: decoding that would cost more than sending it plainly.
    const isMostlyMissing = this.deficits.some((deficit, group) => deficit > this.groupSize(group) / 2);
    if (isMostlyMissing && this.missing.count === 0) {
      this.wants = 'bitmap';
      this.phase = 'ready';
    } else {
      this.wants = this.isPolluted ? 'bitmap' : 'deficits';
      this.toSend.union(this.missing.bytes);
      this.deficits.forEach(
        (deficit, group) =>
          (this.repairsToSend[group] = deficit === 0 || this.isPolluted ? 0 : deficit + extra(deficit)),
      );
    }
    this.missing.clear();
    this.deficits.fill(0);
  }

  private nextSource(): Symbol | undefined {
    const symbol = this.toSend.next(this.cursor);
    if (symbol < 0) return undefined;
    this.toSend.delete(symbol);
    this.cursor = symbol + 1;
    return { type: 'data', symbol, payload: this.source(symbol) };
  }

  private nextRepair(): Symbol | undefined {
    const group = this.repairsToSend.findIndex((count) => count > 0);
    if (group < 0) return undefined;
    if (this.batch === undefined || this.batchNext === this.batch.ids.length)
      this.batch = this.startBatch(group);
    const { batch } = this;
    const symbol = batch.ids[this.batchNext] as number;
    const payload = batch.payloads[this.batchNext] as Bytes;
    this.batchNext++;
    this.repairsToSend[group] = (this.repairsToSend[group] as number) - 1;
    return { type: 'repair', symbol, payload };
  }

  /** A few repair symbols of a group at once: made together, each costs half of one made alone. */
  private startBatch(group: number): RepairBatch {
    const count = Math.min(REPAIR_BATCH_SYMBOLS, this.repairsToSend[group] as number);
    const first = this.repairsSent[group] as number;
    const { groupCount } = this;
    const ids = Array.from({ length: count }, (_, i) =>
      repairSymbol({ groupCount, group, number: this.firstRepair + first + i }),
    );
    this.repairsSent[group] = first + count;
    this.batchNext = 0;
    const batch = this.encoder.batch(group, ids);
    while (!batch.done) batch.step();
    return batch;
  }

  private source(symbol: number): Bytes {
    return this.sealed.subarray(symbol * this.symbolBytes, (symbol + 1) * this.symbolBytes);
  }
}
