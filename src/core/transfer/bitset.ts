/** A set of small integers below a fixed size, as bits: low bit of the first byte is 0. */
import type { Bytes } from '../../base/bytes.ts';

const ONES = Array.from({ length: 256 }, (_, byte) => {
  let ones = 0;
  for (let rest = byte; rest > 0; rest >>= 1) ones += rest & 1;
  return ones;
});

export class Bitset {
  readonly size: number;
  readonly bytes: Uint8Array;
  count: number;

  constructor(size: number, full = false) {
    this.size = size;
    this.bytes = new Uint8Array(Math.ceil(size / 8));
    this.count = 0;
    if (full) this.fill();
  }

  has(index: number): boolean {
    return ((this.bytes[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
  }
  /** True where it was not in the set before. */
  add(index: number): boolean {
    if (index < 0 || index >= this.size || this.has(index)) return false;
    this.bytes[index >> 3] = (this.bytes[index >> 3] as number) | (1 << (index & 7));
    this.count++;
    return true;
  }
  /** True where it was in the set. */
  delete(index: number): boolean {
    if (index < 0 || index >= this.size || !this.has(index)) return false;
    this.bytes[index >> 3] = (this.bytes[index >> 3] as number) & ~(1 << (index & 7));
    this.count--;
    return true;
  }
  fill(): void {
    this.bytes.fill(255);
    const extra = this.size & 7;
    if (extra !== 0) this.bytes[this.bytes.length - 1] = (1 << extra) - 1;
    this.count = this.size;
  }
  /** Adds every bit of a bitmap from the wire, ignoring what lies beyond the size. */
  union(bitmap: Bytes): void {
    const length = Math.min(bitmap.length, this.bytes.length);
    for (let i = 0; i < length; i++) {
      const mask = i === this.bytes.length - 1 && (this.size & 7) !== 0 ? (1 << (this.size & 7)) - 1 : 255;
      const before = this.bytes[i] as number;
      const after = before | ((bitmap[i] as number) & mask);
      this.bytes[i] = after;
      this.count += (ONES[after] as number) - (ONES[before] as number);
    }
  }
  /** The lowest member at or after `from`, or -1. */
  next(from: number): number {
    for (let byte = from >> 3; byte < this.bytes.length; byte++) {
      let bits = this.bytes[byte] as number;
      if (byte === from >> 3) bits &= 255 << (from & 7);
      if (bits !== 0) return byte * 8 + (31 - Math.clz32(bits & -bits));
    }
    return -1;
  }
  /** The lowest integer that is not in the set; the size where there is none. */
  firstMissing(): number {
    for (let i = 0; i < this.size; i++) {
      if (this.bytes[i >> 3] === 255) i |= 7;
      else if (!this.has(i)) return i;
    }
    return this.size;
  }
  clear(): void {
    this.bytes.fill(0);
    this.count = 0;
  }
}

/** How many bits are set in a bitmap from the wire. */
export function popCount(bitmap: Bytes): number {
  let ones = 0;
  for (const byte of bitmap) ones += ONES[byte] as number;
  return ones;
}
