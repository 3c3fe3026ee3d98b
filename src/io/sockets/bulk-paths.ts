/**
 * Which interfaces bulk data leaves by. A member's address tells its network, and with it the interface; so bulk
 * goes where members were heard, once for each network: two cables into one LAN carry it once. An address of no
 * known network could be anywhere, so while one was heard, every network gets the data. Who is heard by IPv6 on an interface
 * with IPv4 counts for nothing here: `Ipv6Use` knows whether IPv4 reaches it as well.
 */
import { interfaceOf, isIpv6, type NetworkInterface } from '../interfaces.ts';
import { HEARD_ADDRESSES_MAX, HEARD_MS_MAX } from '../limits.ts';
import { zoneIn } from './ipv6-use.ts';

/** The choice is made anew this often; a new member's first data waits no longer than for its own acceptance. */
const CHOICE_MS_MAX = 250;

export class BulkPaths {
  readonly #heardAt = new Map<string, number>();
  #chosen: readonly NetworkInterface[] = [];
  #chosenAt = Number.NEGATIVE_INFINITY;
  #used: readonly NetworkInterface[] = [];

  /** Somebody else's datagram came from this address; from one of this machine's own, it is another profile's. */
  heard(host: string, now: number): void {
    if (this.#heardAt.size >= HEARD_ADDRESSES_MAX && !this.#heardAt.has(host)) this.#makeRoom(now);
    if (this.#heardAt.size < HEARD_ADDRESSES_MAX) this.#heardAt.set(host, now);
  }

  /** `isElsewhere`: members are served by IPv6 beside these. */
  choose(used: readonly NetworkInterface[], now: number, isElsewhere = false): readonly NetworkInterface[] {
    if (used === this.#used && now - this.#chosenAt < CHOICE_MS_MAX) return this.#chosen;
    this.#used = used;
    this.#chosenAt = now;
    this.#chosen = this.#compute(used, now, isElsewhere);
    return this.#chosen;
  }

  #compute(
    used: readonly NetworkInterface[],
    now: number,
    isElsewhere: boolean,
  ): readonly NetworkInterface[] {
    const wanted = new Set<NetworkInterface>();
    const networks = onePerNetwork(used);
    let unplaced = false;
    for (const [host, at] of this.#heardAt) {
      if (now - at > HEARD_MS_MAX) continue;
      // Another profile of this machine may use this interface only, so it is served by exactly this one.
      const own = used.find((one) => one.address === host);
      const found = own ?? (isIpv6(host) ? ofZone(networks, host) : interfaceOf(networks, host));
      if (found !== undefined) wanted.add(found);
      else if (!isIpv6(host)) unplaced = true;
    }
    if (unplaced || (wanted.size === 0 && !isElsewhere)) for (const one of networks) wanted.add(one);
    return used.filter((one) => wanted.has(one));
  }

  #makeRoom(now: number): void {
    for (const [host, at] of this.#heardAt) if (now - at > HEARD_MS_MAX) this.#heardAt.delete(host);
  }
}

/** An interface that has IPv6 alone. */
const ofZone = (networks: readonly NetworkInterface[], host: string): NetworkInterface | undefined =>
  networks.find(({ address }) => isIpv6(address) && zoneIn(address) === zoneIn(host));

/** Of several interfaces into one network the first. */
export function onePerNetwork(used: readonly NetworkInterface[]): readonly NetworkInterface[] {
  const network = (one: NetworkInterface): string => {
    const first = one.networks[0];
    return first === undefined ? one.name : `${first.base}/${first.mask}`;
  };
  return used.filter((one, index) => used.findIndex((other) => network(other) === network(one)) === index);
}
