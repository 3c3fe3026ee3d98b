import { describe, expect, test } from 'vitest';
import type { MemberId, TransferId } from '../../base/ids.ts';
import { seededRandom } from '../../base/prng.ts';
import { ASKS_PENDING_MAX } from '../limits.ts';
import type { AskFrame, Need, ReportFrame } from '../wire/ask.ts';
import { ManyAnswers } from './many-answers.ts';

const transfer = 'aa'.repeat(16) as unknown as TransferId;
const other = 'bb'.repeat(16) as MemberId;

const askOf = (ask: number, more: Partial<AskFrame> = {}): AskFrame => ({
  type: 'ask',
  transfer,
  ask,
  members: 1000,
  windowMs: 40,
  firstOpen: 0,
  alone: false,
  blocks: [
    { block: 3, groupCount: 2, worst: 10 },
    { block: 4, groupCount: 2, worst: 10 },
  ],
  muted: [],
  ...more,
});
const lack = (block: number, ...deficits: number[]): Need => ({ block, kind: 'symbols', deficits });
const reportOf = (ask: number, ...needs: Need[]): ReportFrame => ({
  type: 'report',
  transfer,
  member: other,
  ask,
  needs,
});

/** A member that lacks these. */
const member = (...needs: Need[]) => {
  const answers = new ManyAnswers(seededRandom(1));
  const lacking = new Map(needs.map((need) => [need.block, need]));
  const needOf = ({ block }: { block: number }): Need | undefined => lacking.get(block);
  return {
    lacking,
    ask: (frame: AskFrame) => answers.handleAsk(0, frame, needOf),
    hear: (frame: ReportFrame) => answers.handleReport(frame, needOf),
    due: (now: number) => answers.due(now, needOf),
    nextTimeout: () => answers.nextTimeout(),
  };
};

describe('a member among many', () => {
  test('that lacks nothing is silent', () => {
    const one = member();
    one.ask(askOf(1));
    expect(one.nextTimeout()).toBe(Infinity);
  });

  test('reports within the window what it lacks', () => {
    const one = member(lack(3, 5, 0), lack(4, 0, 2));
    one.ask(askOf(1));
    expect(one.nextTimeout()).toBeLessThanOrEqual(40);
    expect(one.due(40)).toEqual([{ ask: 1, needs: [lack(3, 5, 0), lack(4, 0, 2)] }]);
    expect(one.nextTimeout()).toBe(Infinity);
  });

  test('is silent once others reported as much of everything', () => {
    const one = member(lack(3, 5, 0), lack(4, 0, 2));
    one.ask(askOf(1));
    one.hear(reportOf(1, lack(3, 6, 1)));
    expect(one.nextTimeout()).toBeLessThan(Infinity);
    one.hear(reportOf(1, lack(4, 0, 1)));
    one.hear(reportOf(1, lack(4, 0, 2)));
    expect(one.nextTimeout()).toBe(Infinity);
  });

  test('reports only what is not covered, and what is missing by then', () => {
    const one = member(lack(3, 5, 0), lack(4, 0, 9));
    one.ask(askOf(1));
    one.hear(reportOf(1, lack(3, 5, 0)));
    one.lacking.set(4, lack(4, 0, 1));
    expect(one.due(40)).toEqual([{ ask: 1, needs: [lack(4, 0, 1)] }]);
  });

  test('does not take the answer to another ask for one to this', () => {
    const one = member(lack(3, 5, 0));
    one.ask(askOf(2));
    one.hear(reportOf(1, lack(3, 9, 9)));
    expect(one.due(40)).toHaveLength(1);
  });

  test('relies on nobody whom the sender does not count, and on nobody at all where it says so', () => {
    const muted = member(lack(3, 5, 0));
    muted.ask(askOf(1, { muted: [other.slice(0, 8)] }));
    muted.hear(reportOf(1, lack(3, 9, 9)));
    expect(muted.due(40)).toHaveLength(1);
    const alone = member(lack(3, 5, 0));
    alone.ask(askOf(1, { alone: true, windowMs: 500 }));
    alone.hear(reportOf(1, lack(3, 9, 9)));
    expect(alone.due(500)).toHaveLength(1);
  });

  test('a missing page is covered by a missing page only, symbols also by a polluted block', () => {
    const page: Need = { block: 3, kind: 'page', deficits: [] };
    const polluted: Need = { block: 3, kind: 'polluted', deficits: [] };
    const pageless = member(page);
    pageless.ask(askOf(1));
    pageless.hear(reportOf(1, lack(3, 9, 9), polluted));
    expect(pageless.nextTimeout()).toBeLessThan(Infinity);
    pageless.hear(reportOf(1, page));
    expect(pageless.nextTimeout()).toBe(Infinity);
    const lacking = member(lack(3, 5, 0));
    lacking.ask(askOf(1));
    lacking.hear(reportOf(1, polluted));
    expect(lacking.nextTimeout()).toBe(Infinity);
  });

  test('answers no ask twice, and keeps few of them', () => {
    const one = member(lack(3, 5, 0));
    for (let ask = 1; ask <= 2 * ASKS_PENDING_MAX; ask++) one.ask(askOf(ask));
    one.ask(askOf(5));
    expect(one.due(1000)).toHaveLength(ASKS_PENDING_MAX);
    one.ask(askOf(2 * ASKS_PENDING_MAX));
    expect(one.due(1000)).toHaveLength(0);
  });

  test('a window that is too long is not believed', () => {
    const one = member(lack(3, 5, 0));
    one.ask(askOf(1, { windowMs: 65_535, alone: true }));
    expect(one.nextTimeout()).toBeLessThan(1100);
  });
});
