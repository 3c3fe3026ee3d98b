import type { RoomInfo } from '../../contract/api.ts';
import type { WebWords } from '../../words/web.ts';
import { NAME_CHARACTERS_SHOWN_MAX } from '../limits.ts';

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const encoder = new TextEncoder();

/** The beginning of a foreign name that is worth rendering; what is wider than its place is clipped by CSS. */
export function shownName(name: string): string {
  if (name.length <= NAME_CHARACTERS_SHOWN_MAX) return name;
  return `${name.slice(0, NAME_CHARACTERS_SHOWN_MAX)}…`;
}

/** A room's name in a sentence; the lobby has one in the user's language. */
export function roomNameOf(info: RoomInfo | undefined, words: WebWords): string {
  if (info === undefined) return '';
  return info.kind === 'public' && info.room === 'lobby' ? words.lobby : shownName(info.name);
}

/** One character that stands for a person: the first letter of the name, or a dot where it has none. */
export function initialOf(name: string): string {
  for (const { segment } of segmenter.segment(name.slice(0, 32))) {
    const base = segment.normalize('NFC').match(/[\p{L}\p{N}]/u);
    if (base !== null) return base[0].toLocaleUpperCase();
  }
  return '·';
}

/** Of the colours that people can choose, in degrees: apart enough that each has a name of its own. */
const HUES = [25, 58, 92, 145, 195, 250, 295, 345] as const;

/** A hue for a member's badge, the same on every screen: of the colour that it chose, or else from its id. */
export function hueOf(id: string, colour?: number): number {
  const chosen = colour === undefined ? undefined : HUES[colour - 1];
  if (chosen !== undefined) return chosen;
  return Math.round((Number.parseInt(id.slice(0, 4), 16) / 0x10000) * 360) || 0;
}

/** Why `name` can't be one's own; undefined where it can. */
export function nameFault(name: string, bytesMax: number): 'empty' | 'too-long' | undefined {
  const trimmed = name.trim();
  if (trimmed === '') return 'empty';
  return utf8Length(trimmed) > bytesMax ? 'too-long' : undefined;
}

/** Bytes of `text` in UTF-8, which is what the wire counts. */
export function utf8Length(text: string): number {
  return encoder.encode(text).length;
}
