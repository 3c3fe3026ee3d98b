/** The network at this moment, for those who watch it. */
import type { LinkInfo, NetworkNow } from '../contract/network.ts';
import type { LinkView } from '../core/api.ts';
import type { EngineQuestions } from './engine-questions.ts';
import { ApiFault } from './fault.ts';
import { CLASSIC_ROOM } from './room-entry.ts';
import type { Rooms } from './rooms.ts';

export async function networkNow(rooms: Rooms, questions: EngineQuestions): Promise<NetworkNow> {
  const facts = await questions.network(rooms.activeIds().filter((id) => id !== CLASSIC_ROOM));
  if (facts === undefined) throw new ApiFault('engine-failed', { detail: 'no answer' });
  const byId = new Map<string, LinkInfo>();
  for (const { links } of facts.rooms)
    for (const view of links.members) {
      const known = byId.get(view.id);
      // Of several rooms the one in which the member was heard last tells most.
      if (known === undefined || view.silentMs < known.silentMs) byId.set(view.id, linkOf(view));
    }
  const links = [...byId.values()].toSorted((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1));
  return { at: Date.now(), ...facts.traffic, links };
}

function linkOf(view: LinkView): LinkInfo {
  const { id, name, address, away, silentMs, loss, roundTripMs, hearsUs, way, isPathLimited, pathMtu } = view;
  return {
    id,
    name,
    address: address.host,
    away,
    silentMs,
    way: way ?? 'multicast',
    loss,
    ...(roundTripMs === undefined ? {} : { roundTripMs }),
    ...(isPathLimited === true && pathMtu !== undefined ? { narrowBytes: pathMtu } : {}),
    ...(hearsUs === undefined ? {} : { hearsUs }),
  };
}
