/** The documents keep pace with the tree: every link leads somewhere, every npm script that they name exists. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PORT } from '../../src/core/limits.ts';

const root = resolve(import.meta.dirname, '../..');
const documents = globSync('{*.md,docs/*.md}', { cwd: root });
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts);

describe.each(documents)('%s', (path) => {
  const text = read(path);

  it('has links that lead somewhere', () => {
    const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].map((match) => match[1]!);
    const broken = targets.filter((target) => !existsSync(resolve(root, dirname(path), target)));
    expect(broken).toEqual([]);
  });

  it('names only npm scripts that there are', () => {
    const named = [...text.matchAll(/npm run ([a-z0-9:-]+)/g)].map((match) => match[1]!);
    expect(named.filter((name) => !scripts.includes(name))).toEqual([]);
  });
});

it.each(['README.md', 'README.zh-CN.md'])('%s names the ports that the code uses', (path) => {
  const text = read(path);
  expect(text).toContain(`**${DEFAULT_PORT}**`);
  expect(text).toContain(`**${DEFAULT_PORT + 1}–${DEFAULT_PORT + 15}**`);
  expect(text).toContain(`${DEFAULT_PORT}:${DEFAULT_PORT + 15}/udp`);
});
