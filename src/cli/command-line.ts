/** The command line: parse, run, end with the right status. */
import { VERSION } from '../daemon/version.ts';
import { languageOf, localeFrom } from '../words/index.ts';
import { parseCommandLine } from './arguments.ts';
import type { CommandName } from './arguments.ts';
import { doctor } from './commands/doctor.ts';
import { exportRoom, history } from './commands/history.ts';
import { members, rooms } from './commands/lists.ts';
import { add, create, invite, promote, setRoom } from './commands/private.ts';
import { verify } from './commands/verify.ts';
import { network } from './commands/network.ts';
import { passphrase } from './commands/passphrase.ts';
import { peer } from './commands/peer.ts';
import { receive, watch } from './commands/receive.ts';
import { join, quit, remove } from './commands/rooms.ts';
import { rules } from './commands/rules.ts';
import { say } from './commands/say.ts';
import { send } from './commands/send.ts';
import { stop } from './commands/stop.ts';
import { askMember } from './commands/ask-member.ts';
import { cancel, pause, resume, transfers } from './commands/transfers.ts';
import { up } from './commands/up.ts';
import { CommandFailure, EXIT_OK, EXIT_USAGE, exitStatusOf } from './exit.ts';
import { commandHelpText, helpText } from './help.ts';
import { Output } from './output.ts';
import type { Context } from './session.ts';
import { exitStatusOfSignal, watchSignals } from './signals.ts';
import type { StopReason } from './signals.ts';

type Command = (context: Context) => Promise<number>;
const RUN: Readonly<Record<CommandName, Command>> = {
  up,
  stop,
  say,
  send,
  receive,
  watch,
  transfers,
  resume: (context) => (context.invocation.member === undefined ? resume(context) : askMember(context)),
  pause,
  cancel,
  rules,
  members,
  doctor,
  network,
  peer,
  passphrase,
  rooms,
  history,
  export: exportRoom,
  join,
  quit,
  create,
  invite,
  add,
  remove,
  promote,
  verify,
  'set-room': setRoom,
};
/** These run until they are stopped, so being stopped is how they succeed. */
const ENDLESS: ReadonlySet<CommandName> = new Set(['up', 'watch']);

/** Runs a command line and returns its exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const language = languageOf(localeFrom(process.env) ?? Intl.DateTimeFormat().resolvedOptions().locale);
  const stopRequest = watchSignals();
  const isJson = argv.includes('--json');
  const output = new Output(isJson, language, () => stopRequest.stop('SIGPIPE'));
  const parsed = parseCommandLine(argv, language);
  if (!parsed.ok) {
    output.problem('usage', { detail: parsed.error });
    await output.flush();
    return EXIT_USAGE;
  }
  const invocation = parsed.value;
  if (invocation.version || invocation.help) {
    const isAboutOne = argv.includes(invocation.command);
    const help = isAboutOne ? commandHelpText(invocation.command, language) : helpText(language);
    process.stdout.write(`${invocation.version ? VERSION : help}\n`);
    await output.flush();
    return EXIT_OK;
  }
  const status = await run({ invocation, language, output, stopRequest });
  await output.flush();
  return status;
}

async function run(context: Context): Promise<number> {
  const { invocation, output, stopRequest } = context;
  const stopped = stopRequest.requested.then((reason) => ({ reason }));
  try {
    const ended = await Promise.race([RUN[invocation.command](context), stopped]);
    if (typeof ended === 'number') {
      await Promise.race([context.session?.close(), stopped.then(() => context.session?.stop())]);
      return ended;
    }
    return await stopCommand(context, ended.reason);
  } catch (error) {
    const failure = error instanceof CommandFailure ? error : unexpected(error);
    output.problem(failure.code, failure.values);
    if (!ENDLESS.has(invocation.command)) output.event({ type: 'result', ok: false });
    await context.session?.stop();
    return exitStatusOf(failure.code);
  }
}

/** Gracefully: LEAVE goes out, what is half received is dropped. */
async function stopCommand(context: Context, reason: StopReason): Promise<number> {
  const { invocation, output } = context;
  if (reason === 'SIGINT' && process.stderr.isTTY) output.note('stopping');
  await context.session?.stop();
  return ENDLESS.has(invocation.command) || reason === 'SIGPIPE' ? EXIT_OK : exitStatusOfSignal(reason);
}

function unexpected(error: unknown): CommandFailure {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new CommandFailure('internal', { detail });
}
