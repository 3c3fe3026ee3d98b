/** What an interface is: a card of the machine, or something that some program made. */
import { existsSync, readFileSync } from 'node:fs';

export type InterfaceKind = 'ethernet' | 'wifi' | 'vpn' | 'virtual' | 'container' | 'loopback';

/** By name, where the system says no more: Linux, macOS, and the friendly names of Windows. */
const NAMES: readonly (readonly [RegExp, InterfaceKind])[] = [
  [/^vethernet/i, 'virtual'],
  [/^(docker|br-[0-9a-f]{12}|cni|flannel|cali|podman|lxc|lxdbr|nerdctl|veth)/i, 'container'],
  [
    /^(tun|tap|wg|ppp|utun|ipsec|tailscale|zt|nordlynx|proton|cscotun|gpd)|wireguard|openvpn|tap-windows|vpn/i,
    'vpn',
  ],
  [/^(virbr|vmnet|vboxnet|vnet|bridge\d|anpi|awdl|llw)|virtualbox|vmware|hyper-v|wsl/i, 'virtual'],
  // Windows: what it makes for Wi-Fi Direct, in its two languages here.
  [/^(local area connection|本地连接)\*/i, 'virtual'],
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

/** Of `type`, what tunnels have (linux/if_arp.h): PPP, TUNNEL, TUNNEL6, SIT, IPGRE, IP6GRE, and NONE: no link layer at all. */
const TUNNEL_TYPES: ReadonlySet<string> = new Set(['512', '768', '769', '776', '778', '823', '65534']);

export function kindOf(
  name: string,
  loopback: boolean,
  read: (figure: string) => string | undefined = sysfs(name),
): InterfaceKind {
  if (loopback) return 'loopback';
  if (read('wireless') !== undefined || read('phy80211') !== undefined) return 'wifi';
  if (read('tun_flags') !== undefined || TUNNEL_TYPES.has(read('type') ?? '')) return 'vpn';
  return NAMES.find(([pattern]) => pattern.test(name))?.[1] ?? 'ethernet';
}

/**
 * A part of another interface, which has the addresses that count: a port of a bridge, as containers and virtual machines have one
 * each, or a card of a bond. Each has a link-local IPv6 address, and what goes out there goes out of the whole anyway. Linux alone tells.
 */
export function isPart(name: string, read: (figure: string) => string | undefined = sysfs(name)): boolean {
  const master = read('master/uevent');
  // A VRF is a routing table; its members have addresses of their own.
  return master !== undefined && !/^DEVTYPE=vrf$/m.test(master);
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
