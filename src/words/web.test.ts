import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { deliveryEn } from './web-delivery.ts';
import { messagesEn } from './web-messages.ts';
import { networkEn } from './web-network.ts';
import { peopleEn } from './web-people.ts';
import { roomsEn } from './web-rooms.ts';
import { settingsEn } from './web-settings.ts';
import { webWords } from './web.ts';

type Leaf = readonly [path: string, text: string];

/** Every sentence of a dictionary, with its functions called on values that show where they stand. */
function leaves(value: unknown, path = ''): readonly Leaf[] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') {
    const call = value as (...values: unknown[]) => string;
    return [[path, call('7', '8')]];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${path}.${key}`));
}

/** What is the same in every language: the product's name, and codes. */
const SAME = new Set(['.productName']);

describe('the words of the page', () => {
  const en = new Map(leaves(webWords.en));
  const zh = leaves(webWords.zh);

  test('are the same sentences in both languages', () => {
    expect(zh.map(([path]) => path).sort()).toEqual([...en.keys()].sort());
  });

  test('are each said by one part: none hides the one of the same name in another', () => {
    for (const part of [deliveryEn, messagesEn, networkEn, peopleEn, roomsEn, settingsEn])
      expect(webWords.en).toMatchObject(part);
  });

  test.each(zh.filter(([path]) => !SAME.has(path) && /[a-z]{2}/i.test(en.get(path) ?? '')))(
    '%s is translated: %s',
    (path, text) => {
      expect(text).not.toBe(en.get(path));
      expect(text.replaceAll(/[78%\s]/g, '') === '' || /\p{Script=Han}|\d \/ \d/u.test(text), text).toBe(
        true,
      );
    },
  );
});

describe('no sentence stands in a component', () => {
  const folder = join(import.meta.dirname, '../web/components');
  /** Names of languages in themselves, and commands, which are the same in all. */
  const ALLOWED = /^(English|中文|npm start.*)$/;

  test.each(readdirSync(folder).filter((name) => name.endsWith('.tsx')))('%s', (name) => {
    const source = readFileSync(join(folder, name), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    const texts = [
      // Between two tags, and in attributes that are read out or shown.
      ...source.matchAll(/<\/?[a-z][^<>]*(?<!=)>\s*([^<>{}();=]*\p{L}{2}[^<>{}();=]*)\s*<\/?[a-z]/giu),
      ...source.matchAll(/\b(?:aria-label|title|placeholder|alt)="([^"]+)"/g),
    ].map((match) => match[1]!.trim());
    expect(texts.filter((text) => !ALLOWED.test(text))).toEqual([]);
  });
});
