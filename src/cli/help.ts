import { DEFAULT_PORT } from '../daemon/hosting.ts';
import { VERSION } from '../daemon/version.ts';
import { cliWords } from '../words/cli.ts';
import type { CliKey } from '../words/cli.ts';
import type { Language } from '../words/index.ts';
import { COMMANDS, GLOBAL_OPTIONS, OWN_OPTIONS } from './arguments.ts';
import type { CommandName, CommandSpec } from './arguments.ts';

/** Everything that works, and nothing that does not. */
export function helpText(language: Language): string {
  const say = (key: CliKey, values = {}): string => cliWords(language, key, values);
  const commands = Object.entries(COMMANDS).map(
    ([name, spec]) => [usage(name, spec), say(spec.help)] as const,
  );
  return [
    say('help.about', { version: VERSION }),
    say('help.usage'),
    '',
    `${say('help.commands')}:`,
    ...rows(commands),
    '',
    `${say('help.options')}:`,
    ...rows(optionRows(GLOBAL_OPTIONS, language)),
    '',
    say('help.more'),
  ].join('\n');
}

/** One command with its own options. */
export function commandHelpText(name: CommandName, language: Language): string {
  const spec: CommandSpec = COMMANDS[name];
  const own = Object.fromEntries(spec.options.map((option) => [option, OWN_OPTIONS[option]]));
  const ownRows = rows(optionRows(own, language));
  return [
    `starling ${usage(name, spec)}`,
    `  ${cliWords(language, spec.help)}`,
    '',
    ...(ownRows.length === 0 ? [] : [`${cliWords(language, 'help.own-options')}:`, ...ownRows, '']),
    `${cliWords(language, 'help.options')}:`,
    ...rows(optionRows(GLOBAL_OPTIONS, language)),
  ].join('\n');
}

function usage(name: string, spec: CommandSpec): string {
  if (spec.argument === undefined) return name;
  const argument = `${spec.argument}${spec.many === true ? '…' : ''}`;
  return `${name} ${spec.optional === true ? `[${argument}]` : argument}`;
}

type OptionLike = { readonly value?: string; readonly short?: string; readonly help: CliKey };

function optionRows(options: Readonly<Record<string, OptionLike>>, language: Language) {
  return Object.entries(options).map(([name, { value, short, help }]) => {
    const flags = `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
    return [flags, cliWords(language, help, { port: DEFAULT_PORT })] as const;
  });
}

function rows(pairs: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(0, ...pairs.map(([left]) => left.length));
  return pairs.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
