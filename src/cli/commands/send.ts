import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { SEND_PATHS_MAX } from '../../contract/api.ts';
import type { DaemonEvent, TransferInfo } from '../../contract/api.ts';
import { reasonWords } from '../../words/cli.ts';
import { CommandFailure, EXIT_FAILED, EXIT_OK, EXIT_SOME_MISSED } from '../exit.ts';
import { REQUEST_PATHS_CHARACTERS_MAX, SEPARATE_FILES_MAX, STALL_MS_MAX } from '../limits.ts';
import { Progress } from '../progress.ts';
import { Session } from '../session.ts';
import type { Context } from '../session.ts';
import { sendUnconfirmed } from './send-classic.ts';

const TICK_MS = 100;
const FILE_PROBLEMS = new Set(['file-changed', 'file-unreadable']);

/**
 * Offers every file, or, where there is a folder among them or they are very many, all of it as one pack; returns when all members
 * have it whole, or nothing has moved for long.
 */
export async function send(context: Context): Promise<number> {
  const { invocation, output } = context;
  const paths = invocation.args.map((path) => resolve(path));
  const isPack = paths.map(isFolder).includes(true) || paths.length > SEPARATE_FILES_MAX;
  if (JSON.stringify(paths).length > REQUEST_PATHS_CHARACTERS_MAX || paths.length > SEND_PATHS_MAX) {
    throw new CommandFailure('paths-too-many', { count: paths.length, limit: SEND_PATHS_MAX });
  }
  // It takes what others send at the same time, or two people who send would wait for each other in vain.
  const session = await Session.open(context, {
    life: 'brief',
    joinRemembered: 'never',
    receives: true,
    catchUp: false,
  });
  const room = await session.enter(invocation.room);
  await session.begin(room, { room: room.room, lines: false });
  const end = performance.now() + (invocation.timeoutS ?? Number.POSITIVE_INFINITY) * 1000;
  await waitForMembers(context, session, end);
  if (session.present.size === 0) throw new CommandFailure('nobody-there', { room: room.room });

  if (room.kind === 'classic') return sendUnconfirmed(context, session, paths);
  const limit = invocation.rateMbit === undefined ? {} : { rate: invocation.rateMbit };
  const board = new Board(context);
  session.listen((event) => board.onEvent(event));
  const startedAt = Date.now();
  const add = (info: TransferInfo): void => {
    const { name, size } = info.file;
    const percent = size === 0 ? 0 : Math.floor((100 * info.bytesDone) / size);
    if (info.at < startedAt && info.state === 'done') output.note('send.known', { file: name });
    else if (info.at < startedAt) output.note('send.resumes', { file: name, percent });
    board.add(info);
  };
  if (isPack) {
    add(await session.connection.request('send-paths', { room: room.room, paths, resume: true, ...limit }));
  } else {
    for (const [index, path] of paths.entries()) {
      // Named twice, it is meant twice.
      const resume = paths.indexOf(path) === index;
      add(await session.connection.request('send-path', { room: room.room, path, resume, ...limit }));
    }
  }
  context.stopRequest.requested.then(() => board.cancelAll(session)).catch(() => undefined);
  await board.finished(end);
  board.close();

  const { verified, expected } = board.count();
  const ok = verified > 0 && verified === expected;
  output.event({ type: 'result', ok, verified, failed: expected - verified, expected });
  output.note('send.result', { verified, expected });
  if (ok) return EXIT_OK;
  if (session.hosts) output.note('send.rest');
  return verified === 0 ? EXIT_FAILED : EXIT_SOME_MISSED;
}

/** Refuses what cannot be sent. */
function isFolder(path: string): boolean {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) throw new CommandFailure('file-missing', { path });
  if (!status.isFile() && !status.isDirectory()) throw new CommandFailure('file-not-regular', { path });
  return status.isDirectory();
}

