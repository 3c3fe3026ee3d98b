/** The polls of a stream to few receivers: when the next one is due, and how long it waits for the answers. */
import type { RoomId, TransferId } from '../../base/ids.ts';
import { POLL_READY_BLOCKS, POLL_WAIT_MAX_MS, POLL_WAIT_MIN_MS, STALLED_POLL_MS } from '../limits.ts';
import { encodePoll } from '../wire/poll.ts';
import type { OpenBlock } from './open-block.ts';
import type { Receiver } from './receiver.ts';
import type { Receivers } from './receivers.ts';
import type { SignedQueue } from './signed-queue.ts';

export class FewPolls {
  /** Counts them. */
  number = 0;
  sentAt = -Infinity;
  private finalWait = POLL_WAIT_MIN_MS;
  private readonly room: RoomId;
  private readonly stream: TransferId;
  private readonly receivers: Receivers;
  private readonly small: SignedQueue;

  constructor(room: RoomId, stream: TransferId, receivers: Receivers, small: SignedQueue) {
    this.room = room;
    this.stream = stream;
    this.receivers = receivers;
    this.small = small;
  }

  /** Something new is known of somebody: what is left may be said soon. */
  progressed(): void {
    this.finalWait = POLL_WAIT_MIN_MS;
  }

  send(now: number, active: readonly Receiver[], blocks: readonly OpenBlock[], isFinal: boolean): void {
    if (isFinal) for (const receiver of this.receivers.wanting()) receiver.missedPoll(this.number);
    this.number++;
    const unanswered = Math.max(0, ...active.map((receiver) => receiver.unanswered));
    const wait = answerWaitMs(this.receivers, active, unanswered);
    const ids = active.map((receiver) => receiver.id);
    for (const block of blocks) block.polled(this.number, ids, now + wait);
    this.finalWait = isFinal ? finalWaitMs(active.length, wait, this.finalWait) : wait;
    this.sentAt = now;
    const frame = {
      transfer: this.stream,
      poll: this.number,
      round: Math.min(255, unanswered),
      blocks: blocks.map((block) => block.asPolled()),
    };
    this.small.pushFirst(encodePoll(this.room, frame));
  }

  dueAt(now: number, open: Iterable<OpenBlock>, isFinal: boolean, reportIntervalMs: number): number {
    return fewPollAt(now, open, {
      finalAt: isFinal ? this.sentAt + this.finalWait : Infinity,
      isSending: !this.small.isEmpty(),
      reportAt: this.sentAt + reportIntervalMs,
    });
  }
}

interface PollTimes {
  /** Where nothing but confirmations is missing; Infinity where more is. */
  readonly finalAt: number;
  /** Something else than symbols waits to leave. */
  readonly isSending: boolean;
  /** When the pace wants the next reports. */
  readonly reportAt: number;
}

function fewPollAt(now: number, open: Iterable<OpenBlock>, times: PollTimes): number {
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
function answerWaitMs(receivers: Receivers, active: readonly Receiver[], unanswered: number): number {
  if (active.length === 0) return STALLED_POLL_MS;
  return receivers.answerWaitMs(active) * (1 + 0.5 * Math.min(unanswered, 4));
}

/** Between two polls that ask for nothing but confirmations: ever longer. */
function finalWaitMs(activeCount: number, waitMs: number, lastMs: number): number {
  const most = activeCount === 0 ? STALLED_POLL_MS : POLL_WAIT_MAX_MS;
  return Math.min(most, Math.max(waitMs, 1.5 * lastMs));
}
