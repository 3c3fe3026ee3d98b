import { UsageError } from '../base/assert.ts';
import { NAME_BYTES_MAX } from './limits.ts';
import { clipUtf8 } from './wire/codec.ts';

/** The name as it goes on the wire: trimmed, cut between characters to what the frame has room for. */
export function checkedName(name: string): string {
  const clipped = clipUtf8(name.trim(), NAME_BYTES_MAX);
  if (clipped.length === 0) throw new UsageError('a name has at least one character');
  return clipped;
}
