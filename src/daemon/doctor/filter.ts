/**
 * What the packet filter of Linux does with one packet, as far as its rules can be read. Pure. Chains come from `nft`
 * (nft.ts) and from iptables (iptables.ts), both as statements in the JSON of nftables. What is not understood makes
 * a verdict `maybe`, unless it could only have done the same.
 */
import { field, isAmong, isJson, matchOf, text, valueOf } from './match.ts';

/** A packet as the filter sees it. */
export interface FilterPacket {
  readonly hook: 'ingress' | 'prerouting' | 'input' | 'output' | 'postrouting';
  /** The interface that it comes by or leaves by. */
  readonly device: string;
  readonly source?: string;
  readonly destination: string;
  readonly port: number;
  readonly kind: 'host' | 'multicast' | 'broadcast';
}

/** Who put a chain there, and so by which command it is changed. */
export type Keeper = 'nft' | 'ufw' | 'firewalld' | IptablesProgram;
export type IptablesProgram = `${'iptables' | 'ip6tables'}${'' | '-nft' | '-legacy'}`;

export interface FilterRule {
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  readonly keeper: Keeper;
}

export interface FilterVerdict {
  readonly outcome: 'accept' | 'drop' | 'maybe';
  /** Where it is dropped. */
  readonly by?: FilterRule;
}

export interface Chain extends FilterRule {
  readonly hook?: string;
  readonly device?: string;
  readonly priority: number;
  readonly policy: string;
  readonly rules: readonly (readonly unknown[])[];
}

/** How deep chains may jump: nftables itself allows 16. */
const DEPTH_MAX = 16;
/** Rules looked at for one packet: chains that fork at every jump would take for ever. */
const RULES_MAX = 20_000;

export const isIpv6Packet = ({ destination }: Pick<FilterPacket, 'destination'>): boolean =>
  destination.includes(':');

export class PacketFilter {
  readonly #chains: readonly Chain[];

  constructor(chains: readonly Chain[]) {
    this.#chains = chains;
  }

  judge(packet: FilterPacket): FilterVerdict {
    let isSure = true;
    const bases = this.#chains
      .filter((chain) => chain.hook === packet.hook && sees(chain, packet))
      .toSorted((a, b) => a.priority - b.priority);
    for (const base of bases) {
      const walk = new Walk(this.#chains, packet);
      const ended = walk.run(base, 0);
      const isDropped = ended.kind === 'drop' || (ended.kind === 'next' && base.policy === 'drop');
      if (isDropped && !walk.mayAccept) return { outcome: 'drop', by: ended.by };
      if (isDropped || walk.mayDrop) isSure = false;
    }
    return { outcome: isSure ? 'accept' : 'maybe' };
  }
}

function sees({ family, device, hook }: Chain, packet: FilterPacket): boolean {
  if (hook === 'ingress') return device === packet.device;
  return family === 'inet' || family === (isIpv6Packet(packet) ? 'ip6' : 'ip');
}

interface Ended {
  readonly kind: 'next' | 'return' | 'accept' | 'drop';
  readonly by: FilterRule;
}

const VERDICTS = new Set(['drop', 'reject', 'accept', 'return', 'jump', 'goto']);
/** Matches of iptables that nft does not show, and what goes by how often. */
const UNCERTAIN = new Set(['limit', 'xt', 'quota', 'meter']);

/** One packet through one base chain. */
class Walk {
  /** Something that cannot be said for sure may have let it through, or stopped it. */
  mayAccept = false;
  mayDrop = false;
  #rulesLeft = RULES_MAX;
  readonly #chains: readonly Chain[];
  readonly #packet: FilterPacket;

  constructor(chains: readonly Chain[], packet: FilterPacket) {
    this.#chains = chains;
    this.#packet = packet;
  }

  /** `next`: the end of the chain. */
  run(chain: Chain, depth: number): Ended {
    for (const statements of chain.rules) {
      if (--this.#rulesLeft < 0) {
        this.#unsure();
        break;
      }
      const ended = this.#rule(chain, statements, depth);
      if (ended.kind === 'return') break;
      if (ended.kind !== 'next') return ended;
    }
    return { kind: 'next', by: ruleOf(chain) };
  }

  #rule(chain: Chain, statements: readonly unknown[], depth: number): Ended {
    const next = { kind: 'next', by: ruleOf(chain) } as const;
    let isSure = true;
    for (const statement of statements) {
      const name = isJson(statement) ? (Object.keys(statement)[0] ?? '') : '';
      if (name === 'match') {
        const matches = matchOf(field(statement, 'match'), this.#packet);
        if (matches === false) return next;
        if (matches === undefined) isSure = false;
      } else if (UNCERTAIN.has(name)) {
        isSure = false;
      } else if (name === 'vmap') {
        const chosen = this.#ofMap(field(statement, 'vmap'));
        if (chosen === 'unknown') this.#unsure();
        else if (chosen !== undefined) return this.#verdict(chain, chosen, isSure, depth);
      } else if (VERDICTS.has(name)) {
        return this.#verdict(chain, statement, isSure, depth);
      }
    }
    return next;
  }

  #verdict(chain: Chain, statement: unknown, isSure: boolean, depth: number): Ended {
    const next = { kind: 'next', by: ruleOf(chain) } as const;
    const name = isJson(statement) ? (Object.keys(statement)[0] ?? '') : '';
    if (name !== 'jump' && name !== 'goto') return this.#final(name, ruleOf(chain), isSure);
    const target = this.#find(chain, text(field(field(statement, name), 'target')));
    if (target === undefined || depth >= DEPTH_MAX) {
      this.#unsure();
      return next;
    }
    const ended = this.run(target, depth + 1);
    if (ended.kind !== 'next') return this.#final(ended.kind, ended.by, isSure);
    return name === 'goto' ? this.#final('return', ruleOf(chain), isSure) : next;
  }

  /** Where the rule may not match, the packet goes on, and what would have become of it is remembered. */
  #final(name: string, by: FilterRule, isSure: boolean): Ended {
    const kind = name === 'reject' || name === 'drop' ? 'drop' : name === 'accept' ? 'accept' : 'return';
    if (isSure) return { kind, by };
    if (kind !== 'drop') this.mayAccept = true;
    if (kind !== 'accept') this.mayDrop = true;
    return { kind: 'next', by };
  }

  /** The verdict of a map for this packet; undefined: none of it. */
  #ofMap(map: unknown): unknown {
    const value = valueOf(field(map, 'key'), this.#packet);
    const pairs = field(field(map, 'data'), 'set');
    if (value === undefined || !Array.isArray(pairs)) return 'unknown';
    for (const pair of pairs) {
      const [key, verdict]: readonly unknown[] = Array.isArray(pair) ? pair : [];
      const matches = isAmong(value, key);
      if (matches === undefined) return 'unknown';
      if (matches) return verdict;
    }
    return undefined;
  }

  #unsure(): void {
    this.mayAccept = true;
    this.mayDrop = true;
  }

  /** Of the same table: iptables of both kinds may have one of the same name. */
  #find({ family, table, keeper }: Chain, name: string): Chain | undefined {
    return this.#chains.find(
      (one) => one.family === family && one.table === table && one.keeper === keeper && one.chain === name,
    );
  }
}

const ruleOf = ({ family, table, chain, keeper }: Chain): FilterRule => ({ family, table, chain, keeper });
