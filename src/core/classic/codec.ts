/**
 * The datagrams of the original tool (protocol.md §11): texts and members in one group, files in another. Nothing is
 * numbered, signed or repaired. Pure.
 */
import type { Bytes } from '../../base/bytes.ts';
import { concatBytes } from '../../base/bytes.ts';
import { clipUtf8, fromUtf8, utf8 } from '../wire/codec.ts';
import { CLASSIC_DATAGRAM_BYTES_MAX } from './limits.ts';

export type ClassicTalk =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'update' | 'quit' };

const TEXT = utf8('normal_msg#');
const UPDATE = utf8('ctl_msg#update');
const QUIT = utf8('ctl_msg#QUIT');
const END = utf8('end');
const TEXT_BYTES_MAX = CLASSIC_DATAGRAM_BYTES_MAX - TEXT.length;
const CHARACTERS = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** A datagram of the text group; undefined where it is none of the tool's. A `#` in a text stays. */
export function decodeTalk(bytes: Bytes): ClassicTalk | undefined {
  if (startsWith(bytes, TEXT)) {
    const text = lenientText(bytes.subarray(TEXT.length));
    return text === '' ? undefined : { kind: 'text', text };
  }
  if (isSame(bytes, UPDATE)) return { kind: 'update' };
  return isSame(bytes, QUIT) ? { kind: 'quit' } : undefined;
}

export const encodeUpdate = (): Bytes => UPDATE.slice();
export const encodeQuit = (): Bytes => QUIT.slice();

/** One datagram for each part of the text: cut between characters, none longer than a reader takes. */
export function encodeText(text: string): Bytes[] {
  return splitText(text).map((part) => concatBytes(TEXT, utf8(part)));
}

function splitText(text: string): string[] {
  const parts: string[] = [];
  let part = '';
  let bytes = 0;
  const add = (piece: string): void => {
    const length = utf8(piece).length;
    if (bytes + length > TEXT_BYTES_MAX) {
      parts.push(part);
      part = '';
      bytes = 0;
    }
    part += piece;
    bytes += length;
  };
  for (const { segment } of CHARACTERS.segment(text)) {
    // What looks like one character may have any number of marks; then code points stay whole.
    if (utf8(segment).length <= TEXT_BYTES_MAX) add(segment);
    else for (const codePoint of segment) add(codePoint);
  }
  if (part !== '') parts.push(part);
  return parts;
}

export const isEnd = (bytes: Bytes): boolean => isSame(bytes, END);
export const encodeEnd = (): Bytes => END.slice();

/** The name of a file as its first datagram; cut between code points where it is longer than a reader takes. */
export const encodeName = (name: string): Bytes => utf8(clipUtf8(name, CLASSIC_DATAGRAM_BYTES_MAX));

/** Undefined for what can be no name: a part of a file whose beginning was not heard. */
export function decodeName(bytes: Bytes): string | undefined {
  if (bytes.length === 0 || bytes.length > CLASSIC_DATAGRAM_BYTES_MAX) return undefined;
  const name = fromUtf8(bytes);
  return name === undefined || /\p{Cc}/u.test(name) ? undefined : name;
}

/**
 * Cuts the next datagram off what is still to be sent of a file; `isLast` where nothing follows. No datagram is `end`,
 * which would be taken for the end of the file: a rest of these three bytes takes one more byte along.
 */
export function nextChunkBytes(rest: Bytes, isLast: boolean): number {
  const length = Math.min(rest.length, CLASSIC_DATAGRAM_BYTES_MAX);
  const wouldLeaveEnd = isLast && rest.length - length === END.length && isSame(rest.subarray(length), END);
  if (wouldLeaveEnd) return length - 1;
  // The whole file is these three bytes, or what is cut here is.
  return isSame(rest.subarray(0, length), END) ? length - 1 : length;
}

function startsWith(bytes: Bytes, start: Bytes): boolean {
  return bytes.length >= start.length && start.every((byte, index) => bytes[index] === byte);
}
const isSame = (bytes: Bytes, other: Bytes): boolean =>
  bytes.length === other.length && startsWith(bytes, other);

/** What is no UTF-8 shows as U+FFFD, one a byte: somebody said something, and that is worth to be seen. */
function lenientText(bytes: Bytes): string {
  const whole = fromUtf8(bytes);
  if (whole !== undefined) return whole;
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const [character, length] = characterAt(bytes, at) ?? ['\uFFFD', 1];
    text += character;
    at += length;
  }
  return text;
}

const CODE_POINT_BYTES_MAX = 4;

function characterAt(bytes: Bytes, at: number): readonly [string, number] | undefined {
  for (let length = 1; length <= CODE_POINT_BYTES_MAX && at + length <= bytes.length; length++) {
    const character = fromUtf8(bytes.subarray(at, at + length));
    if (character !== undefined) return [character, length];
  }
  return undefined;
}
