import { isGroupRange } from '../../contract/network.ts';
import type { NetworkSettings, SetNetwork } from '../../contract/network.ts';
import { cliWords } from '../../words/cli.ts';
import type { CliKey } from '../../words/cli.ts';
import type { Values } from '../../words/index.ts';
import { CommandFailure, EXIT_OK } from '../exit.ts';
import { Session } from '../session.ts';
import type { Context } from '../session.ts';

/** Says every usable interface. */
const ALL = 'all';

/** Shows, and with options sets, which interfaces are used, how far multicast goes and which groups rooms have. */
export async function network(context: Context): Promise<number> {
  const { invocation, output, language } = context;
  const { hops, groupRange, quiet, use } = invocation;
  if (groupRange !== undefined && !isGroupRange(groupRange))
    throw usage(context, 'usage.group-range', { value: groupRange });
  if (quiet !== undefined && quiet !== 'on' && quiet !== 'off') throw usage(context, 'usage.quiet');
  if (use.includes(ALL) && use.length > 1) throw usage(context, 'usage.use-all');
  const session = await Session.open(context, {
    life: 'brief',
    joinRemembered: 'never',
    receives: false,
    catchUp: false,
  });
  const { connection } = session;
  if (use.length > 0) checkNames(context, await connection.request('set-network', {}));
  const change: SetNetwork = {
    ...(hops === undefined ? {} : { hops }),
    ...(groupRange === undefined ? {} : { groupRange }),
    ...(quiet === undefined ? {} : { quiet: quiet === 'on' }),
    ...(use.length === 0 ? {} : { interfaces: use.filter((name) => name !== ALL) }),
  };
  const settings = await connection.request('set-network', change);
  output.event({ type: 'network-settings', ...settings });
  output.line(cliWords(language, 'network.shown', { hops: settings.hops, range: settings.groupRange }));
  output.line(interfacesLine(context, settings));
  if (settings.quiet) output.line(cliWords(language, 'network.quiet'));
  if (settings.fromNextStart) output.note('network.next-start');
  if (Object.keys(change).length > 0) output.event({ type: 'result', ok: true });
  return EXIT_OK;
}

/** A name that nothing has is a slip; one that was chosen before may be of an adapter that is not plugged in. */
function checkNames(context: Context, { available, interfaces }: NetworkSettings): void {
  const known = new Set([ALL, ...interfaces, ...available.map(({ name }) => name)]);
  const value = context.invocation.use.find((name) => !known.has(name));
  if (value !== undefined)
    throw usage(context, 'usage.use', { value, names: names(available.map(({ name }) => name)) });
}

function interfacesLine({ language }: Context, { available, interfaces }: NetworkSettings): string {
  const present = new Set(available.map(({ name }) => name));
  if (interfaces.length === 0) {
    const usable = available.flatMap(({ name, loopback }) => (loopback ? [] : [name]));
    return cliWords(language, 'network.uses-all', {
      names: names(usable.length > 0 ? usable : [...present]),
    });
  }
  const shown = interfaces.map((name) =>
    present.has(name) ? name : cliWords(language, 'network.not-there', { name }),
  );
  return cliWords(language, 'network.uses', { names: names(shown) });
}

const names = (all: readonly string[]): string => [...new Set(all)].join(', ');

const usage = ({ language }: Context, key: CliKey, values: Values = {}): CommandFailure =>
  new CommandFailure('usage', { detail: cliWords(language, key, values) });
