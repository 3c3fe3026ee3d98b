/** Who is there, and who hears whom. Pure. */
import type { DoctorLink, DoctorMember } from '../../contract/doctor.ts';
import type { LinkView } from '../../core/api.ts';
import { shownHost } from '../../core/membership/unaddressed.ts';
import type { NetworkFacts } from '../../io/network-facts.ts';

export interface Self {
  readonly id: string;
  readonly name: string;
}

/** Of an id, as HELLOs name members. */
export const PREFIX_DIGITS = 16;

/** Of all rooms, each member once. */
export function membersSeen({ rooms }: NetworkFacts): readonly LinkView[] {
  const seen = new Map<string, LinkView>();
  for (const { links } of rooms) for (const member of links.members) seen.set(member.id, member);
  return [...seen.values()];
}

/** Whoever is there, and who hears whom by what they say. */
export class People {
  readonly members: readonly DoctorMember[];
  readonly links: readonly DoctorLink[];
  /** Heard by others, and not by us: id or its beginning → who hears it. */
  readonly unheard = new Map<string, { readonly by: string; readonly address: string }>();
  readonly #names = new Map<string, string>();

  constructor(self: Self, facts: NetworkFacts, seen: readonly LinkView[]) {
    const byPrefix = new Map([self, ...seen].map(({ id }) => [id.slice(0, PREFIX_DIGITS), id]));
    for (const { id, name } of [self, ...seen]) this.#names.set(id, name);
    const links: DoctorLink[] = seen.map((member) => ({
      by: self.id,
      of: member.id,
      heard: !member.away,
      loss: member.loss,
      ...(member.roundTripMs === undefined ? {} : { roundTripMs: member.roundTripMs }),
      ...(member.pathMtu === undefined ? {} : { pathMtuBytes: member.pathMtu }),
      ...(member.isPathLimited === true ? { narrow: true } : {}),
    }));
    for (const member of seen) {
      if (member.away) continue;
      const says = new Set<string>();
      for (const { prefix, loss, roundTripMs, pathMtu, address } of member.heard) {
        const of = byPrefix.get(prefix) ?? prefix;
        says.add(of);
        links.push({
          by: member.id,
          of,
          heard: true,
          loss,
          ...(roundTripMs === undefined ? {} : { roundTripMs }),
          ...(pathMtu === undefined ? {} : { pathMtuBytes: pathMtu, narrow: true }),
        });
        if (byPrefix.has(prefix)) continue;
        this.unheard.set(prefix, { by: member.id, address: address?.host ?? '' });
      }
      if (member.hearsUs === false && !says.has(self.id))
        links.push({ by: member.id, of: self.id, heard: false });
      // Only who names all whom it hears says by silence that it does not hear the rest.
      if (member.hearsUs === undefined) continue;
      for (const other of seen) {
        if (other.id === member.id || other.away || says.has(other.id)) continue;
        if (member.heard.length < HEARD_ALL_MAX) links.push({ by: member.id, of: other.id, heard: false });
      }
    }
    this.links = links;
    const own = facts.interfaces.find(({ used }) => used)?.address ?? '';
    this.members = [
      { ...self, address: own, self: true },
      ...seen.map(({ id, name, address, datagramBytesMax, clockAheadMs }) => ({
        id,
        name,
        address: shownHost(address.host),
        self: false,
        datagramBytesMax,
        ...(clockAheadMs === undefined ? {} : { clockAheadMs: Math.round(clockAheadMs) }),
      })),
      ...[...this.unheard].map(([id, { address }]) => ({ id, name: '', address, self: false })),
    ];
  }

  nameOf(id: string): string {
    return this.#names.get(id) ?? id;
  }
}

/** A HELLO names no more than so many (core/limits.ts): with fewer in it, it names all. */
const HEARD_ALL_MAX = 8;
