/** What we lack of a room's operations and epochs, and when we ask for it: spread, suppressed, backed off, given up. */
import type { OperationId } from '../../base/ids.ts';
import type { Context } from '../context.ts';
import {
  HEADS_WANTED_MAX,
  OPERATIONS_ASKED_MAX,
  SYNC_EPOCHS_MAX,
  SYNC_HEADS_MAX,
  WANT_RETRY_MAX_MS,
  WANT_RETRY_MIN_MS,
  WANT_SPREAD_MS,
  WANT_TRIES_MAX,
} from '../limits.ts';
import type { EpochId } from '../secrecy/epoch.ts';
import { SYNC_ID_BYTES, WANT_FIXED_BYTES } from '../wire/sync.ts';
import type { SyncBody } from '../wire/sync.ts';
import type { Epochs } from './epochs.ts';
import type { MembershipLog } from './membership-log.ts';

type Want = Extract<SyncBody, { kind: 'want' }>;

export class Wants {
  private readonly context: Context;
  private readonly log: MembershipLog;
  private readonly epochs: Epochs;
  /** Heads that others named, with how often they were asked for. */
  private readonly heads = new Map<OperationId, number>();
  private readonly wantedEpochs = new Map<EpochId, number>();
  private at = Infinity;
  private tries = 0;

  constructor(context: Context, log: MembershipLog, epochs: Epochs) {
    this.context = context;
    this.log = log;
    this.epochs = epochs;
  }

  get size(): number {
    return this.heads.size + this.wantedEpochs.size;
  }

  /** Somebody says that it has these. */
  named(now: number, heads: readonly OperationId[], epochs: readonly EpochId[]): void {
    const before = this.size;
    for (const id of this.log.lacking(heads)) this.add(this.heads, id);
    for (const id of epochs) if (!this.epochs.isKnown(id)) this.add(this.wantedEpochs, id);
    if (this.size > before) this.progressed(now);
    else this.schedule(now);
  }

  /** Something new is in: perhaps it names more that we lack. */
  progressed(now: number): void {
    this.tries = 0;
    this.schedule(now);
  }

  /** Somebody else asks: what it asks for need not be asked for now. */
  overheard(now: number, want: Want): void {
    if (this.at === Infinity) return;
    const { missing, epochs, heads } = this.lacked();
    const asked = new Set<string>([...want.missing, ...want.epochs]);
    const isCovered = [...missing, ...epochs].every((id) => asked.has(id));
    if (isCovered && (heads.length === 0 || want.everything)) this.backOff(now);
  }

  nextTimeout(): number {
    return this.at;
  }
  postpone(at: number): void {
    if (this.at < at) this.at = at;
  }

  /** What to ask for now; undefined where nothing is lacking any more. */
  compose(now: number, bytesMax: number): Want | undefined {
    const lacked = this.lacked();
    if (lacked.missing.length + lacked.epochs.length + lacked.heads.length === 0) {
      this.at = Infinity;
      return undefined;
    }
    let left = Math.floor((bytesMax - WANT_FIXED_BYTES) / SYNC_ID_BYTES);
    const fit = <Id>(ids: readonly Id[], max: number): Id[] => {
      const taken = ids.slice(0, Math.max(0, Math.min(max, left)));
      left -= taken.length;
      return taken;
    };
    const epochs = fit(lacked.epochs, SYNC_EPOCHS_MAX / 2);
    const own = fit(this.log.heads(), SYNC_HEADS_MAX / 2);
    const missing = fit([...lacked.missing, ...lacked.heads], OPERATIONS_ASKED_MAX);
    for (const id of lacked.heads) this.tried(this.heads, id);
    for (const id of epochs) this.tried(this.wantedEpochs, id);
    this.backOff(now);
    return { kind: 'want', everything: lacked.heads.length > 0, heads: own, missing, epochs };
  }

  private lacked(): { missing: OperationId[]; heads: OperationId[]; epochs: EpochId[] } {
    for (const id of this.heads.keys()) if (this.log.lacking([id]).length === 0) this.heads.delete(id);
    for (const id of this.wantedEpochs.keys()) if (this.epochs.isKnown(id)) this.wantedEpochs.delete(id);
    const missing = [...new Set([...this.log.missing(), ...this.epochs.lackedHeads()])];
    // What waits for an ancestor is here already; the ancestor is what is missing.
    const heads = [...this.heads.keys()].filter((id) => !this.log.has(id));
    return {
      missing: missing.filter((id) => !this.log.has(id)),
      heads,
      epochs: [...this.wantedEpochs.keys()],
    };
  }

  private schedule(now: number): void {
    if (this.at !== Infinity && this.tries > 0) return;
    const { missing, heads, epochs } = this.lacked();
    if (missing.length + heads.length + epochs.length === 0) return;
    this.at = Math.min(this.at, now + WANT_SPREAD_MS * this.context.random.next());
  }

  private backOff(now: number): void {
    const wait = Math.min(WANT_RETRY_MAX_MS, WANT_RETRY_MIN_MS * 2 ** this.tries);
    this.tries = Math.min(this.tries + 1, WANT_TRIES_MAX);
    this.at = now + wait * (0.75 + 0.5 * this.context.random.next());
  }

  private add<Id>(wanted: Map<Id, number>, id: Id): void {
    if (!wanted.has(id) && wanted.size < HEADS_WANTED_MAX) wanted.set(id, 0);
  }

  private tried<Id>(wanted: Map<Id, number>, id: Id): void {
    const tries = (wanted.get(id) ?? 0) + 1;
    if (tries > WANT_TRIES_MAX) wanted.delete(id);
    else wanted.set(id, tries);
  }
}
