import { expect, test } from 'vitest';
import type { MemberId } from '../base/ids.ts';
import type { TransferState } from '../contract/api.ts';
import { ownState, stateAfter } from './transfer-model.ts';

const rows = (...states: TransferState[]) =>
  states.map((state, index) => ({
    id: String(index) as MemberId,
    name: '',
    state,
    bytesDone: 0,
    wanted: true,
  }));

test('an own transfer runs until every member that wants it has it', () => {
  expect(ownState(rows())).toBe('running');
  expect(ownState(rows('done', 'running'))).toBe('running');
  expect(ownState(rows('done', 'waiting', 'declined'))).toBe('running');
  expect(ownState(rows('done', 'done'))).toBe('done');
});

test('who does not want it does not make it fail', () => {
  expect(ownState(rows('done', 'declined', 'cancelled'))).toBe('done');
  expect(ownState(rows('declined'))).toBe('declined');
  expect(ownState(rows('done', 'failed'))).toBe('failed');
});

test('a decision is no failure', () => {
  expect(stateAfter('declined')).toBe('declined');
  expect(stateAfter('cancelled-by-sender')).toBe('cancelled');
  expect(stateAfter('disk-full')).toBe('failed');
});
