/**
 * What the packet filter of Linux does with one packet, as far as its rules can be read: `nft -j list ruleset`, which
 * also lists what iptables, ufw and firewalld have put there. Pure. What is not understood makes a verdict `maybe`.
 */

/** A packet as the filter sees it. */
export interface FilterPacket {
  readonly hook: 'ingress' | 'input' | 'output';
  /** The interface that it comes by or leaves by. */
  readonly device: string;
  readonly source?: string;
  readonly destination: string;
  readonly port: number;
  readonly kind: 'host' | 'multicast' | 'broadcast';
}

export interface FilterRule {
  readonly family: string;
  readonly table: string;
  readonly chain: string;
}

export interface FilterVerdict {
  readonly outcome: 'accept' | 'drop' | 'maybe';
  /** Where it is dropped. */
  readonly by?: FilterRule;
}

interface Chain extends FilterRule {
  readonly hook?: string;
  readonly device?: string;
  readonly priority: number;
  readonly policy: string;
  readonly rules: readonly (readonly unknown[])[];
}

type Json = Readonly<Record<string, unknown>>;
const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null;
const field = (value: unknown, name: string): unknown => (isJson(value) ? value[name] : undefined);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** How deep chains may jump: nftables itself allows 16. */
const DEPTH_MAX = 16;

export class PacketFilter {
  readonly #chains: readonly Chain[];

  private constructor(chains: readonly Chain[]) {
    this.#chains = chains;
  }

  /** Of the output of `nft -j list ruleset`; undefined where it is no such thing. */
  static parse(output: string): PacketFilter | undefined {
    let items: unknown;
    try {
      items = field(JSON.parse(output), 'nftables');
    } catch {
      return undefined;
    }
    if (!Array.isArray(items)) return undefined;
    const rules = new Map<string, unknown[][]>();
    for (const item of items) {
      const rule = field(item, 'rule');
      const statements = field(rule, 'expr');
      if (!Array.isArray(statements)) continue;
      const key = keyOf(rule, text(field(rule, 'chain')));
      rules.set(key, [...(rules.get(key) ?? []), statements]);
    }
    const chains = items.flatMap((item) => {
      const chain = field(item, 'chain');
      return isJson(chain) ? [chainOf(chain, rules)] : [];
    });
    return new PacketFilter(chains);
  }

  judge(packet: FilterPacket): FilterVerdict {
    let isSure = true;
    const bases = this.#chains
      .filter((chain) => chain.hook === packet.hook && isForIpv4(chain, packet))
      .toSorted((a, b) => a.priority - b.priority);
    for (const base of bases) {
      const ended = this.#run(base, packet, 0);
      if (ended.kind === 'drop' && ended.isSure) return { outcome: 'drop', by: ended.by };
      if (ended.kind === 'return' && base.policy === 'drop') {
        if (ended.isSure) return { outcome: 'drop', by: ruleOf(base) };
        isSure = false;
      }
      isSure &&= ended.isSure;
    }
    return { outcome: isSure ? 'accept' : 'maybe' };
  }

  #run(chain: Chain, packet: FilterPacket, depth: number): Ended {
    let isSure = true;
    for (const statements of chain.rules) {
      const ended = this.#rule(chain, statements, packet, depth);
      isSure &&= ended.isSure;
      if (ended.kind !== 'next') return { ...ended, isSure };
    }
    return { kind: 'return', isSure, by: ruleOf(chain) };
  }

  #rule(chain: Chain, statements: readonly unknown[], packet: FilterPacket, depth: number): Ended {
    const by = ruleOf(chain);
    let matches: boolean | undefined = true;
    for (const statement of statements) {
      const name = isJson(statement) ? (Object.keys(statement)[0] ?? '') : '';
      if (name === 'match') {
        const one = matchOf(field(statement, 'match'), packet);
        if (one === false) return { kind: 'next', isSure: true, by };
        if (one === undefined) matches = undefined;
      } else if (name === 'limit' || name === 'xt' || name === 'vmap') {
        matches = undefined;
      } else if (name === 'drop' || name === 'reject' || name === 'accept' || name === 'return') {
        if (matches === undefined) return { kind: 'next', isSure: false, by };
        return { kind: name === 'reject' ? 'drop' : name, isSure: true, by };
      } else if (name === 'jump' || name === 'goto') {
        const target = this.#find(chain, text(field(field(statement, name), 'target')));
        if (matches === undefined || target === undefined || depth >= DEPTH_MAX)
          return { kind: 'next', isSure: false, by };
        const ended = this.#run(target, packet, depth + 1);
        if (ended.kind !== 'return' || name === 'goto') return ended;
        if (!ended.isSure) return { kind: 'next', isSure: false, by };
      }
    }
    return { kind: 'next', isSure: true, by };
  }

  #find({ family, table }: Chain, name: string): Chain | undefined {
    return this.#chains.find((one) => one.family === family && one.table === table && one.chain === name);
  }
}

interface Ended {
  readonly kind: 'next' | 'return' | 'accept' | 'drop';
  readonly isSure: boolean;
  readonly by: FilterRule;
}

const keyOf = (owner: unknown, chain: string): string =>
  `${text(field(owner, 'family'))} ${text(field(owner, 'table'))} ${chain}`;
const ruleOf = ({ family, table, chain }: Chain): FilterRule => ({ family, table, chain });

