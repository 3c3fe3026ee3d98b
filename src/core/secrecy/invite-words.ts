/**
 * An invite in six words, to be read out (secrecy.md §9.2): 66 random bits, which Argon2id makes as hard to guess as
 * about 80. People never choose them. The words go through Argon2id at the daemon's edge; what comes in here is text.
 */
import type { Bytes } from '../../base/bytes.ts';
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type { CryptoPort } from '../api.ts';
import { INVITE_WORDS } from './invite-word-list.ts';
import { labelled } from './labels.ts';
import { INVITE_TEXT_MAX } from './limits.ts';

export const INVITE_WORD_COUNT = 6;
/** Enough letters to tell a word from all others of the list. */
const LETTERS_MIN = 4;

/** Argon2id, RFC 9106 §4, the second recommended option: 64 MiB, about a second without threads. */
export const ARGON2ID = { memoryKiB: 65_536, passes: 3, lanes: 4, outputBytes: 32 } as const;

export type WordsFault =
  | { readonly code: 'word-count'; readonly count: number }
  /** `index` from 0. */
  | { readonly code: 'word-unknown'; readonly index: number; readonly word: string };

/** Six random words, separated by single spaces: the very text that goes into Argon2id. */
export function newInviteWords(crypto: Pick<CryptoPort, 'randomBytes'>): string {
  const random = crypto.randomBytes(2 * INVITE_WORD_COUNT);
  const view = new DataView(random.buffer, random.byteOffset, random.byteLength);
  return Array.from(
    { length: INVITE_WORD_COUNT },
    // 2048 divides 65,536, so every word is as likely as any other.
    (_, i) => INVITE_WORDS[view.getUint16(2 * i) % INVITE_WORDS.length],
  ).join(' ');
}

/** The words as Argon2id takes them, out of what people type: any case, any separators, four letters or more of each. */
export function parseInviteWords(text: string): Result<string, WordsFault> {
  const typed = text
    .slice(0, INVITE_TEXT_MAX)
    .normalize('NFKC')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== '');
  if (typed.length !== INVITE_WORD_COUNT) return err({ code: 'word-count', count: typed.length });
  const words: string[] = [];
  for (const [index, word] of typed.entries()) {
    const known = INVITE_WORDS.find(
      (candidate) => candidate === word || (word.length >= LETTERS_MIN && candidate.startsWith(word)),
    );
    if (known === undefined) return err({ code: 'word-unknown', index, word });
    words.push(known);
  }
  return ok(words.join(' '));
}

/** A constant: a newcomer knows nothing but the words, and 66 random bits need no salt against tables. */
export function inviteWordsSalt(crypto: Pick<CryptoPort, 'sha256'>): Bytes {
  return crypto.sha256(labelled('invite words salt')).slice(0, 16);
}
