/**
 * Ways beside multicast (protocol.md §3.1 and §3.2). Who says that it does not hear us by multicast gets a copy of all that the room
 * gets, by unicast; and whom we do not hear at all, though others do or the user named it, gets our HELLOs, so that it
 * can do the same for us. Where nobody at all is heard by multicast, what is small goes by broadcast, too; and whom only
 * another member reaches gets its copies through that one. Who is known from one room is found so in others, too (elsewhere.ts). Decided from what members say, so it ends by itself when multicast passes again.
 */
import type { Address, LinksView, LinkView, Standing } from '../core/api.ts';
import type { Bytes } from '../base/bytes.ts';
import type { MemberId, RoomId } from '../base/ids.ts';
import type { Datagram } from '../core/datagram.ts';
import { knownElsewhere, reachedOtherwise, type Elsewhere } from './elsewhere.ts';
import { forBroadcast, openEnvelope } from './envelope.ts';
import { isIpv6 } from './interfaces.ts';
import {
  BROADCASTS_ALONE_PER_S,
  BROADCASTS_PER_S,
  COPIES_MAX,
  INTRODUCTIONS_MAX,
  PEER_PORTS,
  UNICAST_PORTS_MAX,
  WAYS_INTERVAL_MS,
} from './limits.ts';
import { Relays, type Passed, type Route } from './relays.ts';
import type { Ipv6Needs } from './sockets/ipv6-use.ts';

export interface WaysOf {
  /** They get everything. */
  readonly copies: readonly Address[];
  /** No file needs to go by multicast: everybody has copies, and answers by unicast. */
  readonly onlyCopies: boolean;
  /** They get our HELLOs. */
  readonly introductions: readonly Address[];
  /** So do these, whom we know from other rooms. */
  readonly elsewhere: readonly Elsewhere[];
}

interface Heard {
  readonly present: number;
  readonly byMulticast: number;
  /** Where those are who are heard by IPv6 alone. */
  readonly ipv6Alone: readonly string[];
}

const isOfIpv6 = ({ host }: Address): boolean => isIpv6(host);

const NONE: WaysOf = { copies: [], onlyCopies: false, introductions: [], elsewhere: [] };

export class Ways {
  readonly #port: number;
  readonly #ways = new Map<RoomId, WaysOf>();
  readonly #relays: Relays;
  readonly #own: MemberId;
  readonly #quiet: boolean;
  /** Of each room, whom multicast does not reach. */
  readonly #reachedOtherwise = new Map<RoomId, readonly LinkView[]>();
  /** Of each room, who is there and who of them is heard by multicast. */
  readonly #heard = new Map<RoomId, Heard>();
  /** Memberships are not renewed for the moment, so multicast may fall silent. */
  #isPaused = false;
  #broadcastsLeft = 0;
  #broadcastsAt = -Infinity;
  #peers: readonly string[];
  #hasIpv4 = true;

  /** `peers`: addresses that the user named. `quiet`: nothing goes by broadcast. */
  constructor(own: MemberId, port: number, peers: readonly string[], quiet = false) {
    this.#quiet = quiet;
    this.#own = own;
    this.#relays = new Relays(own);
    this.#port = port;
    this.#peers = peers;
  }

  /** Whether addresses of IPv4, which HELLOs name, can be written to. */
  setHasIpv4(hasIpv4: boolean): void {
    this.#hasIpv4 = hasIpv4;
    this.#relays.hasIpv4 = hasIpv4;
  }

