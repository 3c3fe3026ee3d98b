/** Who hears whom in a room, as far as HELLOs tell: what the doctor draws, and what goes by other ways is decided from. */
import type { MemberId } from '../../base/ids.ts';
import type { Address, LinkView, Way } from '../api.ts';
import { LINKS_MAX } from '../limits.ts';
import { SHORT_PREFIX_BYTES } from '../wire/hello.ts';
import type { HelloFrame } from '../wire/hello.ts';
import type { HeardEntry } from '../wire/heard.ts';

export const shortPrefix = (id: MemberId): string => id.slice(0, 2 * SHORT_PREFIX_BYTES);

/** Whom one member hears. */
export class HeardBy {
  readonly #entries = new Map<string, HeardEntry>();

  note(hello: HelloFrame): void {
    if (hello.heardAll) this.#entries.clear();
    for (const entry of hello.heard) {
      this.#entries.delete(entry.prefix);
      if (this.#entries.size >= LINKS_MAX) {
        const oldest = this.#entries.keys().next();
        if (!oldest.done) this.#entries.delete(oldest.value);
      }
      this.#entries.set(entry.prefix, entry);
    }
  }

  of(id: MemberId): HeardEntry | undefined {
    return this.#entries.get(shortPrefix(id));
  }

  entries(): readonly HeardEntry[] {
    return [...this.#entries.values()];
  }
}

interface Row {
  readonly id: MemberId;
  readonly name: string;
  readonly address: Address;
  readonly lastHeardAt: number;
  readonly away: boolean;
  readonly reception: { readonly loss: number };
  readonly roundTripMs: number | undefined;
  readonly hearsUs: boolean | undefined;
  readonly datagramBytesMax: number;
  readonly clockAheadMs: number | undefined;
  readonly clonedAt: number | undefined;
  readonly heardBy: HeardBy;
  readonly hearsMulticast: boolean | undefined;
}

/** `byMulticast`: its HELLOs come so. `straight`: by any way but another member. `relayed`: only through another one. */
export function linkView(
  now: number,
  row: Row,
  reached: {
    readonly byMulticast: boolean;
    readonly straight: boolean;
    readonly relayed: boolean;
    readonly way: Way | undefined;
    readonly ipv6Alone: string | undefined;
    readonly confirmedPacketBytes?: number;
    readonly limitBytes?: number;
  },
): LinkView {
  const { id, name, address, away, reception, datagramBytesMax } = row;
  const {
    byMulticast,
    straight,
    relayed,
    way,
    ipv6Alone,
    confirmedPacketBytes: pathMtu,
    limitBytes,
  } = reached;
  // Who came by unicast and has not said yet most likely hears us no other way either; nor does who fell silent, whatever it
  // said: pings, which are unicast, may be all that still passes, and keep both from missing each other.
  const hearsMulticast = straight || relayed ? row.hearsMulticast : undefined;
  return {
    id,
    name,
    address,
    away,
    silentMs: Math.max(0, Math.round(now - row.lastHeardAt)),
    loss: reception.loss,
    datagramBytesMax,
    isCloned: row.clonedAt !== undefined,
    heard: row.heardBy.entries(),
    byMulticast,
    straight,
    relayed,
    ...(way === undefined ? {} : { way }),
    ...(ipv6Alone === undefined ? {} : { ipv6Alone }),
    needsCopies: !(hearsMulticast ?? byMulticast),
    ...(pathMtu === undefined ? {} : { pathMtu, isPathLimited: limitBytes !== undefined }),
    ...(row.roundTripMs === undefined ? {} : { roundTripMs: row.roundTripMs }),
    ...(row.hearsUs === undefined ? {} : { hearsUs: row.hearsUs }),
    ...(row.clockAheadMs === undefined ? {} : { clockAheadMs: row.clockAheadMs }),
  };
}
