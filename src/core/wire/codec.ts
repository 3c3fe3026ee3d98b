/**
 * Fixed-layout encoding. A Writer grows its own buffer; a Reader is total: past the end, or where a value breaks
 * its rule, it goes bad and stays bad, and every further read returns zeros. A decoder reads everything, then asks
 * `done()` once. All numbers are big-endian.
 */
import type { Bytes } from '../../base/bytes.ts';
import { UsageError } from '../../base/assert.ts';
import { U48_MAX } from '../limits.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const utf8 = (text: string): Bytes => encoder.encode(text);

/** The text of valid UTF-8, else undefined. */
export function fromUtf8(bytes: Bytes): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The longest beginning of `text` that takes at most `bytesMax` bytes and ends between two characters. */
export function clipUtf8(text: string, bytesMax: number): string {
  const bytes = utf8(text);
  if (bytes.length <= bytesMax) return text;
  let end = bytesMax;
  // 0b10xxxxxx continues a character.
  while (end > 0 && ((bytes[end] as number) & 0xc0) === 0x80) end--;
  return fromUtf8(bytes.subarray(0, end)) ?? '';
}

export class Writer {
  private buffer: Uint8Array;
  private view: DataView;
  private length = 0;

  constructor(capacity = 256) {
    this.buffer = new Uint8Array(capacity);
    this.view = new DataView(this.buffer.buffer);
  }

  u8(value: number): this {
    const at = this.grow(1);
    this.view.setUint8(at, value);
    return this;
  }
  u16(value: number): this {
    const at = this.grow(2);
    this.view.setUint16(at, value);
    return this;
  }
  u24(value: number): this {
    const at = this.grow(3);
    this.view.setUint8(at, value >>> 16);
    this.view.setUint16(at + 1, value & 0xffff);
    return this;
  }
  u32(value: number): this {
    const at = this.grow(4);
    this.view.setUint32(at, value);
    return this;
  }
  u48(value: number): this {
    if (!Number.isSafeInteger(value) || value < 0 || value > U48_MAX)
      throw new UsageError(`not a u48: ${value}`);
    const at = this.grow(6);
    this.view.setUint16(at, Math.floor(value / 2 ** 32));
    this.view.setUint32(at + 2, value % 2 ** 32);
    return this;
  }
  bytes(value: Bytes): this {
    const at = this.grow(value.length);
    this.buffer.set(value, at);
    return this;
  }
  /** One byte of length, then UTF-8. */
  shortText(text: string): this {
    const value = utf8(text);
    if (value.length > 255) throw new UsageError('text too long for its field');
    return this.u8(value.length).bytes(value);
  }
  get size(): number {
    return this.length;
  }
  finish(): Bytes {
    return this.buffer.slice(0, this.length);
  }

  private grow(count: number): number {
    const at = this.length;
    const needed = at + count;
    if (needed > this.buffer.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.buffer.length));
      larger.set(this.buffer.subarray(0, at));
      this.buffer = larger;
      this.view = new DataView(larger.buffer);
    }
    this.length = needed;
    return at;
  }
}

export class Reader {
  private readonly source: Bytes;
  private readonly view: DataView;
  private offset = 0;
  private bad = false;

  constructor(source: Bytes) {
    this.source = source;
    this.view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  }

  u8(): number {
    const at = this.take(1);
    return at < 0 ? 0 : this.view.getUint8(at);
  }
  u16(): number {
    const at = this.take(2);
    return at < 0 ? 0 : this.view.getUint16(at);
  }
  u24(): number {
    const at = this.take(3);
    return at < 0 ? 0 : this.view.getUint8(at) * 65536 + this.view.getUint16(at + 1);
  }
  u32(): number {
    const at = this.take(4);
    return at < 0 ? 0 : this.view.getUint32(at);
  }
  u48(): number {
    const at = this.take(6);
    return at < 0 ? 0 : this.view.getUint16(at) * 2 ** 32 + this.view.getUint32(at + 2);
  }
  /** A view into the datagram: copy it to keep it. */
  bytes(count: number): Bytes {
    const at = this.take(count);
    return at < 0 ? new Uint8Array(0) : this.source.subarray(at, at + count);
  }
  /** `count` bytes that must be UTF-8. */
  text(count: number): string {
    const text = fromUtf8(this.bytes(count));
    if (text === undefined) this.bad = true;
    return text ?? '';
  }
  /** One byte of length, at most `max`, then UTF-8. */
  shortText(max: number): string {
    const length = this.u8();
    if (length > max) this.fail();
    return this.text(this.bad ? 0 : length);
  }
  /** A count of at most `max` items, each read by `item`. */
  list<T>(max: number, item: () => T): T[] {
    const count = this.u8();
    if (count > max) this.fail();
    const items: T[] = [];
    for (let i = 0; i < count && !this.bad; i++) items.push(item());
    return items;
  }
  rest(): Bytes {
    return this.bytes(this.source.length - this.offset);
  }
  /** For a rule of the format that a value breaks. */
  fail(): void {
    this.bad = true;
  }
  require(condition: boolean): void {
    if (!condition) this.bad = true;
  }
  get position(): number {
    return this.offset;
  }
  /** No rule was broken so far. */
  get isGood(): boolean {
    return !this.bad;
  }
  /** True where everything was read, nothing is left over and no rule was broken. */
  done(): boolean {
    return !this.bad && this.offset === this.source.length;
  }

  private take(count: number): number {
    const at = this.offset;
    if (this.bad || at + count > this.source.length) {
      this.bad = true;
      return -1;
    }
    this.offset = at + count;
    return at;
  }
}
