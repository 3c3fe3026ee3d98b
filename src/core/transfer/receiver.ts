/** One receiver of an own file, as the sender knows it. */
import type { MemberId } from '../../base/ids.ts';
import type { TransferFailure } from '../api.ts';
import { ASKED_IN_VAIN_BLOCKS_MAX, BARRED_AGAIN_MS, BARRED_MAX, STALL_MS, STALL_POLLS } from '../limits.ts';

/** `present`: it was in the room at the offer and has not answered. */
export type ReceiverState = 'present' | 'wanted' | 'paused' | 'declined' | 'complete' | 'failed';

export class Receiver {
  readonly id: MemberId;
  state: ReceiverState = 'present';
  reason: TransferFailure | undefined;
  /** Blocks on its disk. */
  written = 0;
  /** It lacks something that this stream may send; by its latest STATUS. */
  needsUs = true;
  heardAt: number;
  /** Polls in a row that it left unanswered. */
  unanswered = 0;
  /** From a POLL to its STATUS, at best of late; what PING measured, before any. */
  roundTripMs: number;
  private hasAnswered = false;
  /** Blocks' worth of symbols that it asked for since a block of it was written. */
  private askedInVain = 0;
  private barredCount = 0;
  private barredAt = -Infinity;
  private excusedCount = 0;
  /** When it last made progress; the ground for giving up. */
  progressAt: number;
  reportedAt = -Infinity;
  reportedWritten = 0;
  private lastMissed = 0;
  haveIncarnation = '';
  haveCounter = -1;

  constructor(id: MemberId, now: number, roundTripMs = 1) {
    this.id = id;
    this.roundTripMs = roundTripMs;
    this.heardAt = now;
    this.progressAt = now;
  }

  /** True for a HAVE that is newer than every one before it. */
  isNewer(incarnation: string, counter: number): boolean {
    if (incarnation === this.haveIncarnation && counter <= this.haveCounter) return false;
    this.haveIncarnation = incarnation;
    this.haveCounter = counter;
    return true;
  }

  heard(now: number): void {
    this.heardAt = now;
    this.unanswered = 0;
  }

  /** It was not asked anything until now. */
  spare(now: number): void {
    this.heard(now);
    this.progressAt = now;
  }

  asked(blocks: number): void {
    this.askedInVain += blocks;
  }

  /** True where more blocks are on its disk than before. */
  wrote(now: number, written: number): boolean {
    if (written <= this.written) return false;
    this.written = written;
    this.progressAt = now;
    this.askedInVain = 0;
    this.excusedCount = 0;
    return true;
  }

  /** It asked for more than an honest member can lack while nothing of it is written. */
  get asksInVain(): boolean {
    return this.askedInVain > ASKED_IN_VAIN_BLOCKS_MAX;
  }
  /** Not served until it says again, signed, that it wants the file; STATUS is not signed, so it may be somebody else's lie. */
  bar(now: number): void {
    this.barredCount++;
    this.barredAt = now;
    this.askedInVain = 0;
  }
  /** What it was sent was too long for its path, or may be. Not for ever, where it says so and nothing changes; false then. */
  excuse(): boolean {
    if (this.excusedCount >= BARRED_MAX) return false;
    this.excusedCount++;
    this.askedInVain = 0;
    return true;
  }
  /** Its sender asked it itself. */
  forgive(): void {
    this.barredCount = 0;
  }
  /** Who was busy for long is not given up for good. */
  mayWant(now: number): boolean {
    return this.barredCount <= BARRED_MAX || now - this.barredAt >= BARRED_AGAIN_MS;
  }

  /** A STATUS came so long after its POLL: the round trip, and the time that the member took. */
  measured(roundTripMs: number): void {
    // The least of late, so that a member that was busy once does not count as far away.
    this.roundTripMs = this.hasAnswered ? Math.min(roundTripMs, this.roundTripMs * 1.1) : roundTripMs;
    this.hasAnswered = true;
  }

  /** It had until now to answer poll number `poll`; each poll counts once, whatever blocks it named. */
  missedPoll(poll: number): void {
    if (poll === this.lastMissed || poll === 0) return;
    this.lastMissed = poll;
    this.unanswered++;
  }

  /** It answers nothing: it is served again when it does, and holds nobody up until then. */
  isStalled(now: number): boolean {
    return this.unanswered >= STALL_POLLS && now - this.heardAt > STALL_MS;
  }

  isActive(now: number): boolean {
    return this.state === 'wanted' && !this.isStalled(now);
  }
}
