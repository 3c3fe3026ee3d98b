import { EMOJI_BYTES_MAX } from '../../contract/history.ts';
import { utf8Length } from './names.ts';

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** One picture, and no letters: what can stand as a reaction. */
export function isEmoji(text: string): boolean {
  if (text === '' || utf8Length(text) > EMOJI_BYTES_MAX) return false;
  const [first, ...more] = segmenter.segment(text);
  return first !== undefined && more.length === 0 && /\p{Extended_Pictographic}|\p{RI}{2}|\u20e3/u.test(text);
}
