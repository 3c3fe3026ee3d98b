/** Private rooms: made, opened to others, and who is in them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { History, InviteInfo, Role, RoomInfo } from '../../contract/api.ts';
import { cliWords } from '../../words/cli.ts';
import { CommandFailure, EXIT_OK } from '../exit.ts';
import { LEAVING_LINGER_MS, WELCOME_MS_MAX } from '../limits.ts';
import { Session } from '../session.ts';
import type { Context } from '../session.ts';
import { qrLines } from '../qr-lines.ts';

const ONLY_ACTS = { life: 'brief', joinRemembered: 'never', receives: false, catchUp: false } as const;

/** Makes a private room with nobody in it yet. */
export async function create(context: Context): Promise<number> {
  const { invocation, output } = context;
  const session = await Session.open(context, ONLY_ACTS);
  const history: { history?: History } =
    invocation.history === undefined ? {} : { history: invocation.history };
  const room = await session.connection.request('create', { name: argument(context), ...history });
  await session.begin(room, { room: room.room, lines: false });
  output.note('create.done', { room: room.room });
  return succeed(context);
}

/** An invite for one person: a link, which is the last word of the line, or six words. */
export async function invite(context: Context): Promise<number> {
  const { invocation, output } = context;
  const session = await Session.open(context, ONLY_ACTS);
  const room = await session.enter(argument(context));
  await session.begin(room, { room: room.room, lines: false });
  if (invocation.revoke) return revokeAll(context, session, room);
  const form = invocation.words ? 'words' : 'link';
  const hours = invocation.hours === undefined ? {} : { hours: invocation.hours };
  const made = await session.connection.request('invite', { room: room.room, form, ...hours });
  const { qr: _, ...shown } = made;
  output.event({ type: 'invite', room: room.room, ...shown });
  printInvite(context, room, made);
  if (session.hosts) output.note('invite.keep');
  return succeed(context);
}

function printInvite({ output }: Context, room: RoomInfo, made: InviteInfo): void {
  if (process.stdout.isTTY && made.words === undefined)
    for (const line of qrLines(made.qr)) output.line(line);
  const until = new Date(made.expiresAt).toLocaleString(output.language === 'zh' ? 'zh-CN' : 'en-GB');
  output.note('invite.for', { room: room.room, until });
  output.say(made.words === undefined ? 'invite.link' : 'invite.words', { invite: made.invite });
}

/** Takes back what nobody has used yet, whoever of the room's admins made it. */
async function revokeAll(context: Context, session: Session, room: RoomInfo): Promise<number> {
  const { revoked } = await session.connection.request('revoke-invite', { room: room.room });
  context.output.note('invite.revoked', { room: room.room, count: revoked });
  // The others must hear of it.
  if (revoked > 0) await session.linger(LEAVING_LINGER_MS);
  return succeed(context);
}

/** Gives a private room another name, or newcomers more or less of what was said before. */
export async function setRoom(context: Context): Promise<number> {
  const { invocation, output } = context;
  const { title, history } = invocation;
  if (title === undefined && history === undefined)
    throw new CommandFailure('usage', { detail: cliWords(output.language, 'usage.set-room') });
  const session = await Session.open(context, ONLY_ACTS);
  const room = await session.enter(argument(context));
  await session.begin(room, { room: room.room, lines: false });
  const change = {
    ...(title === undefined ? {} : { name: title }),
    ...(history === undefined ? {} : { history }),
  };
  const { name } = await session.connection.request('set-room', { room: room.room, ...change });
  output.note('set-room.done', { room: room.room, name: title ?? name });
  await session.linger(LEAVING_LINGER_MS);
  return succeed(context);
}

/** Lets somebody who is seen on the network into a private room. */
export async function add(context: Context): Promise<number> {
  const { invocation, output } = context;
  const session = await Session.open(context, ONLY_ACTS);
  await session.lookAround();
  const room = await session.enter(invocation.room);
  await session.begin(room, { room: room.room, lines: false });
  const role = invocation.role === undefined ? {} : { role: invocation.role };
  const params = { room: room.room, member: argument(context), ...role };
  const { id, name } = await session.connection.request('add', params);
  output.note('add.done', { name, room: room.room });
  // What lets it in must still leave this process.
  const end = performance.now() + WELCOME_MS_MAX;
  while (session.hosts && !session.present.has(id) && performance.now() < end) await sleep(STEP_MS);
  return succeed(context);
}

/** Gives somebody another role in a private room. */
export async function promote(context: Context): Promise<number> {
  const { invocation, output } = context;
  const session = await Session.open(context, ONLY_ACTS);
  const room = await session.enter(invocation.room);
  await session.begin(room, { room: room.room, lines: false });
  const wanted: Role = invocation.role ?? 'admin';
  const params = { room: room.room, member: argument(context), role: wanted };
  const { name, role } = await session.connection.request('set-role', params);
  output.note(`promote.${role}`, { name, room: room.room });
  await session.linger(LEAVING_LINGER_MS);
  return succeed(context);
}

const STEP_MS = 50;

function succeed({ output }: Context): number {
  output.event({ type: 'result', ok: true });
  return EXIT_OK;
}

const argument = ({ invocation }: Context): string => invocation.args.join(' ');
