/** A block whose ciphertext is in the sender's memory: what is still to send of it, and who has it. */
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId } from '../../base/ids.ts';
import { Bitset, popCount } from './bitset.ts';

/** `sending` → `ready` (its pass is over, a poll is due) → `polled` (answers are coming in) → `sending` or closed. */
export type BlockPhase = 'sending' | 'ready' | 'polled';

export class OpenBlock {
  readonly index: number;
  readonly sealed: Bytes;
  readonly symbolBytes: number;
  readonly symbolCount: number;
  phase: BlockPhase;
  /** 0 while its first pass is out. */
  pass = 0;
  /** False for a block that was closed and is open again for members that lag. */
  readonly fresh: boolean;
  /** The first poll after its latest pass: answers to an earlier one say nothing. */
  poll = 0;
  /** When the answers to the latest poll are due. */
  answerBy = Infinity;
  /** Active members that have not answered the poll. */
  readonly awaiting = new Set<MemberId>();
  readonly doneBy = new Set<MemberId>();
  /** What members reported missing since the poll. */
  readonly missing: Bitset;
  private readonly toSend: Bitset;
  private cursor = 0;
  /** Largest share of the first pass that an active member missed. */
  worstLoss = 0;
  reportedLoss = false;

  /** `fresh`: all of it is sent before anyone is asked. Otherwise a poll says first what is missing. */
  constructor(index: number, sealed: Bytes, symbolBytes: number, fresh: boolean) {
    this.index = index;
    this.sealed = sealed;
    this.symbolBytes = symbolBytes;
    this.symbolCount = Math.ceil(sealed.length / symbolBytes);
    this.toSend = new Bitset(this.symbolCount, fresh);
    this.missing = new Bitset(this.symbolCount);
    this.fresh = fresh;
    this.phase = fresh ? 'sending' : 'ready';
    this.reportedLoss = !fresh;
    if (!fresh) this.pass = 1;
  }

  /** The next symbol of this pass, or undefined; the pass ends with the last one. */
  nextSymbol(): { symbol: number; payload: Bytes } | undefined {
    if (this.phase !== 'sending') return undefined;
    const symbol = this.toSend.next(this.cursor);
    if (symbol < 0) return undefined;
    this.toSend.delete(symbol);
    this.cursor = symbol + 1;
    if (this.toSend.count === 0) this.phase = 'ready';
    return {
      symbol,
      payload: this.sealed.subarray(symbol * this.symbolBytes, (symbol + 1) * this.symbolBytes),
    };
  }

  polled(poll: number, awaiting: Iterable<MemberId>, answerBy: number): void {
    if (this.phase === 'ready') this.poll = poll;
    this.phase = 'polled';
    this.answerBy = answerBy;
    this.awaiting.clear();
    for (const member of awaiting) if (!this.doneBy.has(member)) this.awaiting.add(member);
  }

  reportMissing(member: MemberId, bitmap: Bytes): void {
    this.awaiting.delete(member);
    this.missing.union(bitmap);
    if (this.pass === 0)
      this.worstLoss = Math.max(this.worstLoss, Math.min(1, popCount(bitmap) / this.symbolCount));
  }

  /** Sends what was reported missing: the union over all members. */
  startRepair(): void {
    this.toSend.union(this.missing.bytes);
    this.missing.clear();
    this.cursor = 0;
    this.pass++;
    this.phase = 'sending';
  }
}
