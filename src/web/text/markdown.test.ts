import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MARKDOWN_CHARACTERS_MAX, MARKDOWN_MARKS_MAX } from '../limits.ts';
import { parseMarkdown } from './markdown.ts';
import type { Block, Inline } from './markdown.ts';

function links(blocks: readonly Block[] | undefined): readonly Extract<Inline, { kind: 'link' }>[] {
  const found: Extract<Inline, { kind: 'link' }>[] = [];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(walk);
    else if (typeof value === 'object' && value !== null) {
      if ('kind' in value && value.kind === 'link') found.push(value as (typeof found)[number]);
      Object.values(value).forEach(walk);
    }
  };
  walk(blocks);
  return found;
}

const text = (text: string): Inline => ({ kind: 'text', text });
const paragraph = (...children: readonly Inline[]): Block => ({ kind: 'paragraph', children });

describe('markdown of messages', () => {
  test('plain text needs none', () => {
    expect(parseMarkdown('Good morning, 早上好!')).toBeUndefined();
  });

  test('emphasis, code, lists and quotes', () => {
    expect(parseMarkdown('**a** *b* `c*`')).toEqual([
      paragraph(
        { kind: 'strong', children: [text('a')] },
        text(' '),
        { kind: 'emphasis', children: [text('b')] },
        text(' '),
        { kind: 'code', text: 'c*' },
      ),
    ]);
    expect(parseMarkdown('```ts\nlet a;\n```')).toEqual([{ kind: 'code', text: 'let a;', language: 'ts' }]);
    expect(parseMarkdown('2. a\n3. b')).toEqual([
      { kind: 'list', start: 2, items: [[paragraph(text('a'))], [paragraph(text('b'))]] },
    ]);
    expect(parseMarkdown('> a')).toEqual([{ kind: 'quote', children: [paragraph(text('a'))] }]);
  });

  test('lines stay lines, and a number sign or a dash below a line is no heading', () => {
    expect(parseMarkdown('first\nsecond #2')).toEqual([paragraph(text('first\nsecond #2'))]);
    expect(parseMarkdown('first\n---')?.[0]).toEqual(paragraph(text('first')));
  });

  test.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '![a](http://a.example/b.png)',
    '[x]: http://a.example',
    '&lt;b&gt;',
  ])('%s is text, and reaches nothing', (source) => {
    const shown = JSON.stringify(parseMarkdown(source) ?? source);
    expect(shown).not.toContain('"kind":"image"');
    if (!source.includes('](')) expect(shown).toContain(JSON.stringify(source).slice(1, -1).split('http')[0]);
  });

  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'vbscript:x',
    '//a.example',
    'a',
  ])('an address %s is no link', (address) => {
    expect(links(parseMarkdown(`[a](${address}) <${address}>`))).toEqual([]);
  });

  test('addresses are links, without the punctuation after them', () => {
    expect(links(parseMarkdown('See https://a.example/b_(c). Or (http://d.example/).'))).toEqual([
      {
        kind: 'link',
        address: 'https://a.example/b_(c)',
        host: undefined,
        children: [text('https://a.example/b_(c)')],
      },
      {
        kind: 'link',
        address: 'http://d.example/',
        host: undefined,
        children: [text('http://d.example/')],
      },
    ]);
  });

  test('a link whose text names another place says where it leads', () => {
    expect(links(parseMarkdown('[https://bank.example](https://thief.example)'))[0]).toMatchObject({
      address: 'https://thief.example/',
      host: 'thief.example',
    });
    expect(links(parseMarkdown('https://b\u0430nk.example'))[0]?.host).toMatch(/^xn--/);
  });

  test('what is nested deep, or long, is shown as it was written', () => {
    expect(parseMarkdown('>'.repeat(500) + 'a')).toBeUndefined();
    expect(parseMarkdown('- '.repeat(500) + 'a')).toBeUndefined();
    expect(parseMarkdown('*a'.repeat(MARKDOWN_CHARACTERS_MAX))).toBeUndefined();
    expect(parseMarkdown(`**a** ${'b'.repeat(MARKDOWN_CHARACTERS_MAX)}`)).toBeUndefined();
  });

  test('what has more marks than anybody writes is shown as it was written', () => {
    expect(parseMarkdown('[ '.repeat(MARKDOWN_MARKS_MAX))).toEqual([
      paragraph(text('[ '.repeat(MARKDOWN_MARKS_MAX).trim())),
    ]);
    expect(parseMarkdown('[ '.repeat(MARKDOWN_MARKS_MAX + 1))).toBeUndefined();
  });

  test('any text is taken', () => {
    const pieces = fc.constantFrom(
      '*',
      '_',
      '`',
      '[',
      '](',
      ')',
      '>',
      '\n',
      '- ',
      '1. ',
      '#',
      '<',
      '&',
      'a',
      ' ',
      '\\',
      '~~~',
      '\u202e',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 200 }), (parts) => {
        for (const { address } of links(parseMarkdown(parts.join(''))))
          expect(address).toMatch(/^(https?|mailto):/);
      }),
    );
  });
});
