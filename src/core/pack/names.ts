/**
 * Names in a pack (protocol.md §7.10). A name is one path component that every common file system takes, keeps apart from its
 * neighbours, and gives no meaning of its own. Senders make names so, receivers refuse others: so a path is the same
 * everywhere, and nothing is renamed where it lands.
 */
import { PACK_NAME_BYTES_MAX } from '../limits.ts';
import { clipUtf8, utf8 } from '../wire/codec.ts';

export type NameFault =
  /** `..` or `.`, alone or in what looks like a path. */
  | 'path-leads-out'
  /** Begins like a path of its own: `/`, `\`, `C:`. */
  | 'path-absolute'
  /** A device of Windows. */
  | 'name-reserved'
  /** Empty, or with characters that some system does not take, or does not show. */
  | 'name-unsafe';

/** C0, DEL, C1. */
export const CONTROL_CHARACTERS = /\p{Cc}/gu;
/** Invisible: bidirectional marks, embeddings, overrides and isolates, zero-width characters, tags, BOM; and lone surrogates. */
export const INVISIBLE_CHARACTERS = /[\p{Cf}\p{Cs}\u2028\u2029]/gu;
/** Joiners are Cf too, but make emoji and the spelling of some scripts what they are. */
export const JOINERS: ReadonlySet<string> = new Set(['\u200c', '\u200d']);
/** What Windows refuses in a name, besides controls and separators. */
export const FORBIDDEN_CHARACTERS = /[<>:"|?*]/g;
/** Device names of Windows, with any extension; the superscript digits count (Microsoft, Naming Files). */
export const RESERVED_NAME = /^(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|COM[0-9¹²³]|LPT[0-9¹²³])[ ]*(?:\.|$)/i;

const SEPARATORS = /[/\\]/g;
const ABSOLUTE = /^(?:[/\\]|[A-Za-z]:)/;
const FALLBACK = '_';
/** What stays of a name in front of its number, where its extension is that long that something has to go. */
const STEM_BYTES_MIN = 12;

/** Why the name may not stand in a pack; undefined where it may. */
export function nameFault(name: string): NameFault | undefined {
  if (name.split(SEPARATORS).some((part) => part === '..' || part === '.')) return 'path-leads-out';
  if (ABSOLUTE.test(name)) return 'path-absolute';
  if (RESERVED_NAME.test(name)) return 'name-reserved';
  return portableName(name) === name ? undefined : 'name-unsafe';
}

/**
 * The nearest name that may stand in a pack. Other than of a file by itself, a leading dot stays: within a folder it is part of
 * what the folder is, and nothing reads it there but what reads the folder.
 */
export function portableName(name: string): string {
  let safe = name
    .replace(CONTROL_CHARACTERS, '')
    .replace(INVISIBLE_CHARACTERS, (character) => (JOINERS.has(character) ? character : ''))
    .normalize('NFC')
    .replace(FORBIDDEN_CHARACTERS, '_')
    .replace(SEPARATORS, '_')
    .replace(/^\s+/u, '');
  safe = clipUtf8(safe, PACK_NAME_BYTES_MAX).replace(/[\s.]+$/u, '');
  if (RESERVED_NAME.test(safe)) safe = clipUtf8(`_${safe}`, PACK_NAME_BYTES_MAX).replace(/[\s.]+$/u, '');
  return safe === '' || /^[\u200c\u200d\s]+$/u.test(safe) ? FALLBACK : safe;
}

/**
 * Names with one key are one name somewhere: where case does not count (Windows, macOS), or where normal forms or joiners do
 * not (HFS+).
 */
export function collisionKey(name: string): string {
  return name
    .replace(/[\u200c\u200d]/g, '')
    .normalize('NFC')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFC');
}

/** The names of one folder while it is put together. */
export class TakenNames {
  readonly #keys = new Set<string>();
  /** The number to try next for a name, so that a thousand of one name do not each look at all before. */
  readonly #numbers = new Map<string, number>();

  /** The nearest portable name that no other has: `name`, or `name (2).ext` and so on. It is taken from now on. */
  take(name: string): string {
    const portable = portableName(name);
    const key = collisionKey(portable);
    let free = portable;
    for (let count = this.#numbers.get(key) ?? 2; this.#keys.has(collisionKey(free)); count++) {
      free = numberedName(portable, count);
      this.#numbers.set(key, count + 1);
    }
    this.#keys.add(collisionKey(free));
    return free;
  }
}

function numberedName(name: string, count: number): string {
  const dot = name.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  const suffix = ` (${count})${extension}`;
  const room = PACK_NAME_BYTES_MAX - Math.min(utf8(suffix).length, PACK_NAME_BYTES_MAX - STEM_BYTES_MIN);
  return portableName(`${clipUtf8(stem, room)}${suffix}`);
}
