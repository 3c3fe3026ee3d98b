/**
 * The command line, parsed. `node:util` splits it, because it keeps every value a string: a nick `007`, a text `-`.
 * What is known and allowed is decided here, so that errors come in the user's language.
 */
import { parseArgs } from 'node:util';
import { HOPS_MAX } from '../contract/network.ts';
import { HISTORY_DAYS_MAX, INVITE_HOURS_MAX } from '../contract/api.ts';
import type { History, Role } from '../contract/api.ts';
import { cliWords } from '../words/cli.ts';
import type { CliKey } from '../words/cli.ts';
import type { Language, Values } from '../words/index.ts';
import { err, ok } from '../base/result.ts';
import { parseSize } from '../base/size.ts';
import type { Result } from '../base/result.ts';

interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly value?: string;
  readonly short?: string;
  readonly multiple?: boolean;
  readonly help: CliKey;
}

export const GLOBAL_OPTIONS = {
  profile: { type: 'string', value: 'DIR', help: 'help.opt.profile' },
  name: { type: 'string', value: 'NICK', help: 'help.opt.name' },
  downloads: { type: 'string', value: 'DIR', help: 'help.opt.downloads' },
  room: { type: 'string', value: 'ROOM', help: 'help.opt.room' },
  interface: { type: 'string', value: 'NAME', multiple: true, help: 'help.opt.interface' },
  port: { type: 'string', value: 'N', help: 'help.opt.port' },
  json: { type: 'boolean', help: 'help.opt.json' },
  timeout: { type: 'string', value: 'SECONDS', help: 'help.opt.timeout' },
  'passphrase-file': { type: 'string', value: 'FILE', help: 'help.opt.passphrase-file' },
  help: { type: 'boolean', short: 'h', help: 'help.opt.help' },
  version: { type: 'boolean', short: 'v', help: 'help.opt.version' },
} as const satisfies Record<string, OptionSpec>;

export const OWN_OPTIONS = {
  'no-open': { type: 'boolean', help: 'help.opt.no-open' },
  'ui-port': { type: 'string', value: 'N', help: 'help.opt.ui-port' },
  expect: { type: 'string', value: 'N', help: 'help.opt.expect' },
  rate: { type: 'string', value: 'MBIT', help: 'help.opt.rate' },
  count: { type: 'string', value: 'N', help: 'help.opt.count' },
  'any-size': { type: 'boolean', help: 'help.opt.any-size' },
  undo: { type: 'boolean', help: 'help.opt.undo' },
  history: { type: 'string', value: 'joining|DAYSd', help: 'help.opt.history' },
  words: { type: 'boolean', help: 'help.opt.words' },
  hours: { type: 'string', value: 'N', help: 'help.opt.hours' },
  role: { type: 'string', value: 'member|admin|owner', help: 'help.opt.role' },
  confirm: { type: 'boolean', help: 'help.opt.confirm' },
  hops: { type: 'string', value: 'N', help: 'help.opt.hops' },
  quiet: { type: 'string', value: 'on|off', help: 'help.opt.quiet' },
  'group-range': { type: 'string', value: 'A.B', help: 'help.opt.group-range' },
  use: { type: 'string', value: 'NAME,…|all', multiple: true, help: 'help.opt.use' },
  member: { type: 'string', value: 'MEMBER', help: 'help.opt.member' },
  accept: { type: 'string', value: 'SIZE', help: 'help.opt.accept' },
  quota: { type: 'string', value: 'SIZE', help: 'help.opt.quota' },
  daily: { type: 'string', value: 'SIZE', help: 'help.opt.daily' },
  all: { type: 'boolean', help: 'help.opt.all' },
  emoji: { type: 'boolean', help: 'help.opt.emoji' },
  revoke: { type: 'boolean', help: 'help.opt.revoke' },
  offered: { type: 'boolean', help: 'help.opt.offered' },
  forget: { type: 'boolean', help: 'help.opt.forget' },
  title: { type: 'string', value: 'NAME', help: 'help.opt.title' },
  'new-file': { type: 'string', value: 'FILE', help: 'help.opt.new-file' },
  search: { type: 'string', value: 'WORDS', help: 'help.opt.search' },
  from: { type: 'string', value: 'MEMBER', help: 'help.opt.from' },
  since: { type: 'string', value: 'YYYY-MM-DD', help: 'help.opt.since' },
  until: { type: 'string', value: 'YYYY-MM-DD', help: 'help.opt.until' },
  limit: { type: 'string', value: 'N', help: 'help.opt.limit' },
  format: { type: 'string', value: 'jsonl|html', help: 'help.opt.format' },
} as const satisfies Record<string, OptionSpec>;

