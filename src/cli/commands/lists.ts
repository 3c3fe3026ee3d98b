import type { MemberInfo, RoomInfo } from '../../contract/api.ts';
import { cliWords } from '../../words/cli.ts';
import type { CliKey } from '../../words/cli.ts';
import { EXIT_OK } from '../exit.ts';
import { warningLine } from '../event-lines.ts';
import { Session } from '../session.ts';
import type { Context } from '../session.ts';
import { safeLine } from '../terminal-text.ts';

const ONLY_LOOKS = { life: 'brief', joinRemembered: 'never', receives: false, catchUp: false } as const;
const SHOWN_DIGITS = 12;

/** One object, or one row, a member. */
export async function members(context: Context): Promise<number> {
  const { invocation, output, language } = context;
  const session = await Session.open(context, ONLY_LOOKS);
  const room = await session.enter(invocation.room);
  await session.watchQuietly(room);
  await session.listenForMembers();
  const list = await session.connection.request('members', { room: room.room });
  for (const member of list) {
    const { id, name, address } = member;
    output.event({ type: 'member', room: room.room, member: { id, name, address }, ...member });
    output.line(memberLine(member, language));
  }
  if (list.every((member) => member.self)) output.note('members.alone');
  return EXIT_OK;
}

function memberLine(member: MemberInfo, language: Context['language']): string {
  const { id, name, address, self, away, removed, roundTripMs, role, verified, present, warning } = member;
  const shown = self ? cliWords(language, 'members.self', { name: safeLine(name) }) : safeLine(name);
  const state = removed
    ? cliWords(language, 'members.removed')
    : !present
      ? cliWords(language, 'members.absent')
      : away
        ? cliWords(language, 'members.away')
        : '';
  const rank = role === undefined ? '' : cliWords(language, `role.${role}`);
  const trust = warning !== undefined ? warningLine(name, warning, language) : '';
  const mark = member.unauthenticated
    ? cliWords(language, 'members.unauthenticated')
    : verified && !self
      ? cliWords(language, 'members.verified')
      : '';
  const delay = roundTripMs === undefined ? '' : `${roundTripMs.toFixed(1)} ms`;
  const shownId = member.unauthenticated ? '' : id.slice(0, SHOWN_DIGITS);
  return [shownId, shown, rank, mark, safeLine(address), state, delay, trust]
    .filter((part) => part !== '')
    .join('  ');
}

function roomKey({ kind, state, joined, joinedAt, continuesIn }: RoomInfo): CliKey {
  if (state !== 'open') return `rooms.${state}`;
  if (continuesIn !== undefined) return 'rooms.direct-continued';
  const life = joinedAt !== undefined ? 'joined' : joined ? 'remembered' : 'quit';
  if (kind === 'classic') return `rooms.classic-${life}`;
  return kind === 'public' ? `rooms.${life}` : `rooms.${kind}-${life}`;
}

/** One object, or one row, a room. */
export async function rooms(context: Context): Promise<number> {
  const { output } = context;
  const session = await Session.open(context, ONLY_LOOKS);
  for (const room of session.connection.snapshot.rooms) {
    output.event({ type: 'room', ...room });
    output.say(roomKey(room), {
      room: room.room,
      count: room.memberCount,
      name: room.name,
      by: room.removedBy?.name ?? '?',
      next: room.continuesIn ?? '',
    });
  }
  for (const offer of session.connection.snapshot.offers) {
    output.event({ type: 'room-offer', ...offer });
    const { id, name, from } = offer;
    output.say('rooms.offered', { room: name, name: from.name, id: id.slice(0, SHOWN_DIGITS) });
  }
  return EXIT_OK;
}
