import { expect, test } from 'vitest';
import { parseCommandLine } from './arguments.ts';
import type { Invocation } from './arguments.ts';

function parse(...argv: string[]): Invocation {
  const parsed = parseCommandLine(argv, 'en');
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}
function fault(...argv: string[]): string {
  const parsed = parseCommandLine(argv, 'en');
  return parsed.ok ? '' : parsed.error;
}

test('no command is up, in the lobby', () => {
  expect(parse()).toMatchObject({ command: 'up', room: 'lobby', json: false, interfaces: [], count: 1 });
  expect(parse('--profile', 'x').command).toBe('up');
});

test('every text stays a text', () => {
  expect(parse('say', '007', '1e3', '-').args).toEqual(['007', '1e3', '-']);
  expect(parse('say', '--json', '42').args).toEqual(['42']);
  expect(parse('say', '--', '--json').args).toEqual(['--json']);
  expect(parse('watch', '--name', '007').name).toBe('007');
  expect(parse('watch', '--name=-x').name).toBe('-x');
});

test('flags may stand before or after the command', () => {
  const flags = ['--interface', 'lo', '--interface', 'eth0', '--port', '30000', '--timeout', '2.5'];
  const expected = { command: 'say', interfaces: ['lo', 'eth0'], port: 30_000, timeoutS: 2.5 };
  expect(parse(...flags, 'say', 'x')).toMatchObject(expected);
  expect(parse('say', 'x', ...flags)).toMatchObject(expected);
});

test.each([
  [['fly'], 'no command "fly"'],
  [['say'], 'needs TEXT'],
  [['resume', '--member', 'Wren'], 'needs TRANSFER'],
  [['join', 'a', 'b'], 'does not take "b"'],
  [['say', 'x', '--loud'], 'no option --loud'],
  [['say', 'x', '--expect', '2'], 'no option --expect'],
  [['watch', '--name', '--json'], '--name needs a value'],
  [['watch', '--name='], '--name needs a value'],
  [['watch', '--json=yes'], '--json takes no value'],
  [['send', 'x', '--expect', '0'], 'from 1 to'],
  [['receive', '--count', '2.5'], 'from 1 to'],
  [['up', '--ui-port', '70000'], '65535'],
  [['up', '--port', 'x'], 'not "x"'],
])('%j is refused: %s', (argv, sentence) => {
  expect(fault(...argv)).toContain(sentence);
});

test('help wants no argument', () => {
  expect(parse('say', '--help').help).toBe(true);
});

test('six words are one invite, two are one too many', () => {
  const words = ['join', 'abandon', 'ability', 'able', 'about', 'above', 'absent'];
  expect(parseCommandLine(words, 'en')).toMatchObject({ ok: true, value: { args: words.slice(1) } });
  expect(fault('create', 'a', 'b')).toContain('does not take "b"');
});

test('what newcomers see, and roles', () => {
  const historyOf = (text: string) => {
    const parsed = parseCommandLine(['create', 'x', '--history', text], 'en');
    return parsed.ok ? parsed.value.history : parsed.error;
  };
  expect(historyOf('joining')).toEqual({ kind: 'since-joining' });
  expect(historyOf('7d')).toEqual({ kind: 'days', days: 7 });
  for (const text of ['7', '0d', '-1d', '99999999d', 'all', 'none'])
    expect(historyOf(text)).toContain('--history');
  expect(fault('promote', 'x', '--role', 'king')).toContain('not "king"');
});
