import type { FileRule, FileRuleSet, Params } from '../../contract/api.ts';
import { cliWords } from '../../words/cli.ts';
import { CommandFailure, EXIT_OK } from '../exit.ts';
import { Session } from '../session.ts';
import type { Context } from '../session.ts';
import { formatBytes, safeLine } from '../terminal-text.ts';

/** Shows, and with options sets, which files are taken without asking: of everybody, in a room, or from a member. */
export async function rules(context: Context): Promise<number> {
  const { invocation, output, language } = context;
  const { hasRoom, room, member, accept, quota, daily } = invocation;
  if (hasRoom && member !== undefined)
    throw new CommandFailure('usage', { detail: cliWords(language, 'usage.rules') });
  const session = await Session.open(context, {
    life: 'brief',
    joinRemembered: 'never',
    receives: false,
    catchUp: false,
  });
  const bounds = { acceptBytes: accept, onTheWayBytes: quota, dayBytes: daily };
  const isChange = Object.values(bounds).some((bound) => bound !== undefined);
  const change: Params<'set-rules'> = {
    ...(hasRoom ? { room } : {}),
    ...(member === undefined ? {} : { member }),
    ...bounds,
  };
  const { connection } = session;
  const all = isChange
    ? await connection.request('set-rules', change)
    : await connection.request('rules', {});
  output.event({ type: 'rules', rules: all });
  const line = (whom: string, rule: FileRuleSet | FileRule): void => {
    const size = (bytes: number | null): string =>
      bytes === null ? cliWords(language, 'rules.unset') : formatBytes(bytes);
    const { acceptBytes, onTheWayBytes, dayBytes } = rule;
    const values = { accept: size(acceptBytes), quota: size(onTheWayBytes), daily: size(dayBytes) };
    output.line(`${whom}  ${cliWords(language, 'rules.bounds', values)}`);
  };
  line(cliWords(language, 'rules.everybody'), all.everywhere);
  for (const { room: name, ...rule } of all.rooms)
    line(cliWords(language, 'rules.room', { room: safeLine(name) }), rule);
  for (const { member: who, ...rule } of all.members)
    line(cliWords(language, 'rules.member', { member: safeLine(who.name), id: who.id.slice(0, 8) }), rule);
  if (isChange) output.event({ type: 'result', ok: true });
  return EXIT_OK;
}
