/**
 * Own membership operations, one after the other: settle after opening (learn from others whether our chain is longer than
 * the store knows), sign, look whether it would count, have it stored, and only then let it count and leave. A crash in
 * between forks nothing: what nobody heard of was never there, and what left is in the store.
 */
import type { Context } from '../context.ts';
import type { CommandFailure } from '../api.ts';
import { OWN_OPERATIONS_QUEUE_MAX, SETTLE_MS, SETTLE_RECOVERY_MAX_MS } from '../limits.ts';
import { signOperation } from '../wire/operation.ts';
import type { Operation } from '../wire/operation.ts';
import type { OperationBody } from '../wire/operation-body.ts';
import type { MembershipLog } from './membership-log.ts';
import type { RoomState } from './room-state.ts';

/** What a command wants to do, worked out when its turn comes; or why it cannot. */
export type Plan = (state: RoomState) => readonly OperationBody[] | CommandFailure;

export interface OwnOperationsHost {
  /** To the store, with this token; returns the number under which it will be said to be durable. */
  store(operation: Operation, token: number): number;
  /** It is durable: it counts, and leaves. */
  enter(now: number, operation: Operation): void;
  /** All that was to be written is. */
  idle(now: number): void;
  /** Operations that others named are still on their way. */
  isCatchingUp(): boolean;
}

/** For who waits for the outcome beside the one who holds the token. */
export interface Outcome {
  /** Its last operation counts and has left. */
  done?(now: number, operation: Operation): void;
  failed?(reason: CommandFailure): void;
}

interface Draft {
  readonly plan: Plan;
  readonly token: number;
  readonly outcome: Outcome | undefined;
}

export class OwnOperations {
  private readonly context: Context;
  private readonly log: MembershipLog;
  private readonly host: OwnOperationsHost;
  private readonly drafts: Draft[] = [];
  private inFlight:
    | {
        readonly operation: Operation;
        readonly serial: number;
        readonly rest: readonly OperationBody[];
        readonly draft: Draft;
      }
    | undefined;
  private isEntering = false;
  private settleAt: number;
  private readonly settleLimit: number;
  private isSettled: boolean;

  /** `isNew`: a room that we have just made has no other copies of our chain. */
  constructor(now: number, context: Context, log: MembershipLog, host: OwnOperationsHost, isNew: boolean) {
    this.context = context;
    this.log = log;
    this.host = host;
    this.isSettled = isNew;
    this.settleAt = now + SETTLE_MS;
    this.settleLimit = now + SETTLE_RECOVERY_MAX_MS;
  }

  write(now: number, plan: Plan, token: number, outcome?: Outcome): void {
    const draft: Draft = { plan, token, outcome };
    if (this.drafts.length >= OWN_OPERATIONS_QUEUE_MAX) return this.fail(draft, 'too-many');
    this.drafts.push(draft);
    this.pump(now);
  }

  /** Something of ours that is written by itself waits already. */
  get isBusy(): boolean {
    return this.isEntering || this.inFlight !== undefined || this.drafts.length > 0;
  }

  stored(now: number, serial: number): void {
    const flying = this.inFlight;
    if (flying === undefined || serial < flying.serial) return;
    const { operation, rest, draft } = flying;
    this.inFlight = undefined;
    // What follows from it may want to write as well; that waits until this one is through with.
    this.isEntering = true;
    this.host.enter(now, operation);
    this.isEntering = false;
    const verdict = this.log.state()?.verdicts.get(operation.id);
    // Somebody may have been quicker, while it was on its way to the disk.
    if (verdict !== 'counts') this.fail(draft, 'not-allowed');
    else if (rest.length > 0) return this.sign(now, rest, draft);
    else {
      draft.outcome?.done?.(now, operation);
      if (draft.token > 0) this.context.emit({ type: 'command-done', token: draft.token });
    }
    this.pump(now);
    if (!this.isBusy) this.host.idle(now);
  }

  /** The room is closed. */
  end(reason: CommandFailure): void {
    if (this.inFlight !== undefined) this.fail(this.inFlight.draft, reason);
    this.inFlight = undefined;
    for (const draft of this.drafts.splice(0)) this.fail(draft, reason);
  }

  nextTimeout(): number {
    return this.isSettled || this.drafts.length === 0 ? Infinity : this.settleAt;
  }

  handleTimeout(now: number): void {
    this.pump(now);
  }

  private pump(now: number): void {
    while (!this.isEntering && this.inFlight === undefined && this.drafts.length > 0 && this.mayWrite(now)) {
      const draft = this.drafts.shift() as Draft;
      const state = this.log.state();
      const { id } = this.context.self;
      if (state?.members.has(id) !== true) this.fail(draft, 'not-allowed');
      else if (state.quarantined.has(id)) this.fail(draft, 'forked');
      else {
        const bodies = draft.plan(state);
        if (typeof bodies === 'string') this.fail(draft, bodies);
        else this.sign(now, bodies, draft);
      }
    }
  }

  private sign(now: number, [body, ...rest]: readonly OperationBody[], draft: Draft): void {
    const links = this.log.links(this.context.self.id);
    if (body === undefined || links === undefined) return this.fail(draft, 'not-allowed');
    const { crypto, self } = this.context;
    const operation = signOperation(crypto, { ...links, publicKey: self.publicKey, body });
    // An honest author does nothing that would not count.
    if (this.log.stateWith(operation)?.verdicts.get(operation.id) !== 'counts') {
      this.fail(draft, 'not-allowed');
      return this.pump(now);
    }
    const serial = this.host.store(operation, draft.token);
    this.inFlight = { operation, serial, rest, draft };
  }

  private mayWrite(now: number): boolean {
    if (this.isSettled) return true;
    if (now < this.settleAt) return false;
    const isMember = this.log.state()?.members.has(this.context.self.id) === true;
    if ((this.host.isCatchingUp() || !isMember) && now < this.settleLimit) {
      this.settleAt = Math.min(this.settleLimit, now + 50);
      return false;
    }
    this.isSettled = true;
    return true;
  }

  private fail({ token, outcome }: Draft, reason: CommandFailure): void {
    outcome?.failed?.(reason);
    if (token > 0) this.context.emit({ type: 'command-failed', token, reason });
  }
}
