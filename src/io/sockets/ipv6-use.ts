/**
 * What goes out by IPv6 on interfaces that have IPv4 as well (protocol.md §3): nothing, unless somebody is there who is heard by
 * IPv6 alone; then all that is for the room. A sender that has just come, and a lone one, are heard by their HELLOs there. So a network
 * whose members all have IPv4 carries nothing twice. Zones are scopes of link-local addresses: `eth0` of `fe80::1%eth0`.
 */
import { ANNOUNCED_MS, HEARD_ADDRESSES_MAX, INTERFACES_MAX, STRANGER_MS } from '../limits.ts';

/** What the rooms' members say, as often as WAYS_INTERVAL_MS. */
export interface Ipv6Needs {
  /** Hosts that are heard by IPv6 alone. */
  readonly hosts: ReadonlySet<string>;
  /** Nobody is heard by multicast, and we may say that we are here. */
  readonly isLone: boolean;
  readonly isQuiet: boolean;
}

export class Ipv6Use {
  #needs: Ipv6Needs = { hosts: new Set(), isLone: false, isQuiet: true };
  /** Host → since when it is heard without being one of those. */
  readonly #strangers = new Map<string, number>();
  /** Scope → until when it counts as needed for strangers; as many as there are interfaces. */
  readonly #tried = new Map<string, number>();
  #needed: ReadonlySet<string> = new Set();
  #announcesUntil = -Infinity;

  /** The interfaces are new, or others. */
  restarted(now: number): void {
    this.#announcesUntil = now + ANNOUNCED_MS;
  }

  learn(needs: Ipv6Needs): void {
    // Who needed it and does no more has gone, and is a stranger when it comes back.
    for (const host of this.#needs.hosts) this.#strangers.delete(host);
    this.#needs = needs;
    this.#needed = new Set([...needs.hosts].map(zoneIn));
  }

  /** Somebody else's multicast came from there by IPv6. */
  heard(host: string, now: number): void {
    if (this.#strangers.has(host)) return;
    if (this.#strangers.size >= HEARD_ADDRESSES_MAX) {
      const oldest = this.#strangers.keys().next();
      if (!oldest.done) this.#strangers.delete(oldest.value);
    }
    this.#strangers.set(host, now);
    if (this.#tried.size >= INTERFACES_MAX) this.#tried.clear();
    this.#tried.set(zoneIn(host), now + STRANGER_MS);
  }

  /** Where files go: a stranger, which most likely has IPv4 as well, gets its share of what is sent meanwhile by repair. */
  get needed(): ReadonlySet<string> {
    return this.#needed;
  }

  /** Where all else that is for the room goes. */
  zones(now: number): ReadonlySet<string> {
    if (this.#tried.size === 0) return this.#needed;
    const zones = new Set(this.#needed);
    for (const [zone, until] of this.#tried) {
      if (now < until) zones.add(zone);
      else this.#tried.delete(zone);
    }
    return zones;
  }

  /** HELLOs go where they are not needed, too. */
  announces(now: number): boolean {
    return !this.#needs.isQuiet && (this.#needs.isLone || now < this.#announcesUntil);
  }

  /** A file's data from there comes no other way. */
  takesFrom(host: string, now: number): boolean {
    return this.#needs.hosts.has(host) || now - (this.#strangers.get(host) ?? -Infinity) < STRANGER_MS;
  }
}

export const zoneIn = (host: string): string => host.split('%')[1] ?? '';
