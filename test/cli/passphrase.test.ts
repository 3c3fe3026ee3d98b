import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { Ended } from './program.ts';
import { scene } from './scene.ts';

const codeOf = ({ lines }: Ended): unknown => lines.find(({ type }) => type === 'problem')?.['code'];

describe('a passphrase', () => {
  scene(
    'is asked for by what starts Starling, and never by what attaches to it',
    async ({ root, finch, ready }) => {
      const file = join(root, 'phrase');
      writeFileSync(file, 'correct horse battery\nnot this line\n');
      const missing = await finch.runPlainly('passphrase', 'set');
      expect([missing.status, missing.errors]).toEqual([2, expect.stringContaining('--new-file')]);
      const set = await finch.runPlainly('passphrase', 'set', '--new-file', file);
      expect([set.status, set.errors]).toEqual([0, expect.stringContaining('asks for the passphrase')]);

      const locked = await finch.run('rooms');
      expect([locked.status, codeOf(locked)]).toEqual([1, 'passphrase-needed']);
      const up = await ready(finch.start('up', '--no-open', '--passphrase-file', file));
      expect((await finch.run('rooms')).status).toBe(0);
      up.child.kill('SIGTERM');
      await up.ended;

      writeFileSync(join(root, 'wrong'), 'correct horse batter');
      const wrong = await finch.run('rooms', '--passphrase-file', join(root, 'wrong'));
      expect(codeOf(wrong)).toBe('passphrase-wrong');
      const removed = await finch.runPlainly('passphrase', 'remove', '--passphrase-file', file);
      expect(removed.status, removed.errors).toBe(0);
      expect((await finch.run('rooms')).status).toBe(0);
    },
  );
});
