import { UsageError } from '../base/assert.ts';
import { NAME_BYTES_MAX } from './limits.ts';
import { clipUtf8 } from './wire/codec.ts';
import { COLOUR_MAX } from './wire/hello.ts';

/** The name as it goes on the wire: trimmed, cut between characters to what the frame has room for. */
export function checkedName(name: string): string {
  const clipped = clipUtf8(name.trim(), NAME_BYTES_MAX);
  if (clipped.length === 0) throw new UsageError('a name has at least one character');
  return clipped;
}

/** The colour of the badge as a HELLO has room for it. */
export function checkedColour(colour: number | undefined): number | undefined {
  if (colour === undefined) return undefined;
  const fits = Number.isInteger(colour) && colour >= 1 && colour <= COLOUR_MAX;
  if (!fits) throw new UsageError(`a colour is 1 to ${COLOUR_MAX}`);
  return colour;
}
