/** How fast files move, from what the daemon says of them. Pure; times are of the page's monotonic clock. */
import type { TransferInfo } from '../../contract/api.ts';

export interface TransferRate {
  readonly at: number;
  /** Bytes that everybody has. */
  readonly whole: Moving;
  readonly members: Readonly<Record<string, Moving>>;
}

interface Moving {
  readonly bytesDone: number;
  readonly bytesPerSecond: number;
}

/** Shorter than this, two reports say more about when they were sent than about the file. */
const STEP_MS_MIN = 150;
/** A rate of longer ago no longer counts. */
const SMOOTH_MS = 2_000;

/** The rate after a report at `now`; `before` is that after the report before it. */
export function nextRate(
  before: TransferRate | undefined,
  { bytesDone, members }: TransferInfo,
  now: number,
): TransferRate {
  const passedMs = before === undefined ? 0 : now - before.at;
  if (before !== undefined && passedMs < STEP_MS_MIN) return before;
  const rows = members.map(
    (member) => [member.id, moved(before?.members[member.id], member.bytesDone, passedMs)] as const,
  );
  return {
    at: now,
    whole: moved(before?.whole, bytesDone, passedMs),
    members: Object.fromEntries(rows),
  };
}

function moved(before: Moving | undefined, bytesDone: number, passedMs: number): Moving {
  if (before === undefined || passedMs <= 0) return { bytesDone, bytesPerSecond: 0 };
  const now = (Math.max(0, bytesDone - before.bytesDone) * 1000) / passedMs;
  const share = before.bytesPerSecond === 0 ? 1 : Math.min(1, passedMs / SMOOTH_MS);
  return { bytesDone, bytesPerSecond: before.bytesPerSecond + (now - before.bytesPerSecond) * share };
}