function chainOf(chain: Json, rules: ReadonlyMap<string, unknown[][]>): Chain {
  const hook = text(chain['hook']);
  const device = text(chain['dev']);
  const name = text(chain['name']);
  const priority = Number(chain['prio']);
  return {
    family: text(chain['family']),
    table: text(chain['table']),
    chain: name,
    policy: text(chain['policy']) || 'accept',
    priority: Number.isFinite(priority) ? priority : 0,
    rules: rules.get(keyOf(chain, name)) ?? [],
    ...(hook === '' ? {} : { hook }),
    ...(device === '' ? {} : { device }),
  };
}

function isForIpv4({ family, device, hook }: Chain, packet: FilterPacket): boolean {
  if (hook === 'ingress') return device === packet.device;
  return family === 'inet' || family === 'ip';
}

/** Undefined: cannot be said. */
function matchOf(match: unknown, packet: FilterPacket): boolean | undefined {
  const value = valueOf(field(match, 'left'), packet);
  if (value === undefined) return undefined;
  const right = field(match, 'right');
  const operator = text(field(match, 'op'));
  if (operator === '==' || operator === 'in') return isAmong(value, right);
  if (operator === '!=') {
    const isEqual = isAmong(value, right);
    return isEqual === undefined ? undefined : !isEqual;
  }
  const [a, b] = [Number(value), Number(right)];
  if (Number.isNaN(a) || Number.isNaN(b)) return undefined;
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    default:
      return undefined;
  }
}

function valueOf(left: unknown, packet: FilterPacket): string | number | undefined {
  const meta = text(field(field(left, 'meta'), 'key'));
  if (meta !== '') return metaOf(meta, packet);
  const payload = field(left, 'payload');
  if (payload !== undefined) {
    switch (`${text(field(payload, 'protocol'))} ${text(field(payload, 'field'))}`) {
      case 'ip daddr':
        return packet.destination;
      case 'ip saddr':
        return packet.source;
      case 'ip protocol':
        return 'udp';
      case 'udp dport':
      case 'th dport':
        return packet.port;
      case 'tcp dport':
      case 'tcp sport':
      case 'icmp type':
      case 'ip6 daddr':
      case 'ip6 saddr':
        return 'not-this-protocol';
      default:
        return undefined;
    }
  }
  if (text(field(field(left, 'ct'), 'key')) === 'state') return 'new';
  if (text(field(field(left, 'fib'), 'result')) === 'type')
    return packet.kind === 'host' ? 'local' : packet.kind;
  return undefined;
}

function metaOf(key: string, { device, hook, kind }: FilterPacket): string | undefined {
  switch (key) {
    case 'iifname':
    case 'iif':
      return hook === 'output' ? '' : device;
    case 'oifname':
    case 'oif':
      return hook === 'output' ? device : '';
    case 'l4proto':
      return 'udp';
    case 'nfproto':
      return 'ipv4';
    case 'protocol':
      return 'ip';
    case 'pkttype':
      return hook === 'output' ? undefined : kind;
    default:
      return undefined;
  }
}

const PROTOCOL_NUMBERS: Readonly<Record<string, string>> = { '17': 'udp', '6': 'tcp', '1': 'icmp' };

function isAmong(value: string | number, right: unknown): boolean | undefined {
  if (typeof right === 'number' || typeof right === 'string') {
    // `@name` is a set by name, whose elements are listed elsewhere.
    if (text(right).startsWith('@')) return undefined;
    if (text(right).endsWith('*')) return String(value).startsWith(text(right).slice(0, -1));
    return (
      String(value) === (value === 'udp' ? (PROTOCOL_NUMBERS[String(right)] ?? String(right)) : String(right))
    );
  }
  const members = Array.isArray(right) ? right : field(right, 'set');
  if (Array.isArray(members)) {
    const each = members.map((one) => isAmong(value, one));
    if (each.includes(true)) return true;
    return each.includes(undefined) ? undefined : false;
  }
  const range = field(right, 'range');
  if (Array.isArray(range)) {
    const [from, to] = range.map((end) => numberOf(end));
    const at = numberOf(value);
    return from === undefined || to === undefined || at === undefined ? undefined : at >= from && at <= to;
  }
  const prefix = field(right, 'prefix');
  if (prefix !== undefined) {
    const base = numberOf(text(field(prefix, 'addr')));
    const at = numberOf(value);
    const length = Number(field(prefix, 'len'));
    if (base === undefined || at === undefined || !(length >= 0 && length <= 32)) return undefined;
    const size = 2 ** (32 - length);
    return Math.floor(at / size) === Math.floor(base / size);
  }
  return undefined;
}

/** Of a number, or of an IPv4 address. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  const parts = text(value).split('.');
  if (parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part)))
    return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
  return undefined;
}

/** The command that opens the ports, by whoever keeps the rules. */
export function openingCommand(
  rule: FilterRule,
  hook: 'input' | 'output',
  first: number,
  last: number,
): string {
  const { family, table, chain } = rule;
  if (table === 'firewalld' || chain.startsWith('filter_IN'))
    return `firewall-cmd --permanent --add-port=${first}-${last}/udp && firewall-cmd --reload`;
  if (chain.startsWith('ufw')) return `ufw allow ${hook === 'output' ? 'out ' : ''}${first}:${last}/udp`;
  const isOfIptables = table === 'filter' && (chain === 'INPUT' || chain === 'OUTPUT');
  if (isOfIptables) return `iptables -I ${chain} -p udp --dport ${first}:${last} -j ACCEPT`;
  return `nft insert rule ${family} ${table} ${chain} udp dport ${first}-${last} accept`;
}
