/** Hops and group range of multicast, and the interfaces that are used: remembered, and fixed for a run, because every socket and every room goes by them. */
import { GROUP_RANGE_DEFAULT, HOPS_DEFAULT, HOPS_MAX, isGroupRange } from '../contract/network.ts';
import type { NetworkSettings as NetworkSettingsInfo, SetNetwork } from '../contract/network.ts';
import { isText } from '../store/damage.ts';
import type { Store } from '../store/store.ts';
import { listInterfaces } from '../io/interfaces.ts';
import { ApiFault } from './fault.ts';

type Values = Pick<NetworkSettingsInfo, 'hops' | 'groupRange' | 'interfaces' | 'quiet'>;

export class NetworkSettings {
  /** What this run uses. */
  readonly active: Values;
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    this.active = this.#kept();
  }

  /**
   * Those of them that are there. Where none is, because the computer is elsewhere today, every usable one is used, as without a
   * choice: a profile that does not start would help nobody.
   */
  presentInterfaces(): readonly string[] {
    const present = new Set(listInterfaces().map(({ name }) => name));
    return this.active.interfaces.filter((name) => present.has(name));
  }

  info(): NetworkSettingsInfo {
    const kept = this.#kept();
    const isSame =
      kept.hops === this.active.hops &&
      kept.groupRange === this.active.groupRange &&
      kept.quiet === this.active.quiet &&
      kept.interfaces.join('/') === this.active.interfaces.join('/');
    const available = listInterfaces()
      .filter(({ name, isPart }) => isPart !== true || kept.interfaces.includes(name))
      .map(({ name, address, loopback }) => ({ name, address, loopback }));
    return { ...kept, available, fromNextStart: !isSame };
  }

  set({ hops, groupRange, interfaces, quiet }: SetNetwork): NetworkSettingsInfo {
    const { settings } = this.#store;
    const kept = this.#store.attempt(() => {
      if (hops !== undefined) settings.set('multicast-hops', String(hops));
      if (groupRange !== undefined) settings.set('group-range', groupRange);
      if (quiet !== undefined) settings.set('quiet', quiet ? 'yes' : 'no');
      if (interfaces !== undefined)
        settings.set('interfaces', JSON.stringify([...new Set(interfaces)].sort()));
    });
    if (!kept.ok) throw new ApiFault(kept.error.code, { ...kept.error });
    return this.info();
  }

  #kept(): Values {
    const { settings, damage } = this.#store;
    const names = settings.get('interfaces');
    const hops = Number(settings.get('multicast-hops') ?? HOPS_DEFAULT);
    const groupRange = settings.get('group-range') ?? '';
    return {
      hops: Number.isInteger(hops) && hops >= HOPS_DEFAULT && hops <= HOPS_MAX ? hops : HOPS_DEFAULT,
      groupRange: isGroupRange(groupRange) ? groupRange : GROUP_RANGE_DEFAULT,
      interfaces: names === undefined ? [] : damage.list('settings.interfaces', names, isText),
      quiet: settings.get('quiet') === 'yes',
    };
  }
}
