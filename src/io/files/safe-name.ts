/**
 * A name from the network, made harmless: the result is one path component that every common file system takes,
 * shows as it is, and gives no meaning of its own.
 */
import { FILE_NAME_BYTES_MAX } from '../limits.ts';

const FALLBACK = 'file';
/** Longer "extensions" are part of the name, and may be cut. */
const EXTENSION_BYTES_MAX = 32;

/** C0, DEL, C1. */
const CONTROL = /\p{Cc}/gu;
/** Invisible: bidirectional marks, embeddings, overrides and isolates, zero-width characters, tags, BOM; and lone surrogates. */
const INVISIBLE = /[\p{Cf}\p{Cs}\u2028\u2029]/gu;
/** Joiners are Cf too, but make emoji and the spelling of some scripts what they are. */
const JOINERS: ReadonlySet<string> = new Set(['\u200c', '\u200d']);
/** What Windows refuses in a name, besides controls and separators. */
const FORBIDDEN = /[<>:"|?*]/g;
/** Device names of Windows, with any extension; the superscript digits count (Microsoft, Naming Files). */
const RESERVED = /^(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|COM[0-9¹²³]|LPT[0-9¹²³])[ ]*(?:\.|$)/i;

/** The name to save under: never empty, no separator, no leading dot, at most 255 bytes of UTF-8. */
export function safeName(received: string): string {
  const last = received.split(/[/\\]/).at(-1) ?? '';
  let name = last
    .replace(CONTROL, '')
    .replace(INVISIBLE, (character) => (JOINERS.has(character) ? character : ''))
    .normalize('NFC')
    .replace(FORBIDDEN, '_')
    // A leading dot hides the file, and a name like `.bashrc` is read by programs.
    .replace(/^[\s.]+/u, '')
    .replace(/[\s.]+$/u, '');
  if (RESERVED.test(name)) name = `_${name}`;
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
