/** What an interface is: a card of the machine, or something that some program made. */
import { existsSync, readFileSync } from 'node:fs';

export type InterfaceKind = 'ethernet' | 'wifi' | 'vpn' | 'virtual' | 'container' | 'loopback';

/** By name, where the system says no more: Linux, macOS, and the friendly names of Windows. */
const NAMES: readonly (readonly [RegExp, InterfaceKind])[] = [
  [/^(docker|br-[0-9a-f]{12}|cni|flannel|cali|podman|lxc|lxdbr|nerdctl)/i, 'container'],
  [
    /^(tun|tap|wg|ppp|utun|ipsec|tailscale|zt|nordlynx|proton|cscotun|gpd)|wireguard|openvpn|tap-windows|vpn/i,
    'vpn',
  ],
  [/^(virbr|vmnet|vboxnet|vnet|vethernet|bridge\d|anpi|awdl|llw)|virtualbox|vmware|hyper-v|wsl/i, 'virtual'],
  [/^(wl|wlan|wifi|ath|ra\d)|wi-?fi|wireless|wlan/i, 'wifi'],
];

/** Which kinds come first: what people plug in, before what programs make. */
const RANK: Readonly<Record<InterfaceKind, number>> = {
  ethernet: 0,
  wifi: 1,
  virtual: 2,
  vpn: 3,
  container: 4,
  loopback: 5,
};

export const rankOf = (kind: InterfaceKind): number => RANK[kind];

/** ARPHRD_NONE: no link layer, as of a tunnel. */
const TYPE_NONE = '65534';

export function kindOf(
  name: string,
  loopback: boolean,
  read: (figure: string) => string | undefined = sysfs(name),
): InterfaceKind {
  if (loopback) return 'loopback';
  if (read('wireless') !== undefined || read('phy80211') !== undefined) return 'wifi';
  if (read('tun_flags') !== undefined || read('type') === TYPE_NONE) return 'vpn';
  return NAMES.find(([pattern]) => pattern.test(name))?.[1] ?? 'ethernet';
}

/** A figure of `/sys/class/net`, or that it is there; undefined off Linux. */
function sysfs(name: string): (figure: string) => string | undefined {
  return (figure) => {
    const path = `/sys/class/net/${name}/${figure}`;
    try {
      return readFileSync(path, 'utf8').trim();
    } catch {
      return existsSync(path) ? '' : undefined;
    }
  };
}
