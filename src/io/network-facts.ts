/** What the engine knows of the network: for the doctor. */
import type { RoomId } from '../base/ids.ts';
import type { Counters, LinksView } from '../core/api.ts';
import type { EngineConfig } from './engine-messages.ts';
import type { Traffic } from './driver.ts';
import type { InterfaceKind } from './interface-kind.ts';
import { interfaceOf, listInterfaces, presentInterfaces } from './interfaces.ts';
import type { NetworkInterface } from './interfaces.ts';
import type { Beats } from './sockets/beats.ts';
import type { ChosenSockets } from './sockets/choose.ts';
import type { DatagramPort } from './sockets/port.ts';

export interface InterfaceFacts {
  readonly name: string;
  readonly address: string;
  readonly ipv6?: string;
  readonly kind: InterfaceKind;
  readonly used: boolean;
  readonly multicast: boolean;
  readonly mtuBytes?: number;
  /** That are there and have an address on its networks. */
  readonly members: number;
  /** Undefined where nothing was sent there yet, or too short a time ago. */
  readonly ownComesBack?: boolean;
  /** The switch there forgets a group so long after it was asked for it; undefined: it does not, or it cannot be said. */
  readonly forgetsAfterMs?: number;
}

export interface NetworkFacts {
  readonly path: 'fast' | 'portable';
  readonly pathReason?: string;
  readonly port: number;
  readonly unicastPort: number;
  readonly interfaces: readonly InterfaceFacts[];
  readonly groups: readonly string[];
  readonly counters: Counters;
  readonly traffic: Traffic;
  readonly rooms: readonly RoomLinks[];
}

interface RoomLinks {
  readonly room: RoomId;
  readonly links: LinksView;
}

export type AskNetwork = (rooms: readonly RoomLinks[], counters: Counters, traffic: Traffic) => NetworkFacts;

export function networkFacts(
  config: Pick<EngineConfig, 'port' | 'interfaces'>,
  { path, reason }: ChosenSockets,
  port: DatagramPort,
  beats: Beats | undefined,
): AskNetwork {
  return (rooms, counters, traffic) => {
    const all = listInterfaces();
    const used = new Set(presentInterfaces(all, config.interfaces).used);
    const facts = port.facts();
    const neighbours = neighboursOf(all, rooms);
    const interfaces = all.map((one) => {
      const { name, address, ipv6, kind, multicast, mtuBytes } = one;
      const forgetsAfterMs = beats?.forgetsAfterMs(name);
      const echo = facts.interfaces.find((sent) => sent.name === name)?.ownComesBack;
      return {
        name,
        address,
        kind,
        used: used.has(one),
        multicast,
        members: neighbours.get(name) ?? 0,
        ...(ipv6 === undefined ? {} : { ipv6 }),
        ...(mtuBytes === undefined ? {} : { mtuBytes }),
        ...(forgetsAfterMs === undefined ? {} : { forgetsAfterMs }),
        ...(echo === undefined ? {} : { ownComesBack: echo }),
      };
    });
    return {
      path,
      port: config.port,
      unicastPort: port.unicastPort,
      interfaces,
      groups: facts.groups,
      counters,
      traffic,
      rooms,
      ...(reason === undefined ? {} : { pathReason: reason }),
    };
  };
}

/** How many members are on the networks of each interface, by its name. */
function neighboursOf(
  all: readonly NetworkInterface[],
  rooms: readonly RoomLinks[],
): ReadonlyMap<string, number> {
  const present = rooms.flatMap(({ links }) =>
    links.members.filter(({ away, relayed }) => !away && !relayed),
  );
  const hosts = new Map(present.map(({ id, address }) => [id, address.host]));
  const counts = new Map<string, number>();
  for (const host of hosts.values()) {
    const name = host.split('%')[1] ?? interfaceOf(all, host)?.name;
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
