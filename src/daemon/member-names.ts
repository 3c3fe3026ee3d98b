/** MEMBER as a person types it: a name, or the beginning of an id. */
import { err, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';

export interface Named {
  readonly id: string;
  readonly name: string;
}

/** Enough of an id to tell members of one room apart, in a list that a person reads. */
const SHOWN_DIGITS = 12;

export type NameFault =
  | { readonly code: 'member-unknown' }
  | { readonly code: 'member-ambiguous'; readonly ids: string };

/** The one candidate that is meant. A full id always wins; otherwise name and beginning of an id count alike. */
export function resolveMember<T extends Named>(candidates: readonly T[], text: string): Result<T, NameFault> {
  const wanted = text.normalize('NFC').trim();
  const exact = candidates.find((candidate) => candidate.id === wanted.toLowerCase());
  if (exact !== undefined) return ok(exact);
  const isPrefix = /^[0-9a-f]+$/i.test(wanted);
  const fits = candidates.filter(
    ({ id, name }) => name === wanted || (isPrefix && id.startsWith(wanted.toLowerCase())),
  );
  const [first] = fits;
  if (first === undefined) return err({ code: 'member-unknown' });
  if (fits.length === 1) return ok(first);
  const ids = fits.map(({ id, name }) => `${id.slice(0, SHOWN_DIGITS)} (${name})`).join(', ');
  return err({ code: 'member-ambiguous', ids });
}
