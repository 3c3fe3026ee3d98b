import { isGroupRange } from '../../contract/network.ts';
import { cliWords } from '../../words/cli.ts';
import { CommandFailure, EXIT_OK } from '../exit.ts';
import { Session } from '../session.ts';
import type { Context } from '../session.ts';

/** Shows, and with options sets, how far multicast goes and which groups rooms have. */
export async function network(context: Context): Promise<number> {
  const { invocation, output, language } = context;
  const { hops, groupRange, quiet } = invocation;
  if (groupRange !== undefined && !isGroupRange(groupRange))
    throw new CommandFailure('usage', {
      detail: cliWords(language, 'usage.group-range', { value: groupRange }),
    });
  if (quiet !== undefined && quiet !== 'on' && quiet !== 'off')
    throw new CommandFailure('usage', { detail: cliWords(language, 'usage.quiet') });
  const session = await Session.open(context, {
    life: 'brief',
    joinRemembered: 'never',
    receives: false,
    catchUp: false,
  });
  const isChange = hops !== undefined || groupRange !== undefined || quiet !== undefined;
  const change = {
    ...(hops === undefined ? {} : { hops }),
    ...(groupRange === undefined ? {} : { groupRange }),
    ...(quiet === undefined ? {} : { quiet: quiet === 'on' }),
  };
  const settings = await session.connection.request('set-network', change);
  output.event({ type: 'network-settings', ...settings });
  output.line(cliWords(language, 'network.shown', { hops: settings.hops, range: settings.groupRange }));
  if (settings.quiet) output.line(cliWords(language, 'network.quiet'));
  if (settings.fromNextStart) output.note('network.next-start');
  if (isChange) output.event({ type: 'result', ok: true });
  return EXIT_OK;
}
