import { expect, test } from 'vitest';
import { VERIFICATION_EMOJI } from './verification-emoji.ts';

test('64 emoji, each with a name of its own in both languages', () => {
  expect(VERIFICATION_EMOJI).toHaveLength(64);
  for (const part of ['emoji', 'en', 'zh'] as const) {
    expect(new Set(VERIFICATION_EMOJI.map((entry) => entry[part])).size).toBe(64);
  }
  for (const { en, zh } of VERIFICATION_EMOJI) {
    expect(en).toMatch(/^[a-z ]+$/);
    expect(zh).toMatch(/^\p{Script=Han}{1,3}$/u);
  }
});
