/**
 * The blocks of an incoming file that are in memory. Each is filled with symbols of one epoch only (protocol.md §7.9): one
 * of a newer epoch empties it, one of an older is dropped. Invariant: at most RECEIVE_BLOCKS_MAX blocks.
 */
import type { TransferId } from '../../base/ids.ts';
import type { Context } from '../context.ts';
import type { BlockCode } from '../fec/code.ts';
import { RECEIVE_BLOCKS_MAX } from '../limits.ts';
import type { Assembly } from './assembly.ts';
import { idleBlock } from './eviction.ts';
import { sealedBytes } from './file.ts';
import type { FileOffer } from './file.ts';
import type { TransferEpoch, TransferKeys } from './transfer-keys.ts';

export class BlockTable {
  readonly all = new Map<number, Assembly>();
  private readonly context: Context;
  private readonly offer: FileOffer;
  private readonly keys: TransferKeys;

  constructor(context: Context, offer: FileOffer, keys: TransferKeys) {
    this.context = context;
    this.offer = offer;
    this.keys = keys;
  }

  /** Where a symbol of that epoch goes; undefined where it is of no use, or there is no room. */
  at(now: number, index: number, epoch: number): Assembly | undefined {
    const block = this.all.get(index);
    return block?.under?.epoch === epoch ? block : this.renewed(now, index, epoch, block);
  }

  /** Blocks of epochs that we cannot open any more: their byte may come to mean another one. */
  dropForgotten(): void {
    for (const [index, { phase, under }] of this.all)
      if (phase === 'filling' && under !== undefined && this.keys.of(under.epoch) !== under) this.drop(index);
  }

  /** Blocks whose symbols are checked by the word of a server other than the author that has not got to serve them any more. */
  dropVouched(isServer: (stream: TransferId, block: number) => boolean): void {
    for (const [index, { phase, vouchedBy }] of this.all) {
      if (vouchedBy === undefined || vouchedBy === this.offer.id || phase !== 'filling') continue;
      if (!isServer(vouchedBy, index)) this.drop(index);
    }
  }

  /** Whatever is not whole: its memory is worth more to others. */
  dropFilling(): void {
    for (const [index, { phase }] of this.all) if (phase === 'filling') this.drop(index);
  }

  codeOf(block: number): Omit<BlockCode, 'groupCount'> {
    const { tag: transferTag, symbolBytes } = this.offer;
    return { transferTag, block, blockBytes: sealedBytes(this.offer, block), symbolBytes };
  }

  private renewed(
    now: number,
    index: number,
    epoch: number,
    block: Assembly | undefined,
  ): Assembly | undefined {
    const under = this.keys.of(epoch);
    if (under === undefined) return undefined;
    if (block === undefined) return this.open(now, index, under);
    // What is whole is as good under the epoch that it came under.
    if (block.phase !== 'filling' || block.isWhole()) return undefined;
    if (block.under !== undefined && this.keys.rank(epoch) <= this.keys.rank(block.under.epoch))
      return undefined;
    this.drop(index);
    return this.open(now, index, under);
  }

  private open(now: number, index: number, under: TransferEpoch): Assembly | undefined {
    if (this.all.size >= RECEIVE_BLOCKS_MAX) {
      const idle = idleBlock(now, this.all);
      if (idle === undefined) return undefined;
      this.drop(idle);
    }
    const block = this.context.assemble(this.codeOf(index));
    block.under = under;
    // From now on it may be given up for another: nobody may have sent a symbol of it yet.
    block.touchedAt = now;
    this.all.set(index, block);
    return block;
  }

  /** No job works on it. */
  drop(index: number): void {
    const block = this.all.get(index);
    if (block !== undefined) this.context.buffers.give(block.sealed);
    this.all.delete(index);
  }
}
