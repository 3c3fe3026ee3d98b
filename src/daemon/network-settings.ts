/** Hops and group range of multicast: remembered, and fixed for a run, because every socket and every room goes by them. */
import { GROUP_RANGE_DEFAULT, HOPS_DEFAULT, HOPS_MAX, isGroupRange } from '../contract/network.ts';
import type { NetworkSettings as NetworkSettingsInfo, SetNetwork } from '../contract/network.ts';
import type { Store } from '../store/store.ts';
import { ApiFault } from './fault.ts';

type Values = Pick<NetworkSettingsInfo, 'hops' | 'groupRange'>;

export class NetworkSettings {
  /** What this run uses. */
  readonly active: Values;
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    this.active = this.#kept();
  }

  info(): NetworkSettingsInfo {
    const kept = this.#kept();
    const isSame = kept.hops === this.active.hops && kept.groupRange === this.active.groupRange;
    return { ...kept, fromNextStart: !isSame };
  }

  set({ hops, groupRange }: SetNetwork): NetworkSettingsInfo {
    const { settings } = this.#store;
    const kept = this.#store.attempt(() => {
      if (hops !== undefined) settings.set('multicast-hops', String(hops));
      if (groupRange !== undefined) settings.set('group-range', groupRange);
    });
    if (!kept.ok) throw new ApiFault(kept.error.code, { ...kept.error });
    return this.info();
  }

  #kept(): Values {
    const hops = Number(this.#store.settings.get('multicast-hops') ?? HOPS_DEFAULT);
    const groupRange = this.#store.settings.get('group-range') ?? '';
    return {
      hops: Number.isInteger(hops) && hops >= HOPS_DEFAULT && hops <= HOPS_MAX ? hops : HOPS_DEFAULT,
      groupRange: isGroupRange(groupRange) ? groupRange : GROUP_RANGE_DEFAULT,
    };
  }
}
