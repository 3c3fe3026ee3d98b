/** Small frames of a transfer on their way to the bulk group; they go before data. What was asked for again goes once. */
import type { Bytes } from '../../base/bytes.ts';
import type { Context } from '../context.ts';
import { BLOCKS_MAX, SYMBOL_HASHES_MAX } from '../limits.ts';
import { signFrame } from '../wire/signing.ts';
import { encodeSymbols } from '../wire/symbols.ts';
import type { FileOffer } from './file.ts';
import type { OpenBlock } from './open-block.ts';
import type { Stream } from './stream.ts';

/** How long a frame that was asked for again is not repeated, however many ask. */
const RESEND_HOLDOFF_MS = 15;
/** Frames whose last repeat is remembered; older ones may be repeated early. */
const REMEMBERED_MAX = 1024;

export class SignedQueue {
  private readonly context: Context;
  private readonly offer: FileOffer;
  private readonly stream: Stream;
  private readonly frames: Bytes[] = [];
  private readonly resentAt = new Map<number, number>();

  constructor(context: Context, offer: FileOffer, stream: Stream) {
    this.context = context;
    this.offer = offer;
    this.stream = stream;
  }

  push(...frames: readonly Bytes[]): void {
    this.frames.push(...frames);
  }
  /** Ahead of what waits. */
  pushFirst(frame: Bytes): void {
    this.frames.unshift(frame);
  }
  shift(): Bytes | undefined {
    return this.frames.shift();
  }
  isEmpty(): boolean {
    return this.frames.length === 0;
  }
  clear(): void {
    this.frames.length = 0;
  }

  page(now: number, page: { readonly first: number; readonly frame: Bytes } | undefined): void {
    if (page !== undefined && this.mayResend(now, page.first)) this.frames.push(page.frame);
  }
  root(now: number, root: Bytes | undefined): void {
    if (root !== undefined && this.mayResend(now, -1)) this.frames.push(root);
  }
  /** The hashes of a block's symbols, for members that cannot tell good ones from false ones. */
  symbols(now: number, block: OpenBlock): void {
    if (!this.mayResend(now, BLOCKS_MAX + block.index)) return;
    const { crypto } = this.context;
    const { room } = this.offer;
    const { id: transfer } = this.stream;
    const hashes = block.symbolHashes(crypto.sha256);
    for (let first = 0; first < hashes.length; first += SYMBOL_HASHES_MAX) {
      const part = hashes.slice(first, first + SYMBOL_HASHES_MAX);
      const { index, epoch } = block;
      const frame = encodeSymbols(room, { transfer, block: index, epoch, first, hashes: part });
      this.frames.push(signFrame(crypto, 'symbols', room, frame));
    }
  }

  private mayResend(now: number, key: number): boolean {
    if (now - (this.resentAt.get(key) ?? -Infinity) < RESEND_HOLDOFF_MS) return false;
    this.resentAt.delete(key);
    if (this.resentAt.size >= REMEMBERED_MAX)
      this.resentAt.delete(this.resentAt.keys().next().value as number);
    this.resentAt.set(key, now);
    return true;
  }
}
