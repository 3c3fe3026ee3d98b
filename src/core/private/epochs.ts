/**
 * The epochs of one private room that we can open: which announcements are believed, under which epoch we send, which
 * ones are kept for reading (protocol.md §8.3). Invariant: an epoch is never sent under while one of its recipients is no
 * member in the state that we resolve to.
 */
import { toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId, OperationId } from '../../base/ids.ts';
import type { CryptoPort } from '../api.ts';
import type { Context } from '../context.ts';
import {
  EPOCH_AUTHORS_MAX,
  EPOCHS_KEPT_MAX,
  EPOCHS_PER_AUTHOR_BURST,
  EPOCHS_PER_AUTHOR_PER_S,
  EPOCHS_REFUSED_MAX,
  EPOCHS_WAITING_MAX,
} from '../limits.ts';
import { TokenBucket } from '../reliability/bucket.ts';
import { decodeEpoch, verifyEpoch } from '../secrecy/epoch.ts';
import type { Epoch, EpochId } from '../secrecy/epoch.ts';
import { isCommitted, openEpoch } from '../secrecy/epoch-seal.ts';
import { epochKeys, SlotTable } from '../secrecy/key-schedule.ts';
import type { RoomKeys } from '../secrecy/key-schedule.ts';
import type { OwnPrekey } from '../secrecy/prekeys.ts';
import type { MembershipLog } from './membership-log.ts';
import { areRecipients } from './recipients.ts';
import type { RoomState } from './room-state.ts';

export interface OpenEpoch {
  readonly epoch: Epoch;
  readonly secret: Bytes;
  readonly keys: RoomKeys;
  /** Eight digits. */
  readonly tag: string;
  readonly slots: SlotTable;
  readonly recipients: ReadonlySet<MemberId>;
}

export interface EpochListener {
  /** To be stored, and known by its tag from now on. */
  opened(opened: OpenEpoch): void;
  dropped(opened: OpenEpoch): void;
}

export class Epochs {
  private readonly context: Context;
  private readonly log: MembershipLog;
  private readonly prekeys: () => readonly OwnPrekey[];
  private readonly listener: EpochListener;
  private readonly open = new Map<EpochId, OpenEpoch>();
  /** Signed by their authors, and naming heads that we lack. Oldest first. */
  private readonly waiting = new Map<EpochId, Epoch>();
  /** Refused, or nothing to us. Oldest first. */
  private readonly useless = new Set<EpochId>();
  private readonly budgets = new Map<MemberId, TokenBucket>();
  private generation = 0;
  /** Best first; undefined where something changed. */
  private ranked:
    | { readonly state: RoomState | undefined; readonly usable: readonly OpenEpoch[] }
    | undefined;

  constructor(
    context: Context,
    log: MembershipLog,
    prekeys: () => readonly OwnPrekey[],
    listener: EpochListener,
  ) {
    this.context = context;
    this.log = log;
    this.prekeys = prekeys;
    this.listener = listener;
  }

  // ---- which one

  /** That we may send under, the best first. */
  usable(): readonly OpenEpoch[] {
    const state = this.log.state();
    if (this.ranked === undefined || this.ranked.state !== state)
      this.ranked = { state, usable: state === undefined ? [] : this.rank(state) };
    return this.ranked.usable;
  }

  /** The best one that nobody outside of `audience` can open, and `reader` can. */
  best(audience?: ReadonlySet<MemberId>, reader?: MemberId): OpenEpoch | undefined {
    return this.usable().find(
      ({ recipients }) =>
        (audience === undefined || [...recipients].every((member) => audience.has(member))) &&
        (reader === undefined || recipients.has(reader)),
    );
  }

  /** There is one of exactly the members, and it is younger than every removal: what was before one serves no more. */
  isSecured(): boolean {
    const state = this.log.state();
    return (
      state !== undefined &&
      this.usable().some(({ epoch }) => areRecipients(state, epoch.members) && this.hasSeenEnds(state, epoch))
    );
  }

  private hasSeenEnds({ verdicts }: RoomState, epoch: Epoch): boolean {
    const unseen = this.log.notCoveredBy(epoch.heads as OperationId[]);
    return !unseen.some(
      ({ id, body }) => (body.kind === 'remove' || body.kind === 'leave') && verdicts.get(id) === 'counts',
    );
  }

  /** Everybody who can open it is a member: what is not signed counts under it too. */
  isTrusted({ recipients }: OpenEpoch): boolean {
    const state = this.log.state();
    return state !== undefined && [...recipients].every((member) => state.members.has(member));
  }

  all(): IterableIterator<OpenEpoch> {
    return this.open.values();
  }
  get(id: EpochId): OpenEpoch | undefined {
    return this.open.get(id);
  }
  /** Here, or known to be nothing for us. */
  isKnown(id: EpochId): boolean {
    return this.open.has(id) || this.waiting.has(id) || this.useless.has(id);
  }
  get nextGeneration(): number {
    return this.generation + 1;
  }
  get size(): number {
    return this.open.size + this.waiting.size;
  }

  /** Heads that announcements name and the log lacks. */
  lackedHeads(): OperationId[] {
    const heads = [...this.waiting.values()].flatMap((epoch) => epoch.heads as OperationId[]);
    return this.log.lacking([...new Set(heads)]);
  }

  // ---- taking them in

