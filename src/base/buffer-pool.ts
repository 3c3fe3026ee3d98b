/**
 * Buffers of one size, used again and again. A new megabyte costs its pages' faults and zeros, and each ten of them a
 * collection of garbage: together as much as ciphering the block that goes into it.
 *
 * What is given back must not be used by anybody any more; what is not given back is merely collected.
 */
import { assert } from './assert.ts';

export class BufferPool {
  readonly bufferBytes: number;
  private readonly keptMax: number;
  private readonly kept: Uint8Array[] = [];

  /** Keeps at most `keptMax` buffers of `bufferBytes` each for later. */
  constructor(bufferBytes: number, keptMax: number) {
    this.bufferBytes = bufferBytes;
    this.keptMax = keptMax;
  }

  /** The first `bytes` of a buffer, with anything in it. At most `bufferBytes`. */
  take(bytes: number): Uint8Array {
    assert(bytes <= this.bufferBytes, 'more bytes than a buffer of this pool has');
    const buffer = this.kept.pop() ?? new Uint8Array(this.bufferBytes);
    return buffer.length === bytes ? buffer : buffer.subarray(0, bytes);
  }

  /** Nothing is going on: the memory goes back to the system. */
  release(): void {
    this.kept.length = 0;
  }

  /** Whatever `take` returned, or a part of it that begins where it begins; anything else is left alone. */
  give(part: Uint8Array): void {
    if (part.buffer.byteLength !== this.bufferBytes || part.byteOffset !== 0) return;
    if (this.kept.length < this.keptMax) this.kept.push(new Uint8Array(part.buffer));
  }
}
