import type { TransferInfo } from '../../contract/api.ts';
import { reasonWords } from '../../words/cli.ts';
import { EXIT_FAILED, EXIT_OK, EXIT_SOME_MISSED } from '../exit.ts';
import { Progress } from '../progress.ts';
import type { Context, Session } from '../session.ts';

/** Into the room of the original tool: returns when every file has left. Nobody says who has it. */
export async function sendUnconfirmed(
  context: Context,
  session: Session,
  paths: readonly string[],
): Promise<number> {
  const { invocation, output } = context;
  const limit = invocation.rateMbit === undefined ? {} : { rate: invocation.rateMbit };
  const board = new Board(context);
  session.listen((event) => {
    if (event.type === 'transfer-state') board.update(event.transfer);
  });
  const { room, timeoutS } = invocation;
  for (const path of paths)
    board.add(await session.connection.request('send-path', { room, path, ...limit }));
  const cancel = (): void => {
    for (const transfer of board.running())
      session.connection.request('cancel', { transfer }).catch(() => undefined);
  };
  context.stopRequest.requested.then(cancel).catch(() => undefined);
  const timer = timeoutS === undefined ? undefined : setTimeout(cancel, timeoutS * 1000);
  await board.over;
  clearTimeout(timer);
  const { sent, failed } = board.count();
  const ok = failed === 0;
  output.event({ type: 'result', ok, confirmed: false, sent, failed, expected: paths.length });
  output.note('send.unconfirmed', { sent, expected: paths.length });
  if (ok) return EXIT_OK;
  return sent === 0 ? EXIT_FAILED : EXIT_SOME_MISSED;
}

/** The files of this command. */
class Board {
  readonly over: Promise<void>;
  readonly #context: Context;
  readonly #progress: Progress;
  readonly #expected: number;
  readonly #states = new Map<string, TransferInfo>();
  /** Answers that came: events tell of the files of others, too. */
  readonly #mine = new Set<string>();
  readonly #resolve: () => void;

  constructor(context: Context) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.over = promise;
    this.#resolve = resolve;
    this.#context = context;
    this.#progress = new Progress(context.output);
    this.#expected = context.invocation.args.length;
  }

  /** As the answer has it; an event may have brought a newer state. */
  add(info: TransferInfo): void {
    this.#mine.add(info.transfer);
    this.update(this.#states.get(info.transfer) ?? info);
  }

  update(info: TransferInfo): void {
    if (!info.own || info.unverified !== true) return;
    const { transfer, file, bytesDone, state, reason } = info;
    this.#states.set(transfer, info);
    if (!this.#mine.has(transfer)) return;
    this.#progress.update(transfer, { file: file.name, bytesDone, size: file.size });
    if (state === 'failed') {
      const why = reasonWords(this.#context.language, reason ?? '');
      this.#context.output.note('event.failed', { file: file.name, reason: why });
    }
    if (this.#mine.size < this.#expected || this.running().length > 0) return;
    this.#progress.end();
    this.#resolve();
  }

  running(): readonly string[] {
    return [...this.#mine].filter((transfer) => this.#states.get(transfer)?.state === 'running');
  }

  count(): { readonly sent: number; readonly failed: number } {
    const sent = [...this.#mine].filter((transfer) => this.#states.get(transfer)?.state === 'sent').length;
    return { sent, failed: this.#mine.size - sent };
  }
}
