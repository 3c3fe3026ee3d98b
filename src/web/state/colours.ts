/** The colours that people chose for their badges. Who is away keeps what was seen last; who chose none has that of the id. */
import type { MemberInfo } from '../../contract/api.ts';
import { COLOURS_REMEMBERED_MAX } from '../limits.ts';

/** By id of the person: 1 and up. */
export type Colours = Readonly<Record<string, number>>;

/** With what these members say now; the same object where that is nothing new. */
export function withColoursOf(
  colours: Colours,
  members: readonly Pick<MemberInfo, 'id' | 'colour' | 'present'>[],
): Colours {
  const changed = members.filter(({ id, colour, present }) => present && colours[id] !== colour);
  if (changed.length === 0) return colours;
  const next = new Map(Object.entries(colours));
  for (const { id, colour } of changed) {
    if (colour === undefined) next.delete(id);
    else next.set(id, colour);
  }
  return Object.fromEntries([...next].slice(-COLOURS_REMEMBERED_MAX));
}
