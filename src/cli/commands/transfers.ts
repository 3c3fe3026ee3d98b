import { setTimeout as sleep } from 'node:timers/promises';
import type { TransferInfo } from '../../contract/api.ts';
import { cliWords, reasonWords } from '../../words/cli.ts';
import { CommandFailure, EXIT_FAILED, EXIT_OK, EXIT_SOME_MISSED } from '../exit.ts';
import { LEAVING_LINGER_MS, RECEIVED_LINGER_MS, STALL_MS_MAX } from '../limits.ts';
import { Progress } from '../progress.ts';
import { Session } from '../session.ts';
import type { Context } from '../session.ts';
import { formatBytes, safeLine } from '../terminal-text.ts';

const ONLY_LOOKS = { life: 'brief', joinRemembered: 'never', receives: false, catchUp: false } as const;
export const TAKES_PART = { life: 'brief', joinRemembered: 'never', receives: true, catchUp: true } as const;
const SHOWN_DIGITS = 8;
const TICK_MS = 100;
const UNFINISHED = new Set<TransferInfo['state']>(['asking', 'waiting', 'running', 'paused', 'failed']);
const RESUMED = new Set<TransferInfo['state']>(['waiting', 'paused', 'failed']);

/** One object, or one row, a transfer. */
export async function transfers(context: Context): Promise<number> {
  const { invocation, output } = context;
  const session = await Session.open(context, ONLY_LOOKS);
  const all = await session.connection.request('transfers', {});
  const shown = all.filter(({ state }) => invocation.all || UNFINISHED.has(state));
  for (const info of shown) printed(context, info);
  if (shown.length === 0) output.note(invocation.all ? 'transfers.none' : 'transfers.none-unfinished');
  return EXIT_OK;
}

/** Without a name: everything that rests or failed. A host stays until it is done, or nothing moves any more. */
export async function resume(context: Context): Promise<number> {
  const { invocation, output } = context;
  const session = await Session.open(context, TAKES_PART);
  const { connection } = session;
  const [wanted] = invocation.args;
  const all = await connection.request('transfers', {});
  const chosen = wanted === undefined ? all.filter(({ state }) => RESUMED.has(state)) : [named(all, wanted)];
  if (chosen.length === 0) {
    output.note('resume.nothing');
    output.event({ type: 'result', ok: true, verified: 0, failed: 0, expected: 0 });
    return EXIT_OK;
  }
  await enterRooms(session, chosen);
  const watched = new Watched(context, session);
  let refused = 0;
  for (const { transfer, file } of chosen) {
    try {
      watched.add(await connection.request('resume', { transfer }));
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      output.problem(error.code, { name: file.name, ...error.values });
      refused++;
    }
  }
  for (const info of watched.list()) printed(context, info);
  if (!session.hosts) return refused === 0 ? EXIT_OK : EXIT_FAILED;
  const end = performance.now() + (invocation.timeoutS ?? Number.POSITIVE_INFINITY) * 1000;
  await watched.finished(end);
  const done = watched.list().filter(({ state }) => state === 'done').length;
  // The sender learns from us that we have it.
  if (done > 0) await session.linger(RECEIVED_LINGER_MS);
  const ok = done === chosen.length;
  output.event({ type: 'result', ok, verified: done, failed: chosen.length - done, expected: chosen.length });
  output.note('resume.result', { done, count: chosen.length });
  if (ok) return EXIT_OK;
  return done === 0 ? EXIT_FAILED : EXIT_SOME_MISSED;
}

export async function pause(context: Context): Promise<number> {
  const session = await Session.open(context, ONLY_LOOKS);
  const { transfer } = named(
    await session.connection.request('transfers', {}),
    context.invocation.args[0] ?? '',
  );
  printed(context, await session.connection.request('pause', { transfer }));
  return EXIT_OK;
}

/** By the sender: for everybody. By a receiver: for itself. */
export async function cancel(context: Context): Promise<number> {
  const session = await Session.open(context, ONLY_LOOKS);
  const { connection } = session;
  const info = named(await connection.request('transfers', {}), context.invocation.args[0] ?? '');
  // The others are told, so we must be among them.
  if (info.own) await enterRooms(session, [info]);
  await connection.request('cancel', { transfer: info.transfer });
  if (info.own) await session.linger(LEAVING_LINGER_MS);
  const after = await connection.request('transfers', {});
  for (const one of after) if (one.transfer === info.transfer) printed(context, one);
  return EXIT_OK;
}

