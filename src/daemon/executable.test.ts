import { expect, test } from 'vitest';
import { isExecutableName } from './executable.ts';

test.each([
  'a.exe',
  'A.EXE',
  'photo.png.bat',
  'x.desktop',
  'x.ps1',
  'x.lnk',
  'run.SH',
  'a.py',
  'a.exe. ',
  'x.hta',
])('%s would run', (name) => expect(isExecutableName(name)).toBe(true));

test.each(['photo.png', 'report.pdf', 'README', 'exe', 'notes.txt', '.bashrc', 'archive.zip'])(
  '%s is only shown',
  (name) => expect(isExecutableName(name)).toBe(false),
);
