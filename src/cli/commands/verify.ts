/** Making sure that nobody is between two people: by a number that both see, or by seven pictures at once. */
import { createInterface } from 'node:readline/promises';
import type { DaemonEvent, EmojiShown, Person } from '../../contract/api.ts';
import { CommandFailure, EXIT_FAILED, EXIT_OK } from '../exit.ts';
import { EMOJI_MS_MAX, LEAVING_LINGER_MS } from '../limits.ts';
import { qrLines } from '../qr-lines.ts';
import { Session } from '../session.ts';
import type { Context } from '../session.ts';

const ONLY_ACTS = { life: 'brief', joinRemembered: 'never', receives: false, catchUp: false } as const;

/** Shows what two people compare to know that nobody is between them. */
export async function verify(context: Context): Promise<number> {
  const { invocation, output } = context;
  const session = await Session.open(context, ONLY_ACTS);
  const member = argument(context);
  const room = await session.enter(invocation.room);
  await session.watchQuietly(room);
  await session.listenForMembers();
  if (invocation.emoji) return compareEmoji(context, session, member);
  const shown = await session.connection.request('verification', { member });
  const { id, name, safetyNumber, qr } = shown;
  const change = invocation.confirm ? true : invocation.undo ? false : undefined;
  if (change !== undefined)
    await session.connection.request('set-verified', { member: id, verified: change });
  const verified = change ?? shown.verified;
  output.event({ type: 'verification', member: { id, name }, safetyNumber, verified });
  if (change === undefined) {
    output.note('verify.how', { name });
    for (let i = 0; i < safetyNumber.length; i += GROUPS_A_LINE)
      output.line(safetyNumber.slice(i, i + GROUPS_A_LINE).join(' '));
    if (process.stdout.isTTY) for (const line of qrLines(qr)) output.line(line);
  }
  output.note(verified ? 'verify.yes' : 'verify.no', { name, id: id.slice(0, SHOWN_DIGITS) });
  output.event({ type: 'result', ok: true });
  return EXIT_OK;
}

type Emoji = Extract<DaemonEvent, { type: 'emoji' }>;

/** Asks the member to compare, or answers where it has asked; ends when both, or one of them, have said what they see. */
async function compareEmoji(context: Context, session: Session, member: string): Promise<number> {
  const { output, invocation } = context;
  const { connection } = session;
  const stages = stagesOf(session);
  const other = await connection.request('emoji', { member, action: 'start' });
  output.note('emoji.asking', { name: other.name });
  const waitMs = (invocation.timeoutS ?? EMOJI_MS_MAX / 1000) * 1000;
  const end = performance.now() + waitMs;
  for (;;) {
    const event = await stages.next(other, end - performance.now());
    if (event === undefined) {
      await connection.request('emoji', { member: other.id, action: 'cancel' });
      throw new CommandFailure('timeout', { detail: other.name, seconds: waitMs / 1000 });
    }
    output.event({ ...event });
    if (event.stage === 'failed') {
      // That we saw something else must still reach the other one.
      await session.linger(LEAVING_LINGER_MS);
      return ended(context, other, event.reason ?? '');
    }
    if (event.stage === 'done') return ended(context, other, undefined);
    if (event.stage !== 'compare') continue;
    const same = await ask(context, other, event.emoji ?? [], stages.failed);
    // It is over before anybody answered here; what comes next says why.
    if (same === undefined) continue;
    await connection.request('emoji', { member: other.id, action: same ? 'same' : 'different' });
  }
}

/** What the daemon says of comparisons, kept until it is looked at. */
function stagesOf({ connection }: Session) {
  const heard: Emoji[] = [];
  const failed = new AbortController();
  let wake = (): void => undefined;
  connection.listen((event) => {
    if (event.type === 'emoji') heard.push(event);
    if (event.type === 'emoji' && event.stage === 'failed') failed.abort();
    wake();
  });
  return {
    failed: failed.signal,
    async next({ id }: Person, waitMs: number): Promise<Emoji | undefined> {
      const end = performance.now() + waitMs;
      for (;;) {
        const index = heard.findIndex(({ member }) => member.id === id);
        if (index >= 0) return heard.splice(index, 1)[0];
        const left = end - performance.now();
        if (left <= 0) return undefined;
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, left);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    },
  };
}

/** True only for a clear yes: who is not sure has not verified anybody. Undefined where it is over before. */
async function ask(
  context: Context,
  other: Person,
  emoji: readonly EmojiShown[],
  over: AbortSignal,
): Promise<boolean | undefined> {
  const { output } = context;
  for (const { symbol, name } of emoji) output.line(`${symbol}  ${name}`);
  output.note('emoji.compare', { name: other.name });
  const lines = createInterface({ input: process.stdin, signal: over });
  try {
    for await (const line of lines) {
      const answer = line.trim().toLowerCase();
      if (YES.has(answer)) return true;
      if (NO.has(answer)) return false;
      output.note('emoji.answer');
    }
    return over.aborted ? undefined : false;
  } finally {
    lines.close();
    // Whoever has answered is not waited for any more.
    process.stdin.destroy();
  }
}

function ended({ output }: Context, { id, name }: Person, fault: string | undefined): number {
  const values = { name, id: id.slice(0, SHOWN_DIGITS) };
  output.note(fault === undefined ? 'verify.yes' : 'emoji.failed', { ...values, reason: fault ?? '' });
  output.event({ type: 'result', ok: fault === undefined });
  return fault === undefined ? EXIT_OK : EXIT_FAILED;
}

const YES: ReadonlySet<string> = new Set(['yes', 'y', 'same', '是', '相同']);
const NO: ReadonlySet<string> = new Set(['no', 'n', 'different', '否', '不同']);
const GROUPS_A_LINE = 4;
const SHOWN_DIGITS = 12;
const argument = ({ invocation }: Context): string => invocation.args.join(' ');
