/**
 * A receiver's side of a file with very many receivers (protocol.md §7.8): what it answers to ASK and ROLL, beside the
 * race of `many-answers.ts`. Reads the blocks of its transfer and changes none.
 */
import type { Context } from '../context.ts';
import {
  BEHIND_SPACING_MS,
  FEW_RECEIVERS_MAX,
  HELLO_SPACING_MS,
  RECEIVE_BLOCKS_MAX,
  ROLL_MEMBER_MS,
  STATUS_BLOCKS_MAX,
} from '../limits.ts';
import type { Roster } from '../membership/roster.ts';
import { encodeReport } from '../wire/ask.ts';
import type { AskedBlock, AskFrame, Need, ReportFrame } from '../wire/ask.ts';
import type { BlockStatus, PolledBlock } from '../wire/poll.ts';
import { statusOfPolled, type FileState } from './block-status.ts';
import type { FileOffer } from './file.ts';
import { ManyAnswers } from './many-answers.ts';
import type { Spread } from './notices.ts';
import type { Stream } from './stream.ts';

export class Crowd implements Spread {
  private readonly context: Context;
  private readonly offer: FileOffer;
  private readonly stream: Stream;
  private readonly roster: Roster;
  private readonly view: FileState;
  private readonly answers: ManyAnswers;
  /** How many receivers the sender says that it has; 0 while it polls everyone. */
  private members = 0;
  private behindAt = -Infinity;
  /** Blocks from the first on that are written: what is written stays. */
  private writtenPrefix = 0;

  constructor(context: Context, offer: FileOffer, stream: Stream, roster: Roster, view: FileState) {
    this.context = context;
    this.offer = offer;
    this.stream = stream;
    this.roster = roster;
    this.view = view;
    this.answers = new ManyAnswers(context.random);
  }

  /** The sender asks by ASK and ROLL. */
  get isAsked(): boolean {
    return this.members > 0;
  }

  /** A thousand members do not say the same at once. */
  get spreadMs(): number {
    // A member that has not heard everybody yet sees how many there are by the sender's interval (§5.1).
    const interval = this.roster.get(this.stream.server)?.intervalMs ?? 0;
    const room = Math.max(this.roster.size + 1, interval / HELLO_SPACING_MS);
    return this.isAsked || room > FEW_RECEIVERS_MAX ? ROLL_MEMBER_MS * Math.max(this.members, room) : 0;
  }

  learn(members: number): void {
    this.members = Math.max(1, members);
  }

  /** Returns when to send a STATUS, where a block was closed that is not here; else Infinity. */
  handleAsk(now: number, ask: AskFrame): number {
    this.answers.handleAsk(now, ask, this.needOf);
    if (now - this.behindAt < BEHIND_SPACING_MS) return Infinity;
    if (this.lowestLacking() >= Math.min(ask.firstOpen, this.offer.blockCount)) return Infinity;
    this.behindAt = now;
    // Without haste, and not all at once.
    return now + this.context.random.next() * Math.max(BEHIND_SPACING_MS, this.spreadMs);
  }

  handleReport(report: ReportFrame): void {
    this.answers.handleReport(report, this.needOf);
  }

  nextTimeout(): number {
    return this.answers.nextTimeout();
  }
  handleTimeout(now: number): void {
    const { room } = this.offer;
    const { id: transfer } = this.stream;
    const member = this.context.self.id;
    for (const { ask, needs } of this.answers.due(now, this.needOf))
      this.context.send({ kind: 'control', room }, encodeReport(room, { transfer, member, ask, needs }));
  }
  release(): void {
    this.answers.clear();
  }

  /** Whole blocks that wait for the disk: a sender of very many goes by them, for it closes blocks unwritten. */
  addHeld(asked: Map<number, PolledBlock>): void {
    if (!this.isAsked) return;
    for (const [block, { phase }] of this.view.blocks)
      if (phase !== 'filling' && asked.size < STATUS_BLOCKS_MAX)
        asked.set(block, { block, groupCount: 1, wants: 'deficits' });
  }

  private readonly needOf = (asked: AskedBlock): Need | undefined => {
    const { block, groupCount } = asked;
    const { written, blocks, hashes } = this.view;
    if (block >= this.offer.blockCount || written.has(block)) return undefined;
    // What there is no room for is fetched later: nobody else is to wait for a slow disk.
    if (!blocks.has(block) && blocks.size >= RECEIVE_BLOCKS_MAX) return undefined;
    const { state, deficits } = statusOfPolled(Infinity, this.view, {
      block,
      groupCount,
      wants: 'deficits',
    }) as BlockStatus;
    if (state === 'polluted') return { block, kind: 'polluted', deficits: [] };
    if (state === 'deficits') return { block, kind: 'symbols', deficits };
    if (state === 'missing') return { block, kind: 'symbols', deficits: this.lacking(block, groupCount) };
    return hashes[block] === undefined ? { block, kind: 'page', deficits: [] } : undefined;
  };

  /** Of a block whose symbols are checked one by one, by group. */
  private lacking(block: number, groupCount: number): number[] {
    const counts = Array.from({ length: groupCount }, () => 0);
    const missing = this.view.blocks.get(block)?.missing;
    for (let symbol = 0; symbol < (missing?.size ?? 0); symbol++)
      if (missing?.has(symbol) === true) counts[symbol % groupCount] = (counts[symbol % groupCount] ?? 0) + 1;
    return counts;
  }

  /** The lowest block that is not here. */
  private lowestLacking(): number {
    const { written } = this.view;
    while (this.writtenPrefix < this.offer.blockCount && written.has(this.writtenPrefix))
      this.writtenPrefix++;
    let block = this.writtenPrefix;
    while (block < this.offer.blockCount && this.view.isHere(block)) block++;
    return block;
  }
}
