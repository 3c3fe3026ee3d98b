/** What newcomers may read of a private room, as it is chosen and as it is said. Pure. */
import { HISTORY_DAYS_MAX } from '../../contract/api.ts';
import type { History } from '../../contract/api.ts';
import type { WebWords } from '../../words/web.ts';

const DAYS_FIRST = '7';

/** A choice that is being made: the days are a text until they are a number. */
export interface HistoryDraft {
  readonly kind: 'since-joining' | 'days';
  readonly days: string;
}

export function draftOf(history: History): HistoryDraft {
  return history.kind === 'days'
    ? { kind: 'days', days: String(history.days) }
    : { kind: 'since-joining', days: DAYS_FIRST };
}

/** The history that is chosen; undefined while its days are no number. */
export function historyOf(draft: HistoryDraft): History | undefined {
  if (draft.kind !== 'days') return { kind: draft.kind };
  return isDaysText(draft.days) ? { kind: 'days', days: Number(draft.days) } : undefined;
}

export function isDaysText(text: string): boolean {
  return /^\s*\d{1,5}\s*$/.test(text) && Number(text) >= 1 && Number(text) <= HISTORY_DAYS_MAX;
}

export function historyText(history: History, words: WebWords): string {
  return history.kind === 'days' ? words.roomHistoryDays(history.days) : words.roomHistoryFromThen;
}
