/** When the sender of few receivers polls next, and how long it waits for the answers. */
import { POLL_READY_BLOCKS, POLL_WAIT_MAX_MS, STALLED_POLL_MS } from '../limits.ts';
import type { OpenBlock } from './open-block.ts';
import type { Receiver } from './receiver.ts';
import type { Receivers } from './receivers.ts';

export interface PollTimes {
  /** Where nothing but confirmations is missing; Infinity where more is. */
  readonly finalAt: number;
  /** Something else than symbols waits to leave. */
  readonly isSending: boolean;
  /** When the pace wants the next reports. */
  readonly reportAt: number;
}

export function fewPollAt(now: number, open: Iterable<OpenBlock>, times: PollTimes): number {
  let at = times.finalAt;
  let ready = 0;
  let { isSending } = times;
  for (const block of open) {
    if (block.phase === 'sending') isSending = true;
    else if (block.phase === 'ready') ready++;
    else at = Math.min(at, block.answerBy);
  }
  // While there is something to send, several blocks share a poll; one without blocks asks how the symbols arrive.
  if (ready >= POLL_READY_BLOCKS || (ready > 0 && !isSending)) return now;
  return isSending ? Math.min(at, Math.max(now, times.reportAt)) : at;
}

/** For the answers to a poll; longer where the last ones drew none. */
export function answerWaitMs(receivers: Receivers, active: readonly Receiver[], unanswered: number): number {
  if (active.length === 0) return STALLED_POLL_MS;
  return receivers.answerWaitMs(active) * (1 + 0.5 * Math.min(unanswered, 4));
}

/** Between two polls that ask for nothing but confirmations: ever longer. */
export function finalWaitMs(activeCount: number, waitMs: number, lastMs: number): number {
  const most = activeCount === 0 ? STALLED_POLL_MS : POLL_WAIT_MAX_MS;
  return Math.min(most, Math.max(waitMs, 1.5 * lastMs));
}