type OwnOption = keyof typeof OWN_OPTIONS;

export interface CommandSpec {
  readonly help: CliKey;
  /** Shown in the usage; undefined where it takes none. */
  readonly argument?: string;
  /** It may be left out. */
  readonly optional?: boolean;
  readonly many?: boolean;
  /** This many words or more are one argument: an invite that is read out, also where one of its words is missing. */
  readonly words?: number;
  readonly options: readonly OwnOption[];
}

export const COMMANDS = {
  up: { help: 'help.up', options: ['no-open', 'ui-port'] },
  stop: { help: 'help.stop', options: [] },
  say: { help: 'help.say', argument: 'TEXT', many: true, options: [] },
  send: { help: 'help.send', argument: 'PATH', many: true, options: ['expect', 'rate'] },
  receive: { help: 'help.receive', options: ['count', 'any-size'] },
  watch: { help: 'help.watch', options: ['any-size'] },
  transfers: { help: 'help.transfers', options: ['all'] },
  resume: { help: 'help.resume', argument: 'TRANSFER', optional: true, options: ['member'] },
  pause: { help: 'help.pause', argument: 'TRANSFER', options: [] },
  cancel: { help: 'help.cancel', argument: 'TRANSFER', options: [] },
  rules: { help: 'help.rules', options: ['member', 'accept', 'quota', 'daily'] },
  members: { help: 'help.members', options: [] },
  doctor: { help: 'help.doctor', options: [] },
  network: { help: 'help.network', options: ['use', 'hops', 'group-range', 'quiet'] },
  peer: { help: 'help.peer', argument: 'add HOST | remove HOST | list', many: true, options: [] },
  passphrase: { help: 'help.passphrase', argument: 'set | remove', many: true, options: ['new-file'] },
  rooms: { help: 'help.rooms', options: [] },
  history: { help: 'help.history', options: ['search', 'from', 'since', 'until', 'limit'] },
  export: { help: 'help.export', argument: 'ROOM FILE', many: true, options: ['format'] },
  join: { help: 'help.join', argument: 'ROOM or INVITE', words: 5, options: ['offered'] },
  quit: { help: 'help.quit', argument: 'ROOM', options: ['offered', 'forget'] },
  create: { help: 'help.create', argument: 'ROOM', options: ['history'] },
  invite: { help: 'help.invite', argument: 'ROOM', options: ['words', 'hours', 'revoke'] },
  'set-room': { help: 'help.set-room', argument: 'ROOM', options: ['title', 'history'] },
  add: { help: 'help.add', argument: 'MEMBER', options: ['role'] },
  remove: { help: 'help.remove', argument: 'MEMBER', options: ['undo'] },
  promote: { help: 'help.promote', argument: 'MEMBER', options: ['role'] },
  verify: { help: 'help.verify', argument: 'MEMBER', options: ['confirm', 'undo', 'emoji'] },
} as const satisfies Record<string, CommandSpec>;

export type CommandName = keyof typeof COMMANDS;

