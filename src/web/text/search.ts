import type { Params } from '../../contract/api.ts';

/** What stands in the fields of the search. */
export interface SearchDraft {
  readonly query: string;
  readonly everywhere: boolean;
  readonly kind?: 'message' | 'file' | undefined;
  /** An id. */
  readonly from?: string | undefined;
  /** As a date field has it: `2026-11-26`, or empty. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** Is there anything to look for? */
export function isSearch({ query, from, since, until, kind }: SearchDraft): boolean {
  return query.trim() !== '' || kind !== undefined || [from, since, until].some((one) => (one ?? '') !== '');
}

/** The search of a draft, in the days of this computer's clock; `until` is meant with the whole day. */
export function searchOf(draft: SearchDraft, room: string): Params<'search'> {
  const since = dayOf(draft.since ?? '');
  const until = dayOf(draft.until ?? '', 1);
  return {
    ...(draft.query.trim() === '' ? {} : { query: draft.query.trim() }),
    ...(draft.everywhere ? {} : { room }),
    ...(draft.kind === undefined ? {} : { kind: draft.kind }),
    ...(draft.from === undefined ? {} : { from: draft.from }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until: until - 1 }),
  };
}

/** When a day of a date field begins here, `daysLater` days later; undefined where it is none. Unix milliseconds. */
export function dayOf(day: string, daysLater = 0): number | undefined {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day) ?? [];
  if (year === undefined) return undefined;
  const at = new Date(Number(year), Number(month) - 1, Number(date) + daysLater).getTime();
  return Number.isNaN(at) || at < 0 ? undefined : at;
}