async function waitForMembers({ invocation, output }: Context, session: Session, end: number): Promise<void> {
  const { expect } = invocation;
  if (expect === undefined) return session.listenForMembers();
  const isThere = (): boolean => session.present.size >= expect;
  await session.listenForMembers(isThere);
  if (!isThere()) output.note('send.waiting', { present: session.present.size, expected: expect });
  while (!isThere()) {
    if (performance.now() > end) {
      const detail = `${session.present.size} / ${expect}`;
      throw new CommandFailure('timeout', { detail, seconds: invocation.timeoutS ?? 0 });
    }
    await tick();
  }
}

/** What is known of the transfers of this command: a row per member and file. */
class Board {
  readonly #context: Context;
  readonly #progress: Progress;
  readonly #transfers = new Map<string, TransferInfo>();
  readonly #reported = new Set<string>();
  #movedAt = performance.now();
  #footprint = '';

  constructor(context: Context) {
    this.#context = context;
    this.#progress = new Progress(context.output);
  }

  add(info: TransferInfo): void {
    // An event may have brought a newer state before the answer.
    if (!this.#transfers.has(info.transfer)) this.#transfers.set(info.transfer, info);
    this.#update();
  }

  onEvent(event: DaemonEvent): void {
    if (
      event.type === 'transfer-failed' &&
      event.member !== undefined &&
      this.#transfers.has(event.transfer)
    ) {
      const reason = reasonWords(this.#context.language, event.reason);
      this.#context.output.note('event.failed-member', {
        file: event.file.name,
        name: event.member.name,
        reason,
      });
    }
    if (event.type !== 'transfer-state' || !this.#transfers.has(event.transfer.transfer)) return;
    this.#transfers.set(event.transfer.transfer, event.transfer);
    this.#reportProblem(event.transfer);
    this.#update();
  }

  async finished(end: number): Promise<void> {
    for (;;) {
      if ([...this.#transfers.values()].every(isOver)) return;
      const now = performance.now();
      if (now > end) return;
      if (now - this.#movedAt > STALL_MS_MAX) {
        this.#context.output.note('send.stalled', { seconds: STALL_MS_MAX / 1000 });
        return;
      }
      await tick();
    }
  }

  /** Members that have every file, and members that should. */
  count(): { verified: number; expected: number } {
    const whole = new Map<string, boolean>();
    for (const { members } of this.#transfers.values()) {
      for (const { id, state } of members) whole.set(id, (whole.get(id) ?? true) && state === 'done');
    }
    const verified = [...whole.values()].filter(Boolean).length;
    return { verified, expected: Math.max(whole.size, this.#context.invocation.expect ?? 0) };
  }

  cancelAll(session: Session): void {
    for (const info of this.#transfers.values()) {
      if (isOver(info)) continue;
      session.connection.request('cancel', { transfer: info.transfer }).catch(() => undefined);
    }
  }

  close(): void {
    this.#progress.end();
  }

  #update(): void {
    const footprint: unknown[] = [];
    for (const { transfer, file, members } of this.#transfers.values()) {
      for (const { id, name, bytesDone, state } of members) {
        footprint.push(id, bytesDone, state);
        this.#progress.update(`${transfer} ${id}`, { name, file: file.name, bytesDone, size: file.size });
      }
    }
    const next = footprint.join(' ');
    if (next !== this.#footprint) this.#movedAt = performance.now();
    this.#footprint = next;
  }

  #reportProblem({ transfer, reason, path, file }: TransferInfo): void {
    if (reason === undefined || !FILE_PROBLEMS.has(reason) || this.#reported.has(transfer)) return;
    this.#reported.add(transfer);
    this.#context.output.problem(reason, {
      path: path ?? basename(file.name),
      name: file.name,
      detail: reason,
    });
  }
}

const ENDED = new Set(['done', 'failed', 'declined', 'cancelled']);

function isOver({ state, members }: TransferInfo): boolean {
  if (state === 'cancelled') return true;
  return members.length > 0 && members.every((member) => ENDED.has(member.state));
}

const tick = async (): Promise<void> => new Promise((done) => setTimeout(done, TICK_MS));
