import { EXIT_OK } from '../exit.ts';
import { Session } from '../session.ts';
import type { Context } from '../session.ts';

const ONLY_ACTS = { life: 'brief', joinRemembered: 'never', receives: false, catchUp: false } as const;

/** Joins a public room and remembers it. */
export async function join(context: Context): Promise<number> {
  const { output } = context;
  const session = await Session.open(context, ONLY_ACTS);
  const room = await session.connection.request('join', { room: argument(context) });
  await session.begin(room, { room: room.room, lines: false });
  output.note('join.done', { room: room.room });
  output.event({ type: 'result', ok: true });
  return EXIT_OK;
}

/** Leaves a room for good, until it is joined again. */
export async function quit(context: Context): Promise<number> {
  const { output } = context;
  const session = await Session.open(context, ONLY_ACTS);
  const room = await session.connection.request('quit', { room: argument(context) });
  await session.begin(room, { room: room.room, lines: false });
  output.note('quit.done', { room: room.room });
  output.event({ type: 'result', ok: true });
  return EXIT_OK;
}

/** A local, reversible block. */
export async function remove(context: Context): Promise<number> {
  const { invocation, output } = context;
  const session = await Session.open(context, ONLY_ACTS);
  const room = await session.enter(invocation.room);
  await session.begin(room, { room: room.room, lines: true });
  const params = { room: room.room, member: argument(context) };
  if (invocation.undo) {
    await session.connection.request('restore', params);
  } else {
    await session.listenForMembers();
    const { name } = await session.connection.request('remove', params);
    output.note('remove.public', { name });
  }
  output.event({ type: 'result', ok: true });
  return EXIT_OK;
}

const argument = ({ invocation }: Context): string => invocation.args[0] ?? '';
