/**
 * Ways beside multicast (protocol.md §3.1). Who says that it does not hear us by multicast gets a copy of all that the room
 * gets, by unicast; and whom we do not hear at all, though others do or the user named it, gets our HELLOs, so that it
 * can do the same for us. Decided from what members say, so it ends by itself when multicast passes again.
 */
import type { Address, LinksView } from '../core/api.ts';
import type { RoomId } from '../base/ids.ts';
import type { Datagram } from '../core/datagram.ts';
import { FRAME, typeOf } from '../core/wire/header.ts';
import {
  COPIES_MAX,
  INTRODUCTION_BYTES_MAX,
  INTRODUCTIONS_MAX,
  PEER_PORTS,
  UNICAST_PORTS_MAX,
} from './limits.ts';

export interface WaysOf {
  /** They get everything. */
  readonly copies: readonly Address[];
  /** They get our HELLOs. */
  readonly introductions: readonly Address[];
}

const NONE: WaysOf = { copies: [], introductions: [] };

export class Ways {
  readonly #port: number;
  readonly #ways = new Map<RoomId, WaysOf>();
  #peers: readonly string[];

  /** `peers`: addresses that the user named. */
  constructor(port: number, peers: readonly string[]) {
    this.#port = port;
    this.#peers = peers;
  }

  setPeers(peers: readonly string[]): void {
    this.#peers = peers;
  }

  update(room: RoomId, links: LinksView): void {
    this.#ways.set(room, waysOf(links, this.#peers, this.#port));
  }

  forget(room: RoomId): void {
    this.#ways.delete(room);
  }

  of(room: RoomId): WaysOf {
    return this.#ways.get(room) ?? NONE;
  }
}

/** What goes as an introduction: a HELLO, or what is sealed and as small as one. */
export function isIntroduction({ bytes, payload }: Datagram): boolean {
  const type = typeOf(bytes[0] as number);
  return (
    payload === undefined &&
    bytes.length <= INTRODUCTION_BYTES_MAX &&
    (type === FRAME.hello || type === FRAME.sealed || type === FRAME.leave)
  );
}

function waysOf({ members }: LinksView, peers: readonly string[], port: number): WaysOf {
  const copies = members
    .filter(({ away, needsCopies }) => !away && needsCopies)
    .map(({ address }) => address);
  const known = new Set(members.map(({ id }) => id.slice(0, 16)));
  const introductions = new Map<string, Address>();
  const add = (address: Address): void => {
    if (introductions.size < INTRODUCTIONS_MAX) introductions.set(`${address.host} ${address.port}`, address);
  };
  for (const { heard } of members) {
    for (const { prefix, address } of heard) {
      // A false claim must not make us write to strangers: only to ports that members take.
      const isOurs = address !== undefined && address.port > port && address.port <= port + UNICAST_PORTS_MAX;
      if (isOurs && !known.has(prefix)) add(address);
    }
  }
  const hosts = new Set(members.filter(({ hearsUs }) => hearsUs === true).map(({ address }) => address.host));
  for (const host of peers) {
    if (hosts.has(host)) continue;
    for (let offset = 1; offset <= PEER_PORTS; offset++) add({ host, port: port + offset });
  }
  return { copies: copies.slice(0, COPIES_MAX), introductions: [...introductions.values()] };
}
