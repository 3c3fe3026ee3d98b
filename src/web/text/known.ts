import type { KnownMember } from '../../contract/api.ts';

/** Those whose name or id has `text` in it, the verified first, then by name. */
export function foundKnown(all: readonly KnownMember[], text: string): readonly KnownMember[] {
  const wanted = text.trim().toLocaleLowerCase();
  return all
    .filter(({ id, name }) => name.toLocaleLowerCase().includes(wanted) || id.startsWith(wanted))
    .toSorted((a, b) => Number(b.verified) - Number(a.verified) || a.name.localeCompare(b.name));
}