  /** While it is so, what is small goes by broadcast as well. */
  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused;
  }

  setPeers(peers: readonly string[]): void {
    this.#peers = peers;
  }

  /** As often as WAYS_INTERVAL_MS. `standing`: what somebody is to the room. */
  update(now: number, room: RoomId, links: LinksView, standing: (id: MemberId) => Standing): void {
    this.#relays.update(now, room, links);
    this.#reachedOtherwise.set(room, reachedOtherwise(links));
    const ways = waysOf(links, this.#own, this.#peers, this.#port);
    this.#ways.set(room, {
      ...ways,
      onlyCopies: this.#areCopiesEnough(room, links),
      introductions: this.#hasIpv4 ? ways.introductions : ways.introductions.filter(isOfIpv6),
      elsewhere: knownElsewhere(this.#reachedOtherwise.values(), links, standing),
    });
    const present = links.members.filter(({ away }) => !away);
    const byMulticast = present.filter((member) => member.byMulticast).length;
    const ipv6Alone = present.flatMap((member) => member.ipv6Alone ?? []);
    this.#heard.set(room, { present: present.length, byMulticast, ipv6Alone });
  }

  /** Everybody in the room gets copies, straight or through another one, and answers. */
  #areCopiesEnough(room: RoomId, { members }: LinksView): boolean {
    if (members.length === 0 || members.length > COPIES_MAX) return false;
    const routed = new Set(this.#relays.of(room).map(({ prefix }) => prefix));
    return members.every(({ id, away, needsCopies, relayed, roundTripMs }) => {
      const isServed = relayed ? routed.has(id.slice(0, 16)) : needsCopies;
      return isServed && !away && roundTripMs !== undefined;
    });
  }

  forget(room: RoomId): void {
    this.#reachedOtherwise.delete(room);
    this.#ways.delete(room);
    this.#relays.forget(room);
    this.#heard.delete(room);
  }

  of(room: RoomId): WaysOf {
    return this.#ways.get(room) ?? NONE;
  }

  /** Those of a room that are reached through others, in this room or not. */
  routes(room: RoomId): readonly Route[] {
    return this.#relays.of(room);
  }
  routeTo(address: Address): Route | undefined {
    return this.#relays.routeTo(address);
  }

  /** What of this goes by broadcast as well; empty while anybody is heard by multicast and keeps being so. */
  broadcasts(now: number, datagrams: readonly Datagram[]): readonly Datagram[] {
    if (this.#quiet || !(this.#hearsNobody || this.#isPaused)) return [];
    const rooms = [...this.#heard.values()];
    if (now - this.#broadcastsAt >= WAYS_INTERVAL_MS) {
      const isAlone = rooms.every(({ present }) => present === 0);
      this.#broadcastsLeft = isAlone ? BROADCASTS_ALONE_PER_S : BROADCASTS_PER_S;
      this.#broadcastsAt = now;
    }
    const small = datagrams.filter(({ payload }) => payload === undefined).slice(0, this.#broadcastsLeft);
    this.#broadcastsLeft -= small.length;
    return small.map(forBroadcast);
  }

  /** In no room anybody is heard by multicast; false where we are in none. */
  get #hearsNobody(): boolean {
    const rooms = [...this.#heard.values()];
    return rooms.length > 0 && rooms.every(({ byMulticast }) => byMulticast === 0);
  }

  /** Who needs IPv6 beside IPv4. */
  ipv6Needs(): Ipv6Needs {
    const hosts = new Set([...this.#heard.values()].flatMap(({ ipv6Alone }) => ipv6Alone));
    return { hosts, isLone: this.#hearsNobody, isQuiet: this.#quiet };
  }

  /** What is in an envelope, and for whom; undefined where it is for nobody. */
  open(now: number, from: Address, bytes: Bytes): Passed | undefined {
    const envelope = openEnvelope(bytes);
    if (envelope === undefined) return undefined;
    if (envelope.kind !== 'broadcast') return this.#relays.pass(now, from, envelope);
    const { host, port } = from;
    return { kind: 'here', from: { host, port, byBroadcast: true }, bytes: envelope.inner };
  }
}

function waysOf(
  { members }: LinksView,
  own: MemberId,
  peers: readonly string[],
  port: number,
): Pick<WaysOf, 'copies' | 'introductions'> {
  const copies = members
    .filter(({ away, needsCopies, relayed }) => !away && needsCopies && !relayed)
    .map(({ address }) => address);
  // Who is silent, or reached through others alone, may be reached straight again.
  const heard = members.filter(({ straight }) => straight);
  const known = new Set(heard.map(({ id }) => id.slice(0, 16)));
  known.add(own.slice(0, 16));
  const introductions = new Map<string, Address>();
  const add = (address: Address): void => {
    if (introductions.size < INTRODUCTIONS_MAX) introductions.set(`${address.host} ${address.port}`, address);
  };
  for (const member of members) {
    for (const { prefix, address } of member.heard) {
      // A false claim must not make us write to strangers: only to ports that members take.
      const isOurs = address !== undefined && address.port > port && address.port <= port + UNICAST_PORTS_MAX;
      if (isOurs && !known.has(prefix)) add(address);
    }
  }
  const hosts = new Set(heard.filter(({ hearsUs }) => hearsUs === true).map(({ address }) => address.host));
  for (const host of peers) {
    if (hosts.has(host)) continue;
    for (let offset = 1; offset <= PEER_PORTS; offset++) add({ host, port: port + offset });
  }
  return { copies: copies.slice(0, COPIES_MAX), introductions: [...introductions.values()] };
}
