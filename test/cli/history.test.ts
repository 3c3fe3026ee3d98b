/** `starling history` and `export`, as somebody uses them who looks for something. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { scene } from './scene.ts';

describe('history', () => {
  scene(
    'what was said and sent is listed, found and exported, while nobody is there',
    async ({ root, finch, wren, ready }) => {
      const watching = await ready(finch.start('watch'));
      const path = join(root, 'pump manual.txt');
      writeFileSync(path, 'turn it left');
      expect((await wren.run('say', 'the \u001b[31m pump is on deck two')).status).toBe(0);
      expect((await wren.run('say', '水泵在二层甲板')).status).toBe(0);
      expect((await wren.run('send', path, '--expect', '1')).status).toBe(0);
      watching.child.kill('SIGTERM');
      await watching.ended;

      const listed = await finch.run('history');
      expect(listed.lines.map(({ type }) => type)).toEqual(['message', 'message', 'file']);
      expect(listed.lines.at(-1)).toMatchObject({ file: { name: 'pump manual.txt' }, state: 'done' });
      const plain = await finch.runPlainly('history', '--search', 'pump');
      expect(plain.output).toMatch(
        /lobby {2}Wren: the .*pump is on deck two\n.*pump manual\.txt, 12 B, done/,
      );
      expect(plain.output).not.toContain('\u001b');
      const found = await finch.run('history', '--search', '甲板', '--from', 'Wren', '--limit', '1');
      expect(found.lines.map(({ text }) => text)).toEqual(['水泵在二层甲板']);
      const unknown = await finch.runPlainly('history', '--room', 'kichen');
      expect([unknown.status, unknown.errors]).toEqual([2, expect.stringContaining('kichen')]);

      const page = join(root, 'lobby.html');
      const exported = await finch.run('export', 'lobby', page);
      expect(exported.lines.at(-1)).toMatchObject({ type: 'exported', format: 'html', entries: 3 });
      expect(readFileSync(page, 'utf8')).toContain('水泵在二层甲板');
      expect(statSync(page).mode & 0o077).toBe(0);
      const again = await finch.runPlainly('export', 'lobby', page);
      expect([again.status, again.errors]).toEqual([1, expect.stringContaining('lobby.html')]);
    },
  );
});
