import { fromHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import { assert } from '../../base/assert.ts';

/** The bytes of hexadecimal text that our own side made: anything else is a bug here. */
export function fromHexExact(text: string, length: number): Bytes {
  const bytes = fromHex(text);
  assert(bytes !== undefined && bytes.length === length, `expected ${length} bytes of hexadecimal`);
  return bytes;
}
