import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { person } from '../../../test/secrecy-people.ts';
import { concatBytes, toHex } from '../../base/bytes.ts';
import { answerTo, ask, compare, decodeEmojiMessage, encodeEmojiMessage, receive } from './emoji-exchange.ts';
import type { EmojiMessage, EmojiState } from './emoji-exchange.ts';
import { fingerprintDigits, safetyNumber } from './safety-number.ts';

const anna = person(1);
const bob = person(2);
const mallory = person(3);
const { crypto } = anna;
const emojiIn = (state: EmojiState): readonly number[] => {
  expect(state.phase).toBe('comparing');
  return state.phase === 'comparing' ? state.emoji : [];
};

describe('the safety number', () => {
  test('is the same on both sides: 12 groups of 5 digits, one half for each key', () => {
    const number = safetyNumber(crypto, anna.publicKey, bob.publicKey);
    expect(number).toBe(safetyNumber(bob.crypto, bob.publicKey, anna.publicKey));
    expect(number).toMatch(/^(\d{5} ){11}\d{5}$/);
    expect(number.replaceAll(' ', '')).toContain(fingerprintDigits(crypto, anna.publicKey));
    expect(number).not.toBe(safetyNumber(crypto, anna.publicKey, mallory.publicKey));
  });
});

describe('the emoji exchange', () => {
  test('between two who know each other’s keys ends in the same seven, and verified', () => {
    const begun = ask(crypto, anna.publicKey, bob.publicKey);
    const answered = answerTo(bob.crypto, bob.publicKey, anna.publicKey, begun.send)!;
    const atAnna = receive(crypto, begun.state, answered.send);
    const atBob = receive(bob.crypto, answered.state, atAnna.send!);
    expect(atBob.send).toBeUndefined();
    expect(emojiIn(atAnna.state)).toHaveLength(7);
    expect(emojiIn(atBob.state)).toEqual(emojiIn(atAnna.state));
    expect(compare(atBob.state, true).state).toMatchObject({ phase: 'verified', other: anna.publicKey });
    expect(compare(atBob.state, false)).toMatchObject({
      state: { phase: 'failed', fault: 'different' },
      send: { kind: 'cancel' },
    });
  });

  test('the seven are spread over all 64', () => {
    const seen = new Set<number>();
    for (let i = 0; i < 100; i++) {
      const begun = ask(crypto, anna.publicKey, bob.publicKey);
      const answered = answerTo(bob.crypto, bob.publicKey, anna.publicKey, begun.send)!;
      for (const emoji of emojiIn(receive(crypto, begun.state, answered.send).state)) seen.add(emoji);
    }
    expect(seen.size).toBe(64);
    expect(Math.max(...seen)).toBe(63);
  });

  test('somebody in the middle with keys of his own on both sides gets two different rows', () => {
    // Anna takes Mallory for Bob, Bob takes him for Anna.
    const atAnna = ask(crypto, anna.publicKey, mallory.publicKey);
    const fromMallory = ask(mallory.crypto, mallory.publicKey, bob.publicKey);
    const atBob = answerTo(bob.crypto, bob.publicKey, mallory.publicKey, fromMallory.send)!;
    const toAnna = { ...atBob.send, session: atAnna.send.session } as EmojiMessage;
    const annaSees = emojiIn(receive(crypto, atAnna.state, toAnna).state);
    const toBob = receive(mallory.crypto, fromMallory.state, atBob.send).send!;
    const bobSees = emojiIn(receive(bob.crypto, atBob.state, toBob).state);
    expect(annaSees).not.toEqual(bobSees);
  });

  test('a key that is changed after the commit breaks the commitment', () => {
    const begun = ask(crypto, anna.publicKey, bob.publicKey);
    // Bob was told another key for Anna after her commit went by.
    const answered = answerTo(bob.crypto, bob.publicKey, mallory.publicKey, begun.send)!;
    const reveal = receive(crypto, begun.state, answered.send).send!;
    expect(receive(bob.crypto, answered.state, reveal)).toMatchObject({
      state: { phase: 'failed', fault: 'commitment-broken' },
      send: { kind: 'cancel' },
    });
  });

  test('the seven depend on both keys, also where no commitment was checked', () => {
    // The asker checks none: whom it takes the other for must show in what it shows.
    const { state } = ask(crypto, anna.publicKey, bob.publicKey);
    if (state.phase !== 'asked') throw new Error('not asked');
    const nonce: EmojiMessage = { kind: 'nonce', session: state.session, value: new Uint8Array(32).fill(7) };
    const shownBy = (own: typeof anna, other: typeof anna): string =>
      emojiIn(receive(crypto, { ...state, own: own.publicKey, other: other.publicKey }, nonce).state).join();
    const rows = [shownBy(anna, bob), shownBy(anna, mallory), shownBy(mallory, bob), shownBy(bob, anna)];
    expect(new Set(rows).size).toBe(rows.length);
  });

  test('a nonce that is ground after the other’s was heard breaks the commitment', () => {
    const begun = ask(mallory.crypto, mallory.publicKey, bob.publicKey);
    const answered = answerTo(bob.crypto, bob.publicKey, mallory.publicKey, begun.send)!;
    for (let i = 0; i < 100; i++) {
      const value = mallory.crypto.randomBytes(32);
      const reveal = { kind: 'reveal', session: begun.send.session, value } as const;
      expect(receive(bob.crypto, answered.state, reveal).state.phase).toBe('failed');
    }
  });

  test('what is reflected, repeated or out of order verifies nobody', () => {
    const begun = ask(crypto, anna.publicKey, bob.publicKey);
    const reflected = answerTo(crypto, anna.publicKey, bob.publicKey, begun.send)!;
    const back = receive(crypto, begun.state, reflected.send);
    expect(receive(crypto, reflected.state, back.send!).state).toMatchObject({ fault: 'commitment-broken' });
    expect(receive(crypto, begun.state, begun.send).state).toMatchObject({ fault: 'out-of-order' });
    expect(receive(crypto, back.state, reflected.send).state).toMatchObject({ fault: 'out-of-order' });
    const foreign = { ...reflected.send, session: '00'.repeat(16) } as EmojiMessage;
    expect(receive(crypto, begun.state, foreign).state).toBe(begun.state);
    const cancelled = receive(crypto, begun.state, { kind: 'cancel', session: begun.send.session }).state;
    expect(cancelled).toMatchObject({ phase: 'failed', fault: 'cancelled' });
    expect(receive(crypto, cancelled, reflected.send).state).toBe(cancelled);
    expect(compare(begun.state, true).state).toBe(begun.state);
    expect(answerTo(crypto, anna.publicKey, bob.publicKey, reflected.send)).toBeUndefined();
  });

  test('messages are read back, and no others are', () => {
    const session = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => toHex(bytes));
    const value = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const message: fc.Arbitrary<EmojiMessage> = fc.oneof(
      fc.record({ kind: fc.constantFrom('commit', 'nonce', 'reveal'), session, value }),
      fc.record({ kind: fc.constant('cancel'), session }),
    );
    fc.assert(
      fc.property(message, fc.nat(48), (given, end) => {
        const bytes = encodeEmojiMessage(given);
        expect(decodeEmojiMessage(bytes)).toEqual(given);
        if (end < bytes.length) expect(decodeEmojiMessage(bytes.subarray(0, end))).toBeUndefined();
        expect(decodeEmojiMessage(concatBytes(bytes, Uint8Array.of(0)))).toBeUndefined();
      }),
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => void decodeEmojiMessage(bytes)));
    expect(decodeEmojiMessage(new Uint8Array(49).fill(9))).toBeUndefined();
  });
});
