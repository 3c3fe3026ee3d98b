import { hasDisplay, openPage } from '../../daemon/hosting.ts';
import { EXIT_OK } from '../exit.ts';
import { Session } from '../session.ts';
import type { Context } from '../session.ts';

/** Starts the daemon and opens its page, or opens the page of the one that runs. */
export async function up(context: Context): Promise<number> {
  const { invocation, output } = context;
  const opens = !invocation.noOpen && hasDisplay();
  const session = await Session.open(context, {
    life: 'stay',
    // The page asks for a name first, and its JOIN enters. Where no page opens, nobody would ever be asked.
    joinRemembered: opens ? 'when-named' : 'always',
    receives: true,
    catchUp: true,
  });
  const { url } = await session.connection.request('ticket', {});
  const { rooms } = session.connection.snapshot;
  const lobby = rooms.find((room) => room.room === 'lobby');
  if (!session.hosts) output.note('up.running');
  output.say('up.at', { url });
  if (opens) await openPage((await session.connection.request('ticket', {})).url);
  if (lobby !== undefined) await session.begin(lobby, { lines: false }, { url });
  if (!session.hosts) {
    output.event({ type: 'result', ok: true });
    return EXIT_OK;
  }
  await session.ended();
  return EXIT_OK;
}
