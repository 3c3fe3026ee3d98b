/**
 * Who passes on for whom (protocol.md §3.2). Two members that do not reach each other write through a third that both reach:
 * the writer puts the other one's id around the datagram and sends it to that third, which puts the writer's id around it and
 * sends it on. Decided by each for itself from what HELLOs say, so it ends by itself. Invariants: what was passed on is not
 * passed on again; only between members that we hear ourselves and that hear us; at most RELAY_BYTES_PER_S in all.
 */
import type { Address, LinksView, LinkView } from '../core/api.ts';
import type { MemberId, RoomId } from '../base/ids.ts';
import type { Bytes } from '../base/bytes.ts';
import type { Datagram } from '../core/datagram.ts';
import { TokenBucket } from '../core/reliability/bucket.ts';
import { isUnaddressed, unaddressed } from '../core/membership/unaddressed.ts';
import { forRelay, type Envelope } from './envelope.ts';
import {
  RELAY_AFTER_MS,
  RELAY_AT_ONCE_MS,
  RELAY_BURST_BYTES,
  RELAY_BYTES_PER_S,
  RELAYED_MAX,
} from './limits.ts';

export interface Route {
  /** Who passes on. */
  readonly relay: Address;
  /** Whom it is for: the first digits of the id, and where others reach it. */
  readonly prefix: string;
  readonly address: Address;
}

/** Where something goes next, or that it is for us. */
export type Passed =
  | { readonly kind: 'on'; readonly to: Address; readonly datagram: Datagram }
  | { readonly kind: 'here'; readonly from: Address; readonly bytes: Bytes };

interface RoomView {
  readonly routes: readonly Route[];
  /** To members of this room, by those of another one. */
  readonly borrowed: readonly Route[];
  /** Who is heard directly and hears us: address → first digits of the id. */
  readonly near: ReadonlyMap<string, string>;
  /** By the first digits of the id, of those and of whom we reach through others. */
  readonly addresses: ReadonlyMap<string, Address>;
}

export class Relays {
  readonly #rooms = new Map<RoomId, RoomView>();
  /** Since when somebody is heard by others alone. */
  readonly #since = new Map<RoomId, ReadonlyMap<string, number>>();
  readonly #own: string;
  /** Addresses that others name are of IPv4; without it, as for whom they name none, only others help. */
  hasIpv4 = true;
  readonly #bucket = new TokenBucket(RELAY_BYTES_PER_S / 1000, RELAY_BURST_BYTES);

  /** `own`: our id, which others name as well. */
  constructor(own: MemberId) {
    this.#own = prefixOf(own);
  }

  update(now: number, room: RoomId, { members }: LinksView): void {
    const near = members.filter(isNear);
    const known = new Set(members.filter((member) => !needsRelay(member)).map(({ id }) => prefixOf(id)));
    known.add(this.#own);
    const before = this.#since.get(room);
    const since = new Map<string, number>();
    const routes = new Map<string, Route>();
    for (const member of near.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
      for (const { prefix, address, roundTripMs } of member.heard) {
        // A round trip of pings: it is reached from there both ways.
        if (known.has(prefix) || roundTripMs === undefined) continue;
        if (since.size >= RELAYED_MAX && !since.has(prefix)) continue;
        const at = before?.get(prefix) ?? now;
        since.set(prefix, at);
        const canBeIntroduced = this.hasIpv4 && address !== undefined;
        if (now - at >= (canBeIntroduced ? RELAY_AFTER_MS : RELAY_AT_ONCE_MS) && !routes.has(prefix))
          routes.set(prefix, { relay: member.address, prefix, address: address ?? unaddressed(prefix) });
      }
    }
    this.#since.set(room, since);
    const addresses = new Map([...routes.values()].map(({ prefix, address }) => [prefix, address]));
    for (const { id, address } of near) addresses.set(prefixOf(id), address);
    this.#rooms.set(room, {
      routes: [...routes.values()],
      borrowed: this.#borrowed(members, routes),
      near: new Map(near.map(({ id, address }) => [keyOf(address), prefixOf(id)])),
      addresses,
    });
  }

  forget(room: RoomId): void {
    this.#rooms.delete(room);
    this.#since.delete(room);
  }

  of(room: RoomId): readonly Route[] {
    const view = this.#rooms.get(room);
    return view === undefined ? [] : [...view.routes, ...view.borrowed];
  }

  /** Through whom what is for this address alone goes; undefined where it goes straight. */
  routeTo({ host, port }: Address): Route | undefined {
    for (const { routes } of this.#rooms.values())
      for (const route of routes)
        if (route.address.host === host && (route.address.port === port || isUnaddressed(host))) return route;
    return undefined;
  }

  /** Undefined where we do not know both ends, or have passed on too much already. */
  pass(now: number, from: Address, envelope: Exclude<Envelope, { kind: 'broadcast' }>): Passed | undefined {
    for (const { near, addresses, routes } of this.#rooms.values()) {
      const sender = near.get(keyOf(from));
      const address = addresses.get(envelope.prefix);
      if (sender === undefined || address === undefined || sender === envelope.prefix) continue;
      const isNearToo = near.get(keyOf(address)) === envelope.prefix;
      if (envelope.kind === 'to') {
        if (!isNearToo) continue;
        if (!this.#bucket.take(now, envelope.inner.length)) return undefined;
        return {
          kind: 'on',
          to: address,
          datagram: forRelay('from', sender, { bytes: envelope.inner.slice() }),
        };
      }
      if (!routes.some(({ prefix }) => prefix === envelope.prefix)) continue;
      return { kind: 'here', from: { ...address, byRelay: true }, bytes: envelope.inner };
    }
    return undefined;
  }

  /** Who passes on need not be in the room: what is passed on is sealed where the room is private. */
  #borrowed(members: readonly LinkView[], own: ReadonlyMap<string, Route>): Route[] {
    const found: Route[] = [];
    for (const { id, address, away, relayed } of members) {
      if (away || !relayed || own.has(prefixOf(id)) || own.size + found.length >= RELAYED_MAX) continue;
      const route = this.routeTo(address);
      if (route?.prefix === prefixOf(id)) found.push(route);
    }
    return found;
  }
}

const PREFIX_DIGITS = 16;
const prefixOf = (id: string): string => id.slice(0, PREFIX_DIGITS);
const keyOf = ({ host, port }: Address): string => `${host} ${port}`;

const needsRelay = ({ away, straight }: LinkView): boolean => away || !straight;
const isNear = ({ away, straight, hearsUs, roundTripMs }: LinkView): boolean =>
  !away && straight && hearsUs === true && roundTripMs !== undefined;
