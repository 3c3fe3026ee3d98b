/**
 * From symbols to plaintext: decodes blocks that have enough symbols, opens those that are whole, and has them written. A
 * block that does not open is polluted: from then on each of its symbols has to match what its server signed (§7.7).
 */
import type { Bytes } from '../../base/bytes.ts';
import type { TransferId } from '../../base/ids.ts';
import type { Context } from '../context.ts';
import { BLOCK_BYTES } from '../limits.ts';
import type { Assembly } from './assembly.ts';
import type { BlockTable } from './block-table.ts';
import { blockBytes } from './file.ts';
import type { FileOffer } from './file.ts';
import { OpenJob } from './jobs.ts';
import type { JobQueue } from './jobs.ts';
import type { TransferEpoch } from './transfer-keys.ts';

export interface OpenedFile {
  readonly offer: FileOffer;
  readonly isReceiving: boolean;
  hashOf(block: number): Bytes | undefined;
  /** All symbols of a block were as the server of that stream signed, and still it is not the block of the page. */
  caught(stream: TransferId | undefined): void;
}

export class BlockOpening {
  private readonly context: Context;
  private readonly jobs: JobQueue;
  private readonly table: BlockTable;
  private readonly file: OpenedFile;

  constructor(context: Context, jobs: JobQueue, table: BlockTable, file: OpenedFile) {
    this.context = context;
    this.jobs = jobs;
    this.table = table;
    this.file = file;
  }

  /** Something of a block is new. */
  advance(index: number, block: Assembly): void {
    if (block.isDecodable()) {
      this.jobs.add(block.decode(() => this.decoded(index, block)));
      return;
    }
    const hash = this.file.hashOf(index);
    if (hash === undefined || block.phase !== 'filling' || !block.isWhole()) return;
    block.phase = 'opening';
    const done = (plaintext: Bytes | undefined): void => this.opened(index, block, plaintext);
    const secret = (block.under as TransferEpoch).secret(this.file.offer.id);
    this.jobs.add(new OpenJob(this.context, secret, index, hash, block.sealed, done));
  }

  private decoded(index: number, block: Assembly): void {
    if (this.table.all.get(index) === block) this.advance(index, block);
  }

  private opened(index: number, block: Assembly, plaintext: Bytes | undefined): void {
    const { offer } = this.file;
    if (this.table.all.get(index) !== block) return;
    if (!this.file.isReceiving) return this.table.drop(index);
    if (plaintext === undefined || plaintext.length !== blockBytes(offer, index))
      return this.notOpened(index, block);
    block.phase = 'writing';
    // Nothing but this job worked on it, and nothing looks at it any more.
    this.context.buffers.give(block.sealed);
    block.plaintext = plaintext;
    const offset = index * BLOCK_BYTES;
    this.context.emit({
      type: 'write-block',
      transfer: offer.id,
      block: index,
      offset,
      bytes: plaintext,
    });
  }

  private notOpened(index: number, block: Assembly): void {
    this.context.count('block-corrupt');
    if (!block.isChecked()) return block.pollute();
    this.file.caught(block.vouchedBy);
    this.table.drop(index);
  }
}
