/** The command that lets Starling through, in the words of whoever keeps the rules. To be typed as root. */
import type { FilterRule } from './filter.ts';

/** UDP ports `first` to `last`. */
export function openingCommand(
  { family, table, chain, keeper }: FilterRule,
  direction: 'in' | 'out',
  first: number,
  last: number,
): string {
  switch (keeper) {
    case 'ufw':
      return `ufw allow ${direction === 'out' ? 'out ' : ''}${first}:${last}/udp`;
    case 'firewalld':
      return firewalldCommand(chain, direction, first, last);
    case 'nft':
      return `nft insert rule ${family} ${table} ${chain} udp dport ${first}-${last} accept`;
    default: {
      const of = table === 'filter' ? '' : `-t ${table} `;
      return `${keeper} ${of}-I ${chain} -p udp --dport ${first}:${last} -j ACCEPT`;
    }
  }
}

/** firewalld names its chains for zones and policies. */
function firewalldCommand(chain: string, direction: 'in' | 'out', first: number, last: number): string {
  const [, policy, zone] =
    /^filter_(?:IN|OUT)_(?:policy_([\w-]+?)|([\w-]+?))(?:_(?:pre|log|deny|allow|post))?$/.exec(chain) ?? [];
  const named = policy === undefined ? zone && `zone=${zone}` : `policy=${policy}`;
  // What goes out belongs to policies alone.
  if (direction === 'out' && policy === undefined)
    return `nft insert rule inet firewalld ${chain} udp dport ${first}-${last} accept`;
  const where = named === undefined ? '' : ` --${named}`;
  return `firewall-cmd --permanent${where} --add-port=${first}-${last}/udp && firewall-cmd --reload`;
}

/** Of Windows, in a terminal of an administrator. */
export const windowsCommand = (first: number, last: number): string =>
  `netsh advfirewall firewall add rule name="Starling" dir=in action=allow protocol=UDP localport=${first}-${last}`;