/** By the unique beginning of its id, or by the file's name; of several by that name, the one that is not over. */
export function named(all: readonly TransferInfo[], text: string): TransferInfo {
  const byId = all.filter(({ transfer }) => transfer.startsWith(text.toLowerCase()));
  const byName = all.filter(({ file }) => file.name === text);
  const open = byName.filter(({ state }) => UNFINISHED.has(state));
  const found = byId.length > 0 && text !== '' ? byId : open.length > 0 ? open : byName;
  const [first] = found;
  if (first === undefined) throw new CommandFailure('transfer-unknown');
  if (found.length > 1) {
    const ids = found
      .map(({ transfer, file }) => `${transfer.slice(0, 2 * SHOWN_DIGITS)} ${file.name}`)
      .join(', ');
    throw new CommandFailure('transfer-ambiguous', { transfer: text, ids });
  }
  return first;
}

/** A process that hosts is in no room yet. */
async function enterRooms(session: Session, list: readonly TransferInfo[]): Promise<void> {
  if (!session.hosts) return;
  for (const room of new Set(list.map((one) => one.room)))
    await session.connection.request('join', { room, remember: false });
}

/** Transfers that a command waits for. */
class Watched {
  readonly #context: Context;
  readonly #progress: Progress;
  readonly #infos = new Map<string, TransferInfo>();
  readonly #early = new Map<string, TransferInfo>();
  #movedAt = performance.now();

  constructor(context: Context, session: Session) {
    this.#context = context;
    this.#progress = new Progress(context.output);
    session.connection.listen((event) => {
      if (event.type === 'transfer-state') this.#take(event.transfer);
    });
  }

  add(info: TransferInfo): void {
    // An event may have brought a newer state before the answer.
    this.#infos.set(info.transfer, this.#early.get(info.transfer) ?? info);
  }

  list(): readonly TransferInfo[] {
    return [...this.#infos.values()];
  }

  async finished(end: number): Promise<void> {
    while (!this.list().every(({ state }) => !UNFINISHED.has(state) || state === 'failed')) {
      const now = performance.now();
      if (now > end) break;
      if (now - this.#movedAt > STALL_MS_MAX) {
        this.#context.output.note('send.stalled', { seconds: STALL_MS_MAX / 1000 });
        break;
      }
      await sleep(TICK_MS);
    }
    this.#progress.end();
  }

  #take(info: TransferInfo): void {
    const { transfer, file, bytesDone, state } = info;
    const before = this.#infos.get(transfer);
    if (before === undefined) return void this.#early.set(transfer, info);
    this.#infos.set(transfer, info);
    if (before.bytesDone !== bytesDone || before.state !== state) this.#movedAt = performance.now();
    this.#progress.update(transfer, { file: file.name, bytesDone, size: file.size });
  }
}

export function printed({ output, language }: Context, info: TransferInfo): void {
  output.event({ type: 'transfer', ...info });
  const { transfer, state, file, own, from, room, members, reason, bytesDone, atRiskBytes } = info;
  const done = members.filter((member) => member.state === 'done').length;
  const percent = file.size === 0 ? 0 : Math.floor((100 * bytesDone) / file.size);
  const way = own
    ? cliWords(language, 'transfers.out', { done, count: members.length })
    : cliWords(language, 'transfers.in', { name: safeLine(from.name) });
  const isMoving = state !== 'done' && bytesDone > 0;
  const parts = [
    transfer.slice(0, SHOWN_DIGITS),
    cliWords(language, `transfer-state.${state}`),
    isMoving ? `${percent} %` : '',
    `${safeLine(file.name)} (${formatBytes(file.size)})`,
    way,
    safeLine(room),
    reason === undefined ? '' : safeLine(reasonWords(language, reason)),
    atRiskBytes === undefined || atRiskBytes === 0
      ? ''
      : cliWords(language, 'transfers.at-risk', { size: formatBytes(atRiskBytes) }),
  ];
  output.line(parts.filter((part) => part !== '').join('  '));
}
