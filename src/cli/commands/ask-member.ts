import { setTimeout as sleep } from 'node:timers/promises';
import type { TransferInfo, TransferMember } from '../../contract/api.ts';
import { EXIT_FAILED, EXIT_OK } from '../exit.ts';
import { ANSWER_MS_MAX, STALL_MS_MAX } from '../limits.ts';
import { Session } from '../session.ts';
import type { Context } from '../session.ts';
import { named, printed, TAKES_PART } from './transfers.ts';

const TICK_MS = 100;

/** One member is asked to take an own file after all. A host stays until that member has it, or nothing moves any more. */
export async function askMember(context: Context): Promise<number> {
  const { invocation, output } = context;
  const session = await Session.open(context, TAKES_PART);
  const { connection } = session;
  const { transfer, room } = named(await connection.request('transfers', {}), invocation.args[0] ?? '');
  if (session.hosts) {
    await session.watchQuietly(await connection.request('join', { room, remember: false }));
    await session.listenForMembers();
  }
  const asked = await connection.request('retry', { transfer, member: invocation.member ?? '' });
  printed(context, asked);
  const member = latest(asked.members);
  output.note('resume.asked', { name: member.name, file: asked.file.name });
  if (!session.hosts) return EXIT_OK;
  const end = performance.now() + (invocation.timeoutS ?? Number.POSITIVE_INFINITY) * 1000;
  const ok = await new Answer(session, asked, member).isTaken(end);
  output.event({ type: 'result', ok, verified: ok ? 1 : 0, failed: ok ? 0 : 1, expected: 1 });
  output.note(ok ? 'resume.taken' : 'resume.not-taken', { name: member.name, file: asked.file.name });
  return ok ? EXIT_OK : EXIT_FAILED;
}

/** Who was asked just now. */
function latest(members: readonly TransferMember[]): TransferMember {
  return members.reduce((a, b) => ((b.askedAt ?? 0) > (a.askedAt ?? 0) ? b : a));
}

/** What becomes of one member. */
class Answer {
  #row: TransferMember;
  #movedAt = performance.now();

  constructor({ connection }: Session, { transfer }: TransferInfo, member: TransferMember) {
    this.#row = member;
    connection.listen((event) => {
      if (event.type !== 'transfer-state' || event.transfer.transfer !== transfer) return;
      const row = event.transfer.members.find(({ id }) => id === member.id) ?? this.#row;
      if (row.state !== this.#row.state || row.bytesDone !== this.#row.bytesDone)
        this.#movedAt = performance.now();
      this.#row = row;
    });
  }

  async isTaken(end: number): Promise<boolean> {
    for (;;) {
      const { state, askedAt } = this.#row;
      const isOpen = askedAt !== undefined || state === 'running' || state === 'waiting';
      if (state === 'done' || !isOpen) return state === 'done';
      const restMs = askedAt === undefined ? STALL_MS_MAX : ANSWER_MS_MAX;
      const now = performance.now();
      if (now > end || now - this.#movedAt > restMs) return false;
      await sleep(TICK_MS);
    }
  }
}
