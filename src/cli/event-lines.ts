/** One event as a line for people. Undefined where there is nothing to say. */
import type { DaemonEvent, IdentityWarning } from '../contract/api.ts';
import { cliWords, reasonWords } from '../words/cli.ts';
import type { CliKey } from '../words/cli.ts';
import type { Language, Values } from '../words/index.ts';
import { formatBytes, safeLine, safeText } from './terminal-text.ts';

const MEMBER_KEYS = {
  'member-joined': 'event.joined',
  'member-away': 'event.away',
  'member-back': 'event.back',
  'member-renamed': 'event.renamed',
  'member-removed': 'event.removed',
  'member-restored': 'event.restored',
} as const satisfies Record<string, CliKey>;

const LEFT_KEYS = {
  quit: 'event.quit',
  expired: 'event.expired',
  removed: 'event.removed-for-all',
} as const satisfies Record<string, CliKey>;

export function eventLine(event: DaemonEvent, language: Language): string | undefined {
  const say = (key: CliKey, values: Values): string => cliWords(language, key, values);
  switch (event.type) {
    case 'member-joined':
    case 'member-away':
    case 'member-back':
    case 'member-renamed':
    case 'member-removed':
    case 'member-restored': {
      const { id, name, address } = event.member;
      return say(MEMBER_KEYS[event.type], { id, name: safeLine(name), address: safeLine(address) });
    }
    case 'member-left':
      return say(LEFT_KEYS[event.reason], { name: safeLine(event.member.name) });
    case 'message': {
      const name = safeLine(event.from.name);
      const key = event.unverified === true && !event.own ? 'event.unverified' : 'event.message';
      return say(key, { time: clockTime(event.at), name, text: safeText(event.text) });
    }
    default:
      return personLine(event, language) ?? transferLine(event, language);
  }
}

function personLine(event: DaemonEvent, language: Language): string | undefined {
  const say = (key: CliKey, values: Values): string => cliWords(language, key, values);
  switch (event.type) {
    case 'room-closed': {
      const by = safeLine(event.by?.name ?? '?');
      return say(event.reason === 'left' ? 'event.left-room' : 'event.out', {
        room: safeLine(event.room),
        by,
      });
    }
    case 'member-declined':
      return say('event.declined', { name: safeLine(event.member.name), room: safeLine(event.room) });
    case 'room-offered':
      // The id, not the name: what a stranger chose is no part of a command line.
      return say('event.room-offered', {
        name: safeLine(event.from.name),
        room: safeLine(event.name),
        id: event.id.slice(0, 12),
      });
    case 'identity-warning':
      return warningLine(event.member.name, event.warning, language);
    case 'verified-changed':
      return say(event.verified ? 'verify.yes' : 'verify.no', {
        name: safeLine(event.member.name),
        id: event.member.id.slice(0, 12),
      });
    case 'emoji':
      return event.stage === 'asked' ? say('event.emoji', { name: safeLine(event.member.name) }) : undefined;
    default:
      return undefined;
  }
}

/** Why somebody may not be who the name says. */
export function warningLine(name: string, warning: IdentityWarning, language: Language): string {
  const { kind, shown, otherShown, other } = warning;
  return cliWords(language, `warning.${kind}`, {
    name: safeLine(name),
    shown: safeLine(shown),
    other: safeLine(otherShown ?? ''),
    id: (other?.id ?? '').slice(0, 12),
  });
}

function transferLine(event: DaemonEvent, language: Language): string | undefined {
  const say = (key: CliKey, values: Values): string => cliWords(language, key, values);
  switch (event.type) {
    case 'transfer-offered': {
      const { name, size } = event.file;
      return say('event.offered', {
        name: safeLine(event.from.name),
        file: safeLine(name),
        size: formatBytes(size),
      });
    }
    case 'transfer-done': {
      const file = safeLine(event.file.name);
      if (event.member !== undefined) return say('event.done', { name: safeLine(event.member.name), file });
      const key = event.unverified === true ? 'event.saved-unverified' : 'event.saved';
      return say(key, { path: safeLine(event.path ?? event.file.name) });
    }
    case 'transfer-waiting': {
      const reason = safeLine(reasonWords(language, event.reason));
      return say('event.waiting', { file: safeLine(event.file.name), reason });
    }
    case 'transfer-asked-again': {
      const file = safeLine(event.file.name);
      if (event.member !== undefined)
        return say('event.asked-member', { file, name: safeLine(event.member.name) });
      // The id, not the name: what a stranger chose is no part of a command line.
      const id = event.transfer.slice(0, 12);
      return say('event.asked-again', { file, name: safeLine(event.from.name), id });
    }
    case 'transfer-sent':
      return say('event.sent', { file: safeLine(event.file.name) });
    case 'transfer-failed': {
      const values = {
        file: safeLine(event.file.name),
        reason: safeLine(reasonWords(language, event.reason)),
      };
      if (event.member === undefined) return say('event.failed', values);
      return say('event.failed-member', { ...values, name: safeLine(event.member.name) });
    }
    default:
      return undefined;
  }
}

function clockTime(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}
