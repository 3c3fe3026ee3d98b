import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { person } from '../../../test/secrecy-people.ts';
import { equalBytes, toHex } from '../../base/bytes.ts';
import { utf8 } from '../wire/codec.ts';
import { decodeBase32, encodeBase32 } from './base32.ts';
import {
  encodeInviteLink,
  inviteKeys,
  inviteRootOfLink,
  inviteRootOfWords,
  newInviteSecret,
  parseInviteLink,
} from './invite.ts';
import { INVITE_WORDS } from './invite-word-list.ts';
import { newInviteWords, parseInviteWords } from './invite-words.ts';
import { INVITE_TEXT_MAX } from './limits.ts';

const { crypto } = person(1);
const anyText = fc
  .array(fc.nat(0x10ffff), { maxLength: 60 })
  .map((points) => String.fromCodePoint(...points));
const secret16 = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe('a link', () => {
  test('is read as it was made, and as people paste it', () => {
    fc.assert(
      fc.property(secret16, fc.nat(45), (secret, at) => {
        const link = encodeInviteLink(crypto, secret);
        expect(link).toMatch(/^STARLING:JOIN\/[0-9A-Z]{32}$/);
        const forms = [
          link,
          ` \n\t${link}\r\n`,
          link.toLowerCase(),
          `<${link}>`,
          `“${link}”.`,
          `${link.slice(0, at)}\n ${link.slice(at)}`,
          `\u200b${link}\ufeff`,
          link.replaceAll('0', 'o').replace('STARLING:JoIN', 'STARLING:JOIN'),
          link.replace(/(.{8})$/, '-$1'),
        ];
        for (const form of forms)
          expect(parseInviteLink(crypto, form), form).toEqual({ ok: true, value: secret });
      }),
      { numRuns: 40 },
    );
  });

  test('one character mistyped, or two swapped, is noticed', () => {
    fc.assert(
      fc.property(secret16, fc.nat(31), fc.nat(31), (secret, at, digit) => {
        const link = encodeInviteLink(crypto, secret);
        const place = link.length - 32 + at;
        const other = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'[digit]!;
        const changed = link.slice(0, place) + other + link.slice(place + 1);
        if (changed !== link)
          expect(parseInviteLink(crypto, changed)).toEqual({ ok: false, error: 'mistyped' });
        const [a, b] = [link[place], link[place + 1]];
        const swapped = link.slice(0, place) + (b ?? '') + a + link.slice(place + 2);
        if (swapped !== link) expect(parseInviteLink(crypto, swapped).ok).toBe(false);
      }),
    );
  });

  test('what is none is told from what was mistyped', () => {
    const link = encodeInviteLink(crypto, newInviteSecret(crypto));
    for (const text of [
      '',
      'lobby',
      'starling',
      'https://example.org/',
      link.slice(14),
      `${link}x`.repeat(20),
    ]) {
      expect(parseInviteLink(crypto, text), text).toEqual({ ok: false, error: 'not-a-link' });
    }
    for (const text of ['starling:join/', link.slice(0, -1), `${link}0`, `${link}00000000`, `${link}!`]) {
      expect(parseInviteLink(crypto, text), text).toEqual({ ok: false, error: 'mistyped' });
    }
    expect(parseInviteLink(crypto, ' '.repeat(INVITE_TEXT_MAX) + link).ok).toBe(false);
    fc.assert(fc.property(anyText, (text) => void parseInviteLink(crypto, text)));
  });

  test('base 32 is read back, and refuses what is no digit', () => {
    const groups = fc.nat(8).chain((n) => fc.uint8Array({ minLength: 5 * n, maxLength: 5 * n }));
    fc.assert(fc.property(groups, (bytes) => equalBytes(decodeBase32(encodeBase32(bytes))!, bytes)));
    for (const text of ['U0000000', '0000000', '0000 000', 'é0000000'])
      expect(decodeBase32(text)).toBeUndefined();
  });
});

describe('six words', () => {
  test('the list is BIP-39’s, and four letters tell its words apart', () => {
    expect(toHex(crypto.sha256(utf8(`${INVITE_WORDS.join('\n')}\n`)))).toBe(
      '2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda',
    );
    expect(new Set(INVITE_WORDS.map((word) => word.slice(0, 4))).size).toBe(2048);
  });

  test('are read as they were made, and as people type them', () => {
    for (let i = 0; i < 50; i++) {
      const words = newInviteWords(crypto);
      const list = words.split(' ');
      expect(list).toHaveLength(6);
      const forms = [
        words,
        words.toUpperCase(),
        `  ${list.join('  \n')} `,
        list.join('-'),
        list.join(', '),
        list.map((word, at) => `${at + 1}. ${word}`).join(' '),
        list.map((word) => word.slice(0, 4)).join(' '),
      ];
      for (const form of forms) expect(parseInviteWords(form), form).toEqual({ ok: true, value: words });
    }
  });

  test('a wrong number of words, and the first unknown one, are named', () => {
    expect(parseInviteWords('abandon ability')).toEqual({
      ok: false,
      error: { code: 'word-count', count: 2 },
    });
    expect(parseInviteWords('abandon ability able about abov zebrra')).toEqual({
      ok: false,
      error: { code: 'word-unknown', index: 5, word: 'zebrra' },
    });
    expect(parseInviteWords('aba ability able about above absent')).toMatchObject({ error: { index: 0 } });
    expect(parseInviteWords('').ok).toBe(false);
    fc.assert(fc.property(anyText, (text) => void parseInviteWords(text)));
  });
});

test('keys differ by invite, by kind, and from each other', () => {
  const roots = [
    inviteRootOfLink(crypto, new Uint8Array(16)),
    inviteRootOfLink(crypto, new Uint8Array(16).fill(1)),
    inviteRootOfWords(crypto, new Uint8Array(32)),
  ];
  const all = roots.flatMap((root) => {
    const { id, meeting, request, reply, seed } = inviteKeys(crypto, root);
    return [id, meeting, toHex(request), toHex(reply), toHex(seed)];
  });
  expect(new Set(all).size).toBe(15);
});
