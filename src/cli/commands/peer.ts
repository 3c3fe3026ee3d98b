import { CommandFailure, EXIT_OK } from '../exit.ts';
import { Session } from '../session.ts';
import type { Context } from '../session.ts';
import { safeLine } from '../terminal-text.ts';
import { cliWords } from '../../words/cli.ts';

/** `add HOST`, `remove HOST`, or `list`: machines to write to where multicast does not pass. */
export async function peer(context: Context): Promise<number> {
  const { invocation, output, language } = context;
  const [action = 'list', host, extra] = invocation.args;
  const takesHost = action === 'add' || action === 'remove';
  if ((!takesHost && action !== 'list') || takesHost !== (host !== undefined) || extra !== undefined)
    throw new CommandFailure('usage', { detail: cliWords(language, 'usage.peer') });
  const session = await Session.open(context, {
    life: 'brief',
    joinRemembered: 'never',
    receives: false,
    catchUp: false,
  });
  const { connection } = session;
  const peers = takesHost
    ? await connection.request(action === 'add' ? 'add-peer' : 'remove-peer', { host: host ?? '' })
    : await connection.request('peers', {});
  for (const one of peers) {
    output.event({ type: 'peer', ...one });
    output.line([one.host, one.address].map((part) => safeLine(part)).join('  '));
  }
  if (takesHost) output.event({ type: 'result', ok: true });
  return EXIT_OK;
}
