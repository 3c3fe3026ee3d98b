/** Chains of `nft -j list ruleset`, which also lists what iptables-nft, ufw and firewalld have put there. Pure. */
import type { Chain, Keeper } from './filter.ts';
import { field, isJson, text } from './match.ts';

type Json = Readonly<Record<string, unknown>>;

/** Undefined where it is no such thing. */
export function chainsOfNft(output: string): readonly Chain[] | undefined {
  let items: unknown;
  try {
    items = field(JSON.parse(output), 'nftables');
  } catch {
    return undefined;
  }
  if (!Array.isArray(items)) return undefined;
  const rules = new Map<string, unknown[][]>();
  const ufw = new Set<string>();
  for (const item of items) {
    const rule = field(item, 'rule');
    const statements = field(rule, 'expr');
    const chain = field(item, 'chain');
    if (isUfw(text(field(chain, 'name')))) ufw.add(keyOf(chain, ''));
    if (!Array.isArray(statements)) continue;
    const key = keyOf(rule, text(field(rule, 'chain')));
    const known = rules.get(key);
    if (known === undefined) rules.set(key, [statements]);
    else known.push(statements);
  }
  return items.flatMap((item) => {
    const chain = field(item, 'chain');
    if (!isJson(chain)) return [];
    const keeper = ufw.has(keyOf(chain, '')) ? 'ufw' : keeperOf(chain);
    return [chainOf(chain, keeper, rules.get(keyOf(chain, text(chain['name']))) ?? [])];
  });
}

export const isUfw = (chain: string): boolean => /^ufw6?-/.test(chain);

const keyOf = (owner: unknown, chain: string): string =>
  `${text(field(owner, 'family'))} ${text(field(owner, 'table'))} ${chain}`;

function keeperOf(chain: Json): Keeper {
  const [family, table, name] = [text(chain['family']), text(chain['table']), text(chain['name'])];
  if (table === 'firewalld') return 'firewalld';
  // Where iptables itself cannot be asked: its built-in chains, and those of its users beside them.
  const isOfIptables = (family === 'ip' || family === 'ip6') && name !== '' && name === name.toUpperCase();
  if (isOfIptables && ['filter', 'mangle', 'raw', 'security'].includes(table))
    return family === 'ip' ? 'iptables' : 'ip6tables';
  return 'nft';
}

function chainOf(chain: Json, keeper: Keeper, rules: readonly unknown[][]): Chain {
  const hook = text(chain['hook']);
  const device = text(chain['dev']);
  const priority = Number(chain['prio']);
  return {
    family: text(chain['family']),
    table: text(chain['table']),
    chain: text(chain['name']),
    keeper,
    policy: text(chain['policy']) || 'accept',
    priority: Number.isFinite(priority) ? priority : 0,
    rules,
    ...(hook === '' ? {} : { hook }),
    ...(device === '' ? {} : { device }),
  };
}
