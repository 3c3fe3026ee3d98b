/**
 * By which IP version a member is heard (protocol.md §3). Who has both is reached by IPv4; only who is heard by IPv6 alone
 * needs that what is for the room goes out by IPv6 as well.
 */
import type { Address } from '../api.ts';
import { IPV4_MISSED_INTERVALS, IPV4_SILENT_INTERVALS, MULTICAST_INTERVALS } from '../limits.ts';

export class Families {
  /** When a HELLO came so last, straight from the member. */
  #ipv4At = -Infinity;
  #ipv4MulticastAt = -Infinity;
  #ipv6MulticastAt = -Infinity;
  #ipv6Host = '';

  note(now: number, { host, byMulticast, byRelay }: Address): void {
    if (byRelay === true) return;
    if (!isIpv6(host)) {
      this.#ipv4At = now;
      if (byMulticast === true) this.#ipv4MulticastAt = now;
    } else if (byMulticast === true) {
      this.#ipv6MulticastAt = now;
      this.#ipv6Host = host;
    }
  }

  /** Its IPv4 address is as good as it was, so one of IPv6 that a copy came from does not replace it. */
  keepsAddress(now: number, from: Address, intervalMs: number): boolean {
    return isIpv6(from.host) && now - this.#ipv4At < IPV4_SILENT_INTERVALS * intervalMs;
  }

  /** Where it is heard from, if that is by IPv6 multicast and not by IPv4 multicast as well. */
  ipv6Alone(now: number, intervalMs: number): string | undefined {
    const isHeard = now - this.#ipv6MulticastAt <= MULTICAST_INTERVALS * intervalMs;
    const missesIpv4 = this.#ipv6MulticastAt - this.#ipv4MulticastAt > IPV4_MISSED_INTERVALS * intervalMs;
    return isHeard && missesIpv4 ? this.#ipv6Host : undefined;
  }
}

const isIpv6 = (host: string): boolean => host.includes(':');
