import { expect, test } from 'vitest';
import type { MemberId } from '../../base/ids.ts';
import { BLOCK_BYTES, REPAIR_MEMBER_SHARE, REPAIR_TOTAL_SHARE } from '../limits.ts';
import { RepairBudget } from './repair-budget.ts';

const RATE = 10_000;
const SECONDS = 20;

/** Asks for a block ten times a second, and counts the bytes that are granted. */
function greed(ask: (budget: RepairBudget, now: number) => boolean): number {
  const budget = new RepairBudget();
  budget.setRate(RATE);
  let granted = 0;
  for (let now = 0; now < SECONDS * 1000; now += 100) if (ask(budget, now)) granted += BLOCK_BYTES;
  return granted / (RATE * SECONDS * 1000);
}

test('who asks for everything for ever gets its share and a block or two', () => {
  const share = greed((budget, now) => budget.charge(now, 'liar' as MemberId, BLOCK_BYTES));
  expect(share).toBeGreaterThan(0.8 * REPAIR_MEMBER_SHARE);
  expect(share).toBeLessThan(REPAIR_MEMBER_SHARE + 0.02);
});

test('all together get no more than theirs', () => {
  const share = greed((budget, now) => budget.chargeTotal(now, BLOCK_BYTES));
  expect(share).toBeLessThan(REPAIR_TOTAL_SHARE + 0.1);
});

test('one that used up its share takes nothing from another', () => {
  const budget = new RepairBudget();
  budget.setRate(RATE);
  for (let i = 0; i < 10; i++) budget.charge(0, 'liar' as MemberId, BLOCK_BYTES);
  expect(budget.charge(0, 'liar' as MemberId, 1)).toBe(false);
  expect(budget.charge(0, 'honest' as MemberId, BLOCK_BYTES)).toBe(true);
});

test('what costs nothing is always granted', () => {
  const budget = new RepairBudget();
  expect(budget.charge(0, 'anyone' as MemberId, 0)).toBe(true);
});
