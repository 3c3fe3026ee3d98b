import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { COMMANDS, GLOBAL_OPTIONS, OWN_OPTIONS } from '../../src/cli/arguments.ts';
import { PROBLEM_CODES } from '../../src/words/index.ts';
import { PACK_REASONS } from '../../src/words/pack-reasons.ts';

const document = readFileSync(resolve(import.meta.dirname, '../../docs/cli.md'), 'utf8');

test('docs/cli.md lists every command, option and code, and no other code', () => {
  for (const command of Object.keys(COMMANDS)) expect(document).toContain(`| \`${command}`);
  for (const option of Object.keys({ ...GLOBAL_OPTIONS, ...OWN_OPTIONS }))
    expect(document).toContain(`--${option}`);
  const [, section = ''] = /## Codes of `problem`\n([^]*?)\n## /.exec(document) ?? [];
  const listed = [...section.matchAll(/`([a-z-]+)`/g)]
    .map((match) => match[1])
    .filter((code) => code !== 'problem');
  expect(new Set(listed)).toEqual(new Set(PROBLEM_CODES));
});

test('and every reason why a folder is refused', () => {
  for (const reason of PACK_REASONS) expect(document).toContain(`\`${reason}\``);
});
