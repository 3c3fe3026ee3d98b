import { setTimeout as sleep } from 'node:timers/promises';
import { TEXT_BYTES_MAX } from '../../contract/api.ts';
import type { DaemonEvent, Results } from '../../contract/api.ts';
import { CommandFailure, EXIT_OK, EXIT_SOME_MISSED } from '../exit.ts';
import { SAY_TIMEOUT_S, STDIN_BYTES_MAX } from '../limits.ts';
import { Session } from '../session.ts';
import type { Context } from '../session.ts';

/**
 * One message; returns when every member that was present has it. A member that quits meanwhile is no member any
 * more and counts for nothing; one that is lost counts as not having it.
 */
export async function say(context: Context): Promise<number> {
  const { invocation, output } = context;
  const text = await readText(invocation.args);
  if (text.trim() === '') throw new CommandFailure('text-empty');
  const bytes = Buffer.byteLength(text);
  if (bytes > TEXT_BYTES_MAX) throw new CommandFailure('text-too-long', { bytes, limit: TEXT_BYTES_MAX });
  const session = await Session.open(context, {
    life: 'brief',
    joinRemembered: 'never',
    receives: false,
    catchUp: false,
  });
  const room = await session.enter(invocation.room);
  await session.begin(room, { room: room.room, lines: false });
  if (room.kind === 'classic') return sayUnconfirmed(context, session, text);
  await session.listenForMembers();

  const delivery = new Delivery();
  session.listen((event) => delivery.onEvent(event));
  delivery.expect(await session.connection.request('say', { room: room.room, text }));
  const seconds = invocation.timeoutS ?? SAY_TIMEOUT_S;
  await Promise.race([delivery.complete, sleep(seconds * 1000, undefined, { ref: true })]);

  const { verified, missed } = delivery;
  const ok = missed.length === 0;
  output.event({ type: 'result', ok, verified, failed: missed.length, expected: verified + missed.length });
  if (!ok) output.note('say.missed', { names: missed.join(', ') });
  else if (verified > 0) output.note('say.delivered', { count: verified });
  else output.note('say.alone');
  return ok ? EXIT_OK : EXIT_SOME_MISSED;
}

/** In the room of the original tool nobody answers: it has left, and that is all that can be said. */
async function sayUnconfirmed(context: Context, session: Session, text: string): Promise<number> {
  const { invocation, output } = context;
  await session.connection.request('say', { room: invocation.room, text });
  output.event({ type: 'result', ok: true, confirmed: false });
  output.note('say.unconfirmed');
  return EXIT_OK;
}

/** Who has the message. */
class Delivery {
  readonly complete: Promise<void>;
  readonly #resolve: () => void;
  readonly #waiting = new Map<string, string>();
  readonly #lost: string[] = [];
  /** Messages that were seen to leave: an event may come before the answer. */
  readonly #left = new Set<string>();
  #said: Results['say'] | undefined;
  #verified = 0;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.complete = promise;
    this.#resolve = resolve;
  }

  get verified(): number {
    return this.#verified;
  }

  get missed(): readonly string[] {
    return [...this.#lost, ...this.#waiting.values()];
  }

  expect(said: Results['say']): void {
    this.#said = said;
    for (const { id, name } of said.waiting) this.#waiting.set(id, name);
    this.#check();
  }

  onEvent(event: DaemonEvent): void {
    if (event.type === 'message' && event.own) {
      this.#left.add(event.id);
    } else if (event.type === 'receipt') {
      const hasIt = this.#said !== undefined && event.sequence >= this.#said.sequence;
      if (hasIt && this.#waiting.delete(event.member)) this.#verified++;
    } else if (event.type === 'member-left' || event.type === 'member-removed') {
      const { id, name } = event.member;
      const wasWaiting = this.#waiting.delete(id);
      if (wasWaiting && event.type === 'member-left' && event.reason === 'expired') this.#lost.push(name);
    }
    this.#check();
  }

  #check(): void {
    if (this.#waiting.size === 0 && this.#said !== undefined && this.#left.has(this.#said.id))
      this.#resolve();
  }
}

async function readText(args: readonly string[]): Promise<string> {
  if (args.length !== 1 || args[0] !== '-') return args.join(' ');
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of process.stdin as AsyncIterable<Buffer>) {
    parts.push(part);
    bytes += part.length;
    // The daemon says how long a message may be; more than that is not read.
    if (bytes >= STDIN_BYTES_MAX) break;
  }
  // The line break that `echo` adds is not part of what is said.
  return Buffer.concat(parts)
    .toString('utf8')
    .replace(/\r?\n$/, '');
}
