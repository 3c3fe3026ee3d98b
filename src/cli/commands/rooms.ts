import { setTimeout as sleep } from 'node:timers/promises';
import type { DaemonEvent, RoomInfo, RoomOffer } from '../../contract/api.ts';
import { CommandFailure, EXIT_OK } from '../exit.ts';
import { LEAVING_LINGER_MS } from '../limits.ts';
import { Session } from '../session.ts';
import type { Context } from '../session.ts';

const ONLY_ACTS = { life: 'brief', joinRemembered: 'never', receives: false, catchUp: false } as const;

/** Joins a public room, opens one of ours, or uses an invite to a private one; remembers it. */
export async function join(context: Context): Promise<number> {
  const { output } = context;
  const session = await Session.open(context, ONLY_ACTS);
  session.connection.listen((event) => tellProgress(context, event));
  const name = argument(context);
  if (context.invocation.offered) return accept(context, session, name);
  if (name.startsWith('@')) await session.lookAround();
  const room = await joined(context, session, name);
  await session.begin(room, { room: room.room, lines: false });
  const members = await session.connection.request('members', { room: room.room });
  output.note(`join.${room.kind}`, { room: room.room, count: members.length });
  output.event({ type: 'result', ok: true });
  return EXIT_OK;
}

/** By its name, or the beginning of its id where several are called so. */
function offerBy(session: Session, text: string): RoomOffer {
  const { offers } = session.connection.snapshot;
  const named = offers.filter(({ name }) => name === text);
  const fitting = named.length > 0 ? named : offers.filter(({ id }) => id.startsWith(text.toLowerCase()));
  const [offer] = fitting;
  if (offer === undefined) throw new CommandFailure('offer-unknown', { room: text });
  const ids = fitting.map(({ id, from }) => `${id.slice(0, SHOWN_DIGITS)} (${from.name})`).join(', ');
  if (fitting.length > 1) throw new CommandFailure('offer-ambiguous', { room: text, ids });
  return offer;
}

async function accept(context: Context, session: Session, text: string): Promise<number> {
  const { output } = context;
  const offer = offerBy(session, text);
  const room = await session.connection.request('accept-room', { offer: offer.id });
  await session.begin(room, { room: room.room, lines: false });
  const members = await session.connection.request('members', { room: room.room });
  output.note(`join.${room.kind}`, { room: room.room, count: members.length });
  output.event({ type: 'result', ok: true });
  return EXIT_OK;
}

async function decline({ output }: Context, session: Session, text: string): Promise<number> {
  const { id, name, from } = offerBy(session, text);
  await session.connection.request('decline-room', { offer: id });
  output.note('quit.declined', { room: name, name: from.name });
  output.event({ type: 'result', ok: true });
  return EXIT_OK;
}

/** An invite can be used again by who gave up, so giving up is told to the daemon. */
async function joined(context: Context, session: Session, room: string): Promise<RoomInfo> {
  const { timeoutS } = context.invocation;
  const { connection } = session;
  const cancel = (): void => void connection.request('cancel-join', {}).catch(() => undefined);
  context.stopRequest.requested.then(cancel).catch(() => undefined);
  const request = connection.request('join', { room });
  if (timeoutS === undefined) return request;
  const late = sleep(timeoutS * 1000, undefined, { ref: false });
  const first = await Promise.race([request, late]);
  if (first !== undefined) return first;
  cancel();
  request.catch(() => undefined);
  throw new CommandFailure('timeout', { detail: room, seconds: timeoutS });
}

function tellProgress({ output }: Context, event: DaemonEvent): void {
  if (event.type !== 'invite-progress') return;
  const { type, stage, name } = event;
  output.event({ type, stage, ...(name === undefined ? {} : { name }) });
  output.note(`join.${stage}`, { room: name ?? '' });
}

/** Leaves a room: a public one until it is joined again, a private one for good. Of a private one that was left nothing is kept. */
export async function quit(context: Context): Promise<number> {
  const { output } = context;
  const session = await Session.open(context, ONLY_ACTS);
  if (context.invocation.offered) return decline(context, session, argument(context));
  const known = session.find(argument(context));
  if (known !== undefined && isPrivate(known)) return quitPrivate(context, session, known);
  const room = await session.connection.request('quit', { room: known?.room ?? argument(context) });
  await session.begin(room, { room: room.room, lines: false });
  output.note('quit.done', { room: room.room });
  if (context.invocation.forget && known !== undefined)
    await forget(context, session, room.room, 'quit.emptied');
  output.event({ type: 'result', ok: true });
  return EXIT_OK;
}

async function quitPrivate(context: Context, session: Session, { room, state }: RoomInfo): Promise<number> {
  const { output, invocation } = context;
  if (state === 'open') {
    await session.connection.request('leave', { room });
    output.note('quit.private', { room });
    // The others must hear of it.
    await session.linger(LEAVING_LINGER_MS);
  }
  if (state !== 'open' || invocation.forget) await forget(context, session, room, 'quit.forgotten');
  output.event({ type: 'result', ok: true });
  return EXIT_OK;
}

async function forget(
  { output }: Context,
  { connection }: Session,
  room: string,
  done: 'quit.forgotten' | 'quit.emptied',
): Promise<void> {
  await connection.request('forget', { room });
  output.note(done, { room });
}

/** Of a public room: a local, reversible block. Of a private one: for everybody. */
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
    output.note(room.kind === 'public' ? 'remove.public' : 'remove.private', { name, room: room.room });
    if (isPrivate(room)) await session.linger(LEAVING_LINGER_MS);
  }
  output.event({ type: 'result', ok: true });
  return EXIT_OK;
}

const isPrivate = ({ kind }: RoomInfo): boolean => kind === 'private' || kind === 'direct';

const SHOWN_DIGITS = 12;
const argument = ({ invocation }: Context): string => invocation.args.join(' ');
