import { setTimeout as sleep } from 'node:timers/promises';
import type { DaemonEvent, TransferInfo } from '../../contract/api.ts';
import { cliWords } from '../../words/cli.ts';
import { EXIT_FAILED, EXIT_OK } from '../exit.ts';
import { RECEIVED_LINGER_MS } from '../limits.ts';
import { Progress } from '../progress.ts';
import { Session } from '../session.ts';
import type { Context } from '../session.ts';

/** Saves what comes; ends after N verified files. */
export async function receive(context: Context): Promise<number> {
  const { invocation, output } = context;
  const intake = new Intake(context);
  const session = await openRoom(context, intake);
  const time = invocation.timeoutS === undefined ? [] : [sleep(invocation.timeoutS * 1000, undefined)];
  const closed = session.closed.then(() => true);
  const isClosed = (await Promise.race([intake.complete, closed, ...time])) === true;
  intake.close();
  const { verified, failed } = intake;
  const ok = verified >= invocation.count;
  if (isClosed) {
    output.problem('room-closed', { room: invocation.room });
  } else if (!ok && intake.isOpen) {
    const detail = cliWords(context.language, 'receive.count', { verified, expected: invocation.count });
    output.problem('timeout', { detail, seconds: invocation.timeoutS ?? 0 });
  }
  // The sender learns from us that we have it.
  if (ok && session.hosts) await sleep(RECEIVED_LINGER_MS);
  output.event({ type: 'result', ok, verified, failed, expected: invocation.count });
  return ok ? EXIT_OK : EXIT_FAILED;
}

/** Saves what comes and prints what happens, until it is stopped or we are out of the room. */
export async function watch(context: Context): Promise<number> {
  const intake = new Intake(context);
  const session = await openRoom(context, intake);
  const isClosed = await Promise.race([session.ended(), session.closed.then(() => true)]);
  intake.close();
  // Who is out of the room has nothing to watch any more.
  return isClosed === true ? EXIT_FAILED : EXIT_OK;
}

async function openRoom(context: Context, intake: Intake): Promise<Session> {
  const { invocation, output } = context;
  const session = await Session.open(context, {
    life: 'brief',
    joinRemembered: 'never',
    receives: true,
    catchUp: true,
  });
  const room = await session.enter(invocation.room);
  const { self } = session.connection.snapshot;
  output.note('watch.ready', { name: self.name, id: self.id.slice(0, SHOWN_DIGITS), room: room.room });
  session.listen((event) => intake.onEvent(event, session));
  await session.begin(room, { room: room.room, lines: true });
  for (const transfer of session.connection.snapshot.transfers) {
    if (transfer.room === room.room) intake.onState(transfer, session);
  }
  return session;
}

const SHOWN_DIGITS = 12;

const DISK_PROBLEMS = new Set(['disk-full', 'disk-error']);

/** Incoming files of the room. */
class Intake {
  readonly complete: Promise<void>;
  verified = 0;
  failed = 0;
  /** Neither complete nor broken. */
  isOpen = true;
  readonly #context: Context;
  readonly #progress: Progress;
  readonly #resolve: () => void;
  readonly #asked = new Set<string>();

  constructor(context: Context) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.complete = promise;
    this.#resolve = () => {
      this.isOpen = false;
      resolve();
    };
    this.#context = context;
    this.#progress = new Progress(context.output);
  }

  onEvent(event: DaemonEvent, session: Session): void {
    if (event.type === 'transfer-state') return this.onState(event.transfer, session);
    if (!('transfer' in event) || event.own || !this.#isOfRoom(event.room)) return undefined;
    const { transfer, file } = event;
    if (event.type === 'transfer-progress') {
      this.#progress.update(transfer, { file: file.name, bytesDone: event.bytesDone, size: file.size });
    } else if (event.type === 'transfer-done') {
      this.#progress.remove(transfer);
      if (++this.verified >= this.#context.invocation.count) this.#resolve();
    } else if (event.type === 'transfer-failed') {
      this.#progress.remove(transfer);
      this.failed++;
      if (DISK_PROBLEMS.has(event.reason)) this.#onDiskProblem(event.reason, file.name, session);
    }
    return undefined;
  }

  /** A file that is too large to be accepted by itself waits for a word. */
  onState({ room, transfer, own, state, file, askedAgain }: TransferInfo, session: Session): void {
    // Somebody said no to it: that it is asked about again is an event of its own, and no option's to answer.
    if (askedAgain === true) return;
    if (own || state !== 'asking' || !this.#isOfRoom(room) || this.#asked.has(transfer)) return;
    this.#asked.add(transfer);
    if (this.#context.invocation.anySize) {
      session.connection.request('accept', { transfer }).catch(() => undefined);
    } else {
      this.#context.output.problem('transfer-asking', { name: file.name, size: file.size });
    }
  }

  /** Nothing more can be saved until somebody does something about it. */
  #onDiskProblem(reason: string, name: string, session: Session): void {
    const path = session.connection.snapshot.downloads;
    this.#context.output.problem(reason, { name, path, detail: reason });
    this.#resolve();
  }

  close(): void {
    this.#progress.end();
  }

  #isOfRoom(room: string): boolean {
    return room.toLowerCase() === this.#context.invocation.room.trim().toLowerCase();
  }
}
