/**
 * Verification by seven emoji (secrecy.md §8.2). They are 42 bits of a hash over both identity keys and a nonce of each
 * side; plain, somebody in the middle could grind for a key that gives the same seven. So the one who asks commits
 * to its nonce (and to both keys) before the other tells its own, and reveals it afterwards: when the middle
 * learns enough to compute, it is bound already, and has one guess in 2⁴². The idea, and that of a table of 64
 * named emoji, is from Matrix (its specification, "Short Authentication String"); the order of messages is from Vaudenay,
 * Crypto 2005.
 *
 * A pure state machine: `ask` or `answerTo`, then `receive` each message, then `compare` once both people said whether
 * they see the same. What ended stays ended.
 */
import { concatBytes, toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { CryptoPort } from '../api.ts';
import { Reader, Writer } from '../wire/codec.ts';
import { fromHexExact } from '../wire/hex.ts';
import { HASH_BYTES } from './hkdf.ts';
import { labelled } from './labels.ts';

type EmojiCrypto = Pick<CryptoPort, 'sha256' | 'randomBytes' | 'equalSecrets'>;

/** `commit` from the one who asks, `nonce` in answer, `reveal` in answer to that; `cancel` from either at any time. */
export type EmojiMessage =
  | { readonly kind: 'commit' | 'nonce' | 'reveal'; readonly session: string; readonly value: Bytes }
  | { readonly kind: 'cancel'; readonly session: string };

export type EmojiFault = 'commitment-broken' | 'cancelled' | 'different' | 'out-of-order';

interface Session {
  /** Sixteen random bytes of the one who asks, 32 digits. */
  readonly session: string;
  readonly own: Bytes;
  /** The key that the other is known by here; it is what gets verified. */
  readonly other: Bytes;
  readonly nonce: Bytes;
}

export type EmojiState =
  | (Session & { readonly phase: 'asked' })
  | (Session & { readonly phase: 'answered'; readonly commitment: Bytes })
  /** Show them; people compare by voice or side by side. Seven numbers from 0 to 63. */
  | (Session & { readonly phase: 'comparing'; readonly emoji: readonly number[] })
  | { readonly phase: 'verified'; readonly session: string; readonly other: Bytes }
  | { readonly phase: 'failed'; readonly session: string; readonly fault: EmojiFault };

export interface EmojiStep {
  readonly state: EmojiState;
  readonly send?: EmojiMessage;
}

export const EMOJI_COUNT = 7;
const SESSION_BYTES = 16;
const KIND = { commit: 1, nonce: 2, reveal: 3, cancel: 4 } as const;
const KINDS = ['commit', 'nonce', 'reveal', 'cancel'] as const;

/** The one who begins. */
export function ask(crypto: EmojiCrypto, own: Bytes, other: Bytes): EmojiStep & { send: EmojiMessage } {
  const session = toHex(crypto.randomBytes(SESSION_BYTES));
  const nonce = crypto.randomBytes(HASH_BYTES);
  const value = commitmentOf(crypto, session, own, other, nonce);
  return {
    state: { phase: 'asked', session, own, other, nonce },
    send: { kind: 'commit', session, value },
  };
}

/** The other one, on a `commit`, once its user agreed to it. Undefined for a message that begins nothing. */
export function answerTo(
  crypto: EmojiCrypto,
  own: Bytes,
  other: Bytes,
  message: EmojiMessage,
): (EmojiStep & { send: EmojiMessage }) | undefined {
  if (message.kind !== 'commit') return undefined;
  const { session, value: commitment } = message;
  const nonce = crypto.randomBytes(HASH_BYTES);
  return {
    state: { phase: 'answered', session, own, other, nonce, commitment },
    send: { kind: 'nonce', session, value: nonce },
  };
}

/** Messages of another session change nothing. */
export function receive(crypto: EmojiCrypto, state: EmojiState, message: EmojiMessage): EmojiStep {
  if (state.phase === 'failed' || state.phase === 'verified') return { state };
  if (message.session !== state.session) return { state };
  if (message.kind === 'cancel') return { state: failed(state, 'cancelled') };
  if (state.phase === 'asked' && message.kind === 'nonce') {
    const emoji = emojiOf(crypto, state, state.own, state.other, state.nonce, message.value);
    return {
      state: { ...state, phase: 'comparing', emoji },
      send: { kind: 'reveal', session: state.session, value: state.nonce },
    };
  }
  if (state.phase === 'answered' && message.kind === 'reveal') {
    const revealed = commitmentOf(crypto, state.session, state.other, state.own, message.value);
    if (!crypto.equalSecrets(revealed, state.commitment)) return stop(state, 'commitment-broken');
    const { session, own, other, nonce } = state;
    const emoji = emojiOf(crypto, state, other, own, message.value, nonce);
    return { state: { phase: 'comparing', session, own, other, nonce, emoji } };
  }
  return stop(state, 'out-of-order');
}

/** What the user says of the seven. Whether the other's user agrees is for that one to say. */
export function compare(state: EmojiState, areSame: boolean): EmojiStep {
  if (state.phase !== 'comparing') return { state };
  if (!areSame) return stop(state, 'different');
  return { state: { phase: 'verified', session: state.session, other: state.other } };
}

export function encodeEmojiMessage(message: EmojiMessage): Bytes {
  const writer = new Writer(64).u8(KIND[message.kind]).bytes(fromHexExact(message.session, SESSION_BYTES));
  return message.kind === 'cancel' ? writer.finish() : writer.bytes(message.value).finish();
}

export function decodeEmojiMessage(bytes: Bytes): EmojiMessage | undefined {
  const reader = new Reader(bytes);
  const kind = KINDS[reader.u8() - 1];
  const session = toHex(reader.bytes(SESSION_BYTES));
  if (kind === 'cancel') return reader.done() ? { kind, session } : undefined;
  const value = reader.bytes(HASH_BYTES).slice();
  return kind !== undefined && reader.done() ? { kind, session, value } : undefined;
}

const failed = (state: Session, fault: EmojiFault): EmojiState => ({
  phase: 'failed',
  session: state.session,
  fault,
});

const stop = (state: Session, fault: EmojiFault): EmojiStep => ({
  state: failed(state, fault),
  send: { kind: 'cancel', session: state.session },
});

/** Asker and answerer are named in their roles, so that nothing can be reflected. */
function commitmentOf(
  crypto: EmojiCrypto,
  session: string,
  asker: Bytes,
  answerer: Bytes,
  nonce: Bytes,
): Bytes {
  const about = concatBytes(fromHexExact(session, SESSION_BYTES), asker, answerer, nonce);
  return crypto.sha256(labelled('emoji commitment', about));
}

function emojiOf(
  crypto: EmojiCrypto,
  { session }: Session,
  asker: Bytes,
  answerer: Bytes,
  askerNonce: Bytes,
  answererNonce: Bytes,
): readonly number[] {
  const id = fromHexExact(session, SESSION_BYTES);
  const hash = crypto.sha256(labelled('emoji', id, asker, answerer, askerNonce, answererNonce));
  let bits = 0n;
  for (const byte of hash.subarray(0, 6)) bits = bits * 256n + BigInt(byte);
  // The first 42 of 48 bits, six at a time.
  return Array.from({ length: EMOJI_COUNT }, (_, i) => Number((bits >> BigInt(42 - 6 * i)) & 63n));
}
