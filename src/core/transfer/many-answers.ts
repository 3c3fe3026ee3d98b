/**
 * A receiver among very many (protocol.md §7.8): when it reports what it lacks, and when it need not because another has
 * reported as much. Each ASK is one small race; whoever lacks most has the earliest start. State only: the needs
 * themselves are computed by the caller when the time has come, for repairs may have arrived meanwhile.
 */
import type { Random } from '../../base/prng.ts';
import { ASKS_PENDING_MAX, ASK_WINDOW_MAX_MS } from '../limits.ts';
import { needBackoff } from '../reliability/backoff.ts';
import { namePrefix } from '../wire/ask.ts';
import type { AskedBlock, AskFrame, Need, ReportFrame } from '../wire/ask.ts';

/** What is missing of a block, or undefined. */
export type NeedOf = (asked: AskedBlock) => Need | undefined;

/** Needs that cannot be counted, and those that the sender did not expect: neither first nor last. */
const NEED_UNKNOWN = 0.25;

interface Pending {
  readonly ask: AskFrame;
  readonly at: number;
  /** By block: what others reported, joined. */
  readonly heard: Map<number, Heard>;
}
interface Heard {
  readonly deficits: number[];
  page: boolean;
  polluted: boolean;
}

export class ManyAnswers {
  private readonly random: Random;
  private readonly pending = new Map<number, Pending>();
  private latestAsk = -1;

  constructor(random: Random) {
    this.random = random;
  }

  handleAsk(now: number, ask: AskFrame, needOf: NeedOf): void {
    // A copy, or one that was held up: its blocks were asked about again since.
    if (ask.ask <= this.latestAsk) return;
    this.latestAsk = ask.ask;
    const needs = ask.blocks.flatMap((asked) => needOf(asked) ?? []);
    if (needs.length === 0) return;
    const windowMs = Math.min(ask.windowMs, ASK_WINDOW_MAX_MS);
    const chance = this.random.next();
    const delay = ask.alone
      ? chance * windowMs
      : needBackoff(chance, windowMs, ask.members, greatestNeed(ask.blocks, needs));
    if (this.pending.size >= ASKS_PENDING_MAX)
      this.pending.delete(this.pending.keys().next().value as number);
    this.pending.set(ask.ask, { ask, at: now + delay, heard: new Map() });
  }

  /** Another member's report: what it covers need not be said again. */
  handleReport(report: ReportFrame, needOf: NeedOf): void {
    const waiting = this.pending.get(report.ask);
    if (waiting === undefined || waiting.ask.alone) return;
    if (waiting.ask.muted.includes(namePrefix(report.member))) return;
    for (const need of report.needs) {
      if (waiting.ask.blocks.some(({ block }) => block === need.block)) join(waiting.heard, need);
    }
    if (uncovered(waiting, needOf).length === 0) this.pending.delete(report.ask);
  }

  nextTimeout(): number {
    let at = Infinity;
    for (const waiting of this.pending.values()) at = Math.min(at, waiting.at);
    return at;
  }

  /** What is to be reported now, by ask. */
  due(now: number, needOf: NeedOf): { readonly ask: number; readonly needs: readonly Need[] }[] {
    const reports: { ask: number; needs: readonly Need[] }[] = [];
    for (const [ask, waiting] of this.pending) {
      if (waiting.at > now) continue;
      this.pending.delete(ask);
      const needs = uncovered(waiting, needOf);
      if (needs.length > 0) reports.push({ ask, needs });
    }
    return reports;
  }

  clear(): void {
    this.pending.clear();
  }
}

function uncovered(waiting: Pending, needOf: NeedOf): Need[] {
  return waiting.ask.blocks
    .flatMap((asked) => needOf(asked) ?? [])
    .filter((need) => !covers(waiting.heard.get(need.block), need));
}

function covers(heard: Heard | undefined, need: Need): boolean {
  if (heard === undefined) return false;
  if (need.kind === 'page') return heard.page;
  // A polluted block is sent whole again, and with its hashes.
  if (need.kind === 'polluted' || heard.polluted) return heard.polluted;
  return need.deficits.every((deficit, group) => deficit <= (heard.deficits[group] ?? 0));
}

function join(all: Map<number, Heard>, need: Need): void {
  const heard = all.get(need.block) ?? { deficits: [], page: false, polluted: false };
  if (need.kind === 'page') heard.page = true;
  if (need.kind === 'polluted') heard.polluted = true;
  need.deficits.forEach(
    (deficit, group) => (heard.deficits[group] = Math.max(heard.deficits[group] ?? 0, deficit)),
  );
  all.set(need.block, heard);
}

function greatestNeed(asked: readonly AskedBlock[], needs: readonly Need[]): number {
  let greatest = 0;
  for (const need of needs) {
    const worst = asked.find(({ block }) => block === need.block)?.worst ?? 0;
    const share = need.kind === 'symbols' && worst > 0 ? Math.max(...need.deficits) / worst : NEED_UNKNOWN;
    greatest = Math.max(greatest, share);
  }
  return greatest;
}
