/** Hot-plug: no platform tells Node of a cable, so the list is read anew every INTERFACE_POLL_MS. */
import type { NetworkInterfaceView } from './engine-messages.ts';
import { listInterfaces, presentInterfaces, sameInterfaces } from './interfaces.ts';
import type { InterfaceChoice, NetworkInterface } from './interfaces.ts';
import { INTERFACE_POLL_MS } from './limits.ts';

export class InterfaceWatch {
  readonly #timer: NodeJS.Timeout;

  /** `names` as given by the user; `onChange` for every list that differs from the one before. */
  constructor(
    names: readonly string[],
    used: readonly NetworkInterface[],
    onChange: (choice: InterfaceChoice) => void,
  ) {
    let known = used;
    this.#timer = setInterval(() => {
      const choice = presentInterfaces(listInterfaces(), names);
      if (sameInterfaces(known, choice.used)) return;
      known = choice.used;
      onChange(choice);
    }, INTERFACE_POLL_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

export function interfaceView(one: NetworkInterface): NetworkInterfaceView {
  const { name, address, ipv6, loopback } = one;
  return { name, address, loopback, ...(ipv6 === undefined ? {} : { ipv6 }) };
}
