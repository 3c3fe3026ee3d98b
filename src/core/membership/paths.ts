/**
 * What is known of the paths to all members, over all rooms: who shares several with us is asked in one of them. Invariants: at
 * most MEMBERS_MAX searches, the oldest gives way; at most PROBES_KEPT_MAX probes wait for answers; a PONG counts for a size
 * only where its nonce went out at that size, and that probe named who sends it.
 */
import type { MemberId } from '../../base/ids.ts';
import { MEMBERS_MAX, PROBES_KEPT_MAX } from '../limits.ts';
import { packetBytes } from '../path-size.ts';
import type { PathWay } from '../path-size.ts';
import { PathSearch } from './path-search.ts';
import type { Member } from './roster.ts';

interface Sent {
  readonly bytes: number;
  readonly fullBytes: number;
  readonly named: ReadonlySet<MemberId>;
}

export class Paths {
  readonly #searches = new Map<MemberId, PathSearch>();
  /** By nonce, oldest first. */
  readonly #sent = new Map<string, Sent>();

  /** That of a member, brought up to how it is reached now. */
  search(now: number, { id, address, hearsMulticast }: Member, isRelayed: boolean): PathSearch {
    const way = `${address.host} ${address.port} ${isRelayed ? 'relay' : hearsMulticast === false ? 'unicast' : 'multicast'}`;
    const known = this.#searches.get(id);
    known?.wayIs(now, way);
    if (known !== undefined) return known;
    const [oldest] = this.#searches.keys();
    if (this.#searches.size >= MEMBERS_MAX && oldest !== undefined) this.#searches.delete(oldest);
    const search = new PathSearch(now, way);
    this.#searches.set(id, search);
    return search;
  }

  sent(nonce: string, probe: Sent): void {
    const [oldest] = this.#sent.keys();
    if (this.#sent.size >= PROBES_KEPT_MAX && oldest !== undefined) this.#sent.delete(oldest);
    this.#sent.set(nonce, probe);
  }

  /** A member returned a nonce. */
  answered(now: number, id: MemberId, nonce: string): void {
    const sent = this.#sent.get(nonce);
    if (sent?.named.has(id) === true) this.#searches.get(id)?.confirm(now, sent.bytes, sent.fullBytes);
  }

  /** The largest datagram that gets through to it, where that is less than it should be. */
  limitOf(id: MemberId): number | undefined {
    return this.#searches.get(id)?.limitBytes;
  }
  confirmedOf(id: MemberId): number | undefined {
    return this.#searches.get(id)?.confirmedBytes;
  }
  /** Full datagrams do not get through to it, or that is being looked into because a file does not arrive. */
  isNarrow(id: MemberId): boolean {
    const search = this.#searches.get(id);
    return search !== undefined && (search.isSuspected || search.limitBytes !== undefined);
  }
  /** As a packet, so one of PATH_MTUS. */
  limitedPacketOf(id: MemberId, way: PathWay): number | undefined {
    const bytes = this.limitOf(id);
    return bytes === undefined ? undefined : packetBytes(bytes, way);
  }
}
