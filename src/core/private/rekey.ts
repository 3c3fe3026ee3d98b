/**
 * Making epochs (protocol.md §8.3): who wrote an operation makes the next one at once, anybody else after a while by his
 * place among those who are there, unless somebody was quicker. So no admin need be there, and nobody twice.
 */
import type { Bytes } from '../../base/bytes.ts';
import type { OperationId } from '../../base/ids.ts';
import type { Context } from '../context.ts';
import { EPOCH_SLOTS_STEP, REKEY_AFTER_OPENING_MS, REKEY_RANK_MS } from '../limits.ts';
import { EpochSealing } from '../secrecy/epoch-seal.ts';
import type { Epoch } from '../secrecy/epoch.ts';
import { EPOCH_HEADS_MAX, EPOCH_MEMBERS_MAX } from '../secrecy/limits.ts';
import { isTagTaken, tagOf } from './epochs.ts';
import type { Epochs } from './epochs.ts';
import type { MembershipLog } from './membership-log.ts';
import { areRecipients, recipientsOf } from './recipients.ts';
import type { RoomState } from './room-state.ts';

/** Draws of a secret until its tag tells it apart: with 8 of 256 taken, three fail once in 30,000 times. */
const DRAWS_MAX = 16;

export interface RekeyHost {
  /** How many members that are there come before us. */
  place(state: RoomState): number;
  made(now: number, epoch: Epoch, secret: Bytes): void;
  /** More heads than a header holds: an operation has to join them first. */
  mergeHeads(now: number): void;
}

export class Rekey {
  private readonly context: Context;
  private readonly log: MembershipLog;
  private readonly epochs: Epochs;
  private readonly host: RekeyHost;
  private readonly notBefore: number;
  private at = Infinity;
  private job: { readonly sealing: EpochSealing; readonly state: RoomState } | undefined;

  constructor(now: number, context: Context, log: MembershipLog, epochs: Epochs, host: RekeyHost) {
    this.context = context;
    this.log = log;
    this.epochs = epochs;
    this.host = host;
    this.notBefore = now + REKEY_AFTER_OPENING_MS;
  }

  /** An epoch is being made: what it belongs to leaves with it. */
  get isAtWork(): boolean {
    return this.job !== undefined;
  }

  /** The members or the epochs changed; `isOurs`: by our own operation. */
  consider(now: number, isOurs: boolean): void {
    const state = this.log.state();
    if (state?.members.has(this.context.self.id) !== true || this.epochs.isSecured()) {
      this.at = Infinity;
      this.job = undefined;
      return;
    }
    if (this.job !== undefined && this.job.state !== state) this.job = undefined;
    if (isOurs) this.at = now;
    else if (this.at === Infinity) {
      const wait = (1 + this.host.place(state)) * REKEY_RANK_MS * (0.9 + 0.2 * this.context.random.next());
      this.at = Math.max(now + wait, this.notBefore);
    }
    if (this.at <= now) this.work(now, state);
  }

  nextTimeout(): number {
    return this.at;
  }

  handleTimeout(now: number): void {
    if (this.at <= now) this.consider(now, false);
  }

  private work(now: number, state: RoomState): void {
    this.job ??= this.begin(now, state);
    if (this.job === undefined) return;
    const { sealing } = this.job;
    if (!sealing.step(EPOCH_SLOTS_STEP)) return;
    this.job = undefined;
    this.at = Infinity;
    this.host.made(now, sealing.finish(), sealing.secret);
  }

  private begin(now: number, state: RoomState): Rekey['job'] {
    const { crypto, self } = this.context;
    const recipients = recipientsOf(state);
    const heads = this.headsFor(state);
    if (heads === undefined || recipients.length > EPOCH_MEMBERS_MAX) {
      this.at = now + REKEY_RANK_MS;
      if (heads === undefined) this.host.mergeHeads(now);
      else this.context.count('room-too-large');
      return undefined;
    }
    const draft = {
      room: this.log.room,
      publicKey: self.publicKey,
      generation: this.epochs.nextGeneration,
      heads,
      recipients,
    };
    let sealing = new EpochSealing(crypto, draft);
    for (let draw = 1; draw < DRAWS_MAX; draw++) {
      if (!isTagTaken(tagOf(crypto, sealing.id, sealing.secret), this.epochs.all())) break;
      sealing = new EpochSealing(crypto, draft);
    }
    return { sealing, state };
  }

  /** Heads that the members follow from; undefined where no header can hold enough of them. */
  private headsFor(state: RoomState): readonly OperationId[] | undefined {
    if (state.heads.length <= EPOCH_HEADS_MAX) return state.heads;
    const depth = (id: OperationId): number => this.log.get(id)?.depth ?? 0;
    const deepest = state.heads.toSorted((a, b) => depth(b) - depth(a)).slice(0, EPOCH_HEADS_MAX);
    const then = this.log.stateAt(deepest);
    const recipients = recipientsOf(state);
    return then !== undefined && areRecipients(then, recipients) ? deepest : undefined;
  }
}
