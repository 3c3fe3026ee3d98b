import type { MemberInfo } from '../../contract/api.ts';
import { cliWords } from '../../words/cli.ts';
import { EXIT_OK } from '../exit.ts';
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
  const { id, name, address, self, away, removed, roundTripMs } = member;
  const shown = self ? cliWords(language, 'members.self', { name: safeLine(name) }) : safeLine(name);
  const state = removed
    ? cliWords(language, 'members.removed')
    : away
      ? cliWords(language, 'members.away')
      : '';
  const delay = roundTripMs === undefined ? '' : `${roundTripMs.toFixed(1)} ms`;
  return [id.slice(0, SHOWN_DIGITS), shown, safeLine(address), state, delay]
    .filter((part) => part !== '')
    .join('  ');
}

/** One object, or one row, a room. */
export async function rooms(context: Context): Promise<number> {
  const { output } = context;
  const session = await Session.open(context, ONLY_LOOKS);
  for (const room of session.connection.snapshot.rooms) {
    output.event({ type: 'room', ...room });
    const key =
      room.joinedAt === undefined ? (room.joined ? 'rooms.remembered' : 'rooms.quit') : 'rooms.joined';
    output.say(key, { room: room.room, count: room.memberCount });
  }
  return EXIT_OK;
}
