/**
 * A name from the network, made harmless: the result is one path component that every common file system takes,
 * shows as it is, and gives no meaning of its own.
 */
import {
  CONTROL_CHARACTERS,
  FORBIDDEN_CHARACTERS,
  INVISIBLE_CHARACTERS,
  JOINERS,
  RESERVED_NAME,
} from '../../core/pack/names.ts';
import { FILE_NAME_BYTES_MAX } from '../limits.ts';

const FALLBACK = 'file';
/** Longer "extensions" are part of the name, and may be cut. */
const EXTENSION_BYTES_MAX = 32;

/** The name to save under: never empty, no separator, no leading dot, at most 255 bytes of UTF-8. */
export function safeName(received: string): string {
  const last = received.split(/[/\\]/).at(-1) ?? '';
  let name = last
    .replace(CONTROL_CHARACTERS, '')
    .replace(INVISIBLE_CHARACTERS, (character) => (JOINERS.has(character) ? character : ''))
    .normalize('NFC')
    .replace(FORBIDDEN_CHARACTERS, '_')
    // A leading dot hides the file, and a name like `.bashrc` is read by programs.
    .replace(/^[\s.]+/u, '')
    .replace(/[\s.]+$/u, '');
  if (RESERVED_NAME.test(name)) name = `_${name}`;
  if (name === '' || /^[\u200c\u200d\s]+$/u.test(name)) name = FALLBACK;
  return numberedName(name, 1, FILE_NAME_BYTES_MAX);
}

/** `report.pdf`, `report (2).pdf`, …: the stem gives way where it would get too long, the extension stays. */
export function numberedName(name: string, count: number, bytesMax: number): string {
  const suffix = count === 1 ? '' : ` (${count})`;
  const [stem, extension] = splitExtension(name);
  const room = bytesMax - utf8Bytes(suffix) - utf8Bytes(extension);
  return `${cutTo(stem, room)}${suffix}${extension}`;
}

/** Two-part ones such as `.tar.gz` stay whole. */
function splitExtension(name: string): readonly [string, string] {
  const match = /(?<!^)(?:\.tar)?\.[^. ]+$/u.exec(name);
  if (match === null || match.index === 0 || utf8Bytes(match[0]) > EXTENSION_BYTES_MAX) return [name, ''];
  return [name.slice(0, match.index), match[0]];
}

/** Cut between code points, with no space or dot left at the end. */
function cutTo(text: string, bytesMax: number): string {
  if (utf8Bytes(text) <= bytesMax) return text;
  let bytes = 0;
  let cut = '';
  for (const character of text) {
    bytes += utf8Bytes(character);
    if (bytes > bytesMax) break;
    cut += character;
  }
  return cut.replace(/[\s.]+$/u, '') || FALLBACK;
}

function utf8Bytes(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}