  /** An announcement as it came. True where it was opened. */
  take(now: number, bytes: Bytes): boolean {
    const { crypto } = this.context;
    const epoch = decodeEpoch(crypto, bytes);
    if (epoch === undefined || epoch.room !== this.log.room) return this.count('malformed');
    if (this.isKnown(epoch.id)) return false;
    if (!this.budgetOf(epoch.author).take(now, 1)) return this.count('budget');
    if (!verifyEpoch(crypto, epoch)) return this.count('signature');
    if (this.log.lacking(epoch.heads as OperationId[]).length > 0) return this.wait(epoch);
    return this.judge(epoch);
  }

  /** The log grew: some that waited for operations may be judged now. True where one was opened. */
  retry(): boolean {
    let isOpened = false;
    for (const [id, epoch] of this.waiting) {
      if (this.log.lacking(epoch.heads as OperationId[]).length > 0) continue;
      this.waiting.delete(id);
      isOpened = this.judge(epoch) || isOpened;
    }
    return isOpened;
  }

  /** Our own, or one out of our own store. */
  keep(epoch: Epoch, secret: Bytes): void {
    const keys = epochKeys(this.context.crypto, epoch.id, secret);
    const members = epoch.members.map(({ member }) => member);
    const opened: OpenEpoch = {
      epoch,
      secret,
      keys,
      tag: toHex(keys.tag),
      slots: new SlotTable(this.context.crypto, keys, members),
      recipients: new Set(members),
    };
    this.open.set(epoch.id, opened);
    this.generation = Math.max(this.generation, epoch.generation);
    this.ranked = undefined;
    this.listener.opened(opened);
    this.prune();
  }

  /** Out of the store: it is ours, and what does not fit is damage. */
  restore(bytes: Bytes, secret: Bytes): void {
    const { crypto } = this.context;
    const epoch = decodeEpoch(crypto, bytes);
    if (epoch === undefined || epoch.room !== this.log.room || !isCommitted(crypto, epoch, secret))
      return this.context.count('restore-refused');
    if (!this.open.has(epoch.id)) this.keep(epoch, secret);
  }

  private wait(epoch: Epoch): boolean {
    if (this.waiting.size >= EPOCHS_WAITING_MAX) {
      const state = this.log.state();
      const waiting = [...this.waiting.values()];
      // Keys cost nothing: one by nobody that we know makes room first.
      const victim = waiting.find(({ author }) => state?.members.has(author) !== true) ?? waiting[0];
      if (victim !== undefined) this.waiting.delete(victim.id);
    }
    this.waiting.set(epoch.id, epoch);
    return false;
  }

  /** Signed, and all its heads are in. */
  private judge(epoch: Epoch): boolean {
    const then = this.log.stateAt(epoch.heads as OperationId[]);
    // Who is no member any more may not make the others read under what it chose.
    if (then?.members.has(epoch.author) !== true || this.log.state()?.members.has(epoch.author) !== true)
      return this.refuse(epoch.id, 'author');
    if (!areRecipients(then, epoch.members)) return this.refuse(epoch.id, 'members');
    const secret = openEpoch(this.context.crypto, epoch, this.context.self.id, this.prekeys());
    if (!secret.ok) return this.refuse(epoch.id, secret.error);
    this.keep(epoch, secret.value);
    return true;
  }

  private refuse(id: EpochId, why: string): boolean {
    this.useless.add(id);
    for (const oldest of this.useless) {
      if (this.useless.size <= EPOCHS_REFUSED_MAX) break;
      this.useless.delete(oldest);
    }
    return this.count(why);
  }

  private count(why: string): boolean {
    this.context.count(`epoch-${why}`);
    return false;
  }

  private budgetOf(author: MemberId): TokenBucket {
    const known = this.budgets.get(author);
    if (known !== undefined) return known;
    if (this.budgets.size >= EPOCH_AUTHORS_MAX) {
      const [oldest] = this.budgets.keys();
      if (oldest !== undefined) this.budgets.delete(oldest);
    }
    const budget = new TokenBucket(EPOCHS_PER_AUTHOR_PER_S / 1000, EPOCHS_PER_AUTHOR_BURST);
    this.budgets.set(author, budget);
    return budget;
  }

  private rank(state: RoomState): OpenEpoch[] {
    const usable = [...this.open.values()].filter(({ recipients }) =>
      [...recipients].every((member) => state.members.has(member)),
    );
    const covered = new Map(
      usable.map((one) => [
        one,
        this.log.size - this.log.notCoveredBy(one.epoch.heads as OperationId[]).length,
      ]),
    );
    return usable.toSorted(
      (a, b) =>
        b.recipients.size - a.recipients.size ||
        (covered.get(b) as number) - (covered.get(a) as number) ||
        b.epoch.generation - a.epoch.generation ||
        (a.epoch.id < b.epoch.id ? -1 : 1),
    );
  }

  /** What can be sent under stays before what cannot, then the newer. */
  private prune(): void {
    if (this.open.size <= EPOCHS_KEPT_MAX) return;
    const usable = this.usable();
    const others = [...this.open.values()]
      .filter((one) => !usable.includes(one))
      .toSorted((a, b) => b.epoch.generation - a.epoch.generation);
    for (const dropped of [...usable, ...others].slice(EPOCHS_KEPT_MAX)) {
      this.open.delete(dropped.epoch.id);
      this.listener.dropped(dropped);
    }
    this.ranked = undefined;
  }
}

/** Whether DATA could take an epoch of this tag for another of these, or for a public room's. */
export const isTagTaken = (tag: Bytes, others: Iterable<OpenEpoch>): boolean =>
  tag[0] === 0 || [...others].some(({ keys }) => keys.tag[0] === tag[0]);

/** What an epoch of our own would be known by. */
export const tagOf = (crypto: CryptoPort, id: EpochId, secret: Bytes): Bytes =>
  epochKeys(crypto, id, secret).tag;