export interface Invocation {
  readonly command: CommandName;
  readonly args: readonly string[];
  readonly help: boolean;
  readonly version: boolean;
  readonly json: boolean;
  readonly profile?: string | undefined;
  readonly name?: string | undefined;
  readonly downloads?: string | undefined;
  readonly room: string;
  readonly interfaces: readonly string[];
  readonly port?: number | undefined;
  readonly timeoutS?: number | undefined;
  readonly noOpen: boolean;
  readonly uiPort?: number | undefined;
  readonly expect?: number | undefined;
  /** Mbit/s. */
  readonly rateMbit?: number | undefined;
  readonly count: number;
  readonly anySize: boolean;
  readonly undo: boolean;
  readonly history?: History | undefined;
  readonly words: boolean;
  readonly hours?: number | undefined;
  readonly role?: Role | undefined;
  readonly confirm: boolean;
  readonly hops?: number | undefined;
  readonly groupRange?: string | undefined;
  /** Names of interfaces, or `all`. */
  readonly use: readonly string[];
  readonly quiet?: string | undefined;
  readonly member?: string | undefined;
  /** Bytes; null: no rule here. */
  readonly accept?: number | null | undefined;
  readonly quota?: number | null | undefined;
  readonly daily?: number | null | undefined;
  readonly all: boolean;
  readonly emoji: boolean;
  readonly revoke: boolean;
  /** A room that somebody let us into, not one of ours or a public one. */
  readonly offered: boolean;
  readonly forget: boolean;
  readonly title?: string | undefined;
  readonly passphraseFile?: string | undefined;
  readonly newPassphraseFile?: string | undefined;
  /** `--room` was given. */
  readonly hasRoom: boolean;
  readonly search?: string | undefined;
  readonly from?: string | undefined;
  /** The beginnings of days, Unix milliseconds. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly limit: number;
  readonly format?: 'jsonl' | 'html' | undefined;
}

const ALL_OPTIONS: Readonly<Record<string, OptionSpec>> = { ...GLOBAL_OPTIONS, ...OWN_OPTIONS };
const PORT_MAX = 65_535;
/** P + 15 must be a port, too. */
const UDP_PORT_MAX = PORT_MAX - 15;
const PRIVILEGED_PORT_MAX = 1023;
const COUNT_MAX = 100_000;
const HISTORY_LINES_DEFAULT = 100;
const TIMEOUT_S_MAX = 86_400;
/** 100 Gbit/s. */
const RATE_MBIT_MAX = 100_000;

/** A sentence in the user's language where the line makes no sense. */
export function parseCommandLine(argv: readonly string[], language: Language): Result<Invocation, string> {
  const say = (key: CliKey, values: Values): string => cliWords(language, key, values);
  const parsed = parseArgs({
    args: [...argv],
    options: Object.fromEntries(Object.entries(ALL_OPTIONS).map(([name, spec]) => [name, parseSpec(spec)])),
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  const positionals = parsed.tokens
    .filter((token) => token.kind === 'positional')
    .map((token) => token.value);
  const command = positionals[0] ?? 'up';
  if (!Object.hasOwn(COMMANDS, command)) return err(say('usage.unknown-command', { command }));
  const name = command as CommandName;
  const spec: CommandSpec = COMMANDS[name];
  const texts = new Map<string, string[]>();
  for (const token of parsed.tokens) {
    if (token.kind !== 'option') continue;
    const fault = checkOption(token, spec);
    if (fault !== undefined) return err(say(fault, { option: token.rawName, command }));
    texts.set(token.name, [...(texts.get(token.name) ?? []), token.value ?? '']);
  }
  const args = positionals.slice(1);
  if (!texts.has('help')) {
    const argument = spec.argument ?? '';
    const isOptional = spec.optional === true && !texts.has('member');
    if (args.length === 0 && spec.argument !== undefined && !isOptional)
      return err(say('usage.missing', { command, argument }));
    const extra =
      spec.many === true || args.length >= (spec.words ?? Infinity)
        ? undefined
        : args[spec.argument === undefined ? 0 : 1];
    if (extra !== undefined) return err(say('usage.too-many', { command, argument: extra }));
  }
  const history = readHistory(texts.get('history')?.at(-1));
  if (history === 'unknown') return err(say('usage.history', { days: HISTORY_DAYS_MAX }));
  const role = texts.get('role')?.at(-1);
  if (role !== undefined && !isRole(role)) return err(say('usage.role', { value: role }));
  const since = readDay(texts.get('since')?.at(-1));
  const until = readDay(texts.get('until')?.at(-1));
  if (Number.isNaN(since) || Number.isNaN(until)) return err(say('usage.day', {}));
  const format = texts.get('format')?.at(-1);
  if (format !== undefined && format !== 'jsonl' && format !== 'html') return err(say('usage.format', {}));
  const bounds: { accept?: number | null; quota?: number | null; daily?: number | null } = {};
  for (const bound of ['accept', 'quota', 'daily'] as const) {
    const text = texts.get(bound)?.at(-1);
    if (text === undefined) continue;
    const size = text === 'default' ? null : parseSize(text);
    if (size === undefined) return err(say('usage.size', { option: `--${bound}`, value: text }));
    bounds[bound] = size;
  }
  const read = readValues(name, args, texts, (option, value, min, max) =>
    say('usage.number', { option: `--${option}`, value, min, max }),
  );
  return read.ok ? ok({ ...read.value, ...bounds, history, role, since, until, format }) : read;
}

/** `joining`, or a number of days: `7d`. */
function readHistory(text: string | undefined): History | undefined | 'unknown' {
  if (text === undefined) return undefined;
  if (text === 'joining') return { kind: 'since-joining' };
  const days = Number(/^(\d+)d$/.exec(text)?.[1]);
  return days >= 1 && days <= HISTORY_DAYS_MAX ? { kind: 'days', days } : 'unknown';
}

/** When a day begins here; not a number where it is none. */
function readDay(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  const date = new Date(Number(year), Number(month) - 1, Number(day));
  return date.getDate() === Number(day) ? date.getTime() : Number.NaN;
}

const isRole = (text: string): text is Role => text === 'owner' || text === 'admin' || text === 'member';

function parseSpec({ type, short, multiple }: OptionSpec) {
  return { type, multiple: multiple ?? false, ...(short === undefined ? {} : { short }) };
}

interface OptionToken {
  readonly name: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function checkOption(token: OptionToken, command: CommandSpec): CliKey | undefined {
  const spec = ALL_OPTIONS[token.name];
  const isKnown =
    Object.hasOwn(GLOBAL_OPTIONS, token.name) || command.options.includes(token.name as OwnOption);
  if (spec === undefined || !isKnown) return 'usage.unknown-option';
  if (spec.type === 'boolean') return token.value === undefined ? undefined : 'usage.option-flag';
  // `--name --json` forgot a value; who means one that begins with a dash writes `--name=-x`.
  const isMissing =
    token.value === undefined ||
    token.value === '' ||
    (token.inlineValue !== true && token.value.startsWith('-'));
  return isMissing ? 'usage.option-value' : undefined;
}

function readValues(
  command: CommandName,
  args: readonly string[],
  texts: ReadonlyMap<string, readonly string[]>,
  complain: (option: string, value: string, min: number, max: number) => string,
): Result<Invocation, string> {
  const last = (option: string): string | undefined => texts.get(option)?.at(-1);
  const complaints: string[] = [];
  const whole = (option: string, min: number, max: number): number | undefined => {
    const text = last(option);
    if (text === undefined) return undefined;
    const value = Number(text);
    const isTime = option === 'timeout' && /^\d+(\.\d+)?$/.test(text);
    if ((isTime || /^\d+$/.test(text)) && value >= min && value <= max) return value;
    complaints.push(complain(option, text, min, max));
    return undefined;
  };
  const invocation: Invocation = {
    command,
    args,
    help: texts.has('help'),
    version: texts.has('version'),
    json: texts.has('json'),
    profile: last('profile'),
    name: last('name'),
    downloads: last('downloads'),
    room: last('room') ?? 'lobby',
    interfaces: [...new Set(texts.get('interface'))],
    port: whole('port', PRIVILEGED_PORT_MAX + 1, UDP_PORT_MAX),
    timeoutS: whole('timeout', 0, TIMEOUT_S_MAX),
    noOpen: texts.has('no-open'),
    uiPort: whole('ui-port', 1, PORT_MAX),
    expect: whole('expect', 1, COUNT_MAX),
    rateMbit: whole('rate', 1, RATE_MBIT_MAX),
    count: whole('count', 1, COUNT_MAX) ?? 1,
    anySize: texts.has('any-size'),
    undo: texts.has('undo'),
    words: texts.has('words'),
    hours: whole('hours', 1, INVITE_HOURS_MAX),
    confirm: texts.has('confirm'),
    hops: whole('hops', 1, HOPS_MAX),
    groupRange: last('group-range'),
    use: (texts.get('use') ?? []).flatMap((text) => text.split(',')),
    member: last('member'),
    all: texts.has('all'),
    emoji: texts.has('emoji'),
    revoke: texts.has('revoke'),
    offered: texts.has('offered'),
    forget: texts.has('forget'),
    title: last('title'),
    quiet: last('quiet'),
    passphraseFile: last('passphrase-file'),
    newPassphraseFile: last('new-file'),
    hasRoom: texts.has('room'),
    search: last('search'),
    from: last('from'),
    limit: whole('limit', 1, COUNT_MAX) ?? HISTORY_LINES_DEFAULT,
  };
  const [complaint] = complaints;
  return complaint === undefined ? ok(invocation) : err(complaint);
}
