/**
 * Chains of `iptables-save` and `ip6tables-save`, of either kind, as statements of nftables. Pure. `nft` lists what
 * iptables-nft has put there with its matches left out, and nothing of iptables-legacy.
 */
import type { Chain, IptablesProgram, Keeper } from './filter.ts';
import { isUfw } from './nft.ts';

/** Priorities of the tables (netfilter_ipv4.h). What `nat` does is no drop. */
const PRIORITIES: Readonly<Record<string, number>> = { raw: -300, mangle: -150, filter: 0, security: 50 };
const HOOKS: Readonly<Record<string, string>> = {
  PREROUTING: 'prerouting',
  INPUT: 'input',
  OUTPUT: 'output',
  POSTROUTING: 'postrouting',
};

interface Growing {
  readonly policy: string;
  readonly rules: unknown[][];
}

/** `program`: whose tables these are, and the name of the command that changes them. */
export function chainsOfIptables(output: string, program: IptablesProgram): readonly Chain[] {
  const chains: Chain[] = [];
  let table = '';
  let growing = new Map<string, Growing>();
  for (const line of output.split('\n')) {
    if (line.startsWith('*')) {
      table = line.slice(1).trim();
      growing = new Map();
    } else if (line.startsWith(':')) {
      const [name = '', policy = ''] = line.slice(1).split(' ');
      growing.set(name, { policy: policy === 'DROP' ? 'drop' : 'accept', rules: [] });
    } else if (line.startsWith('-A ')) {
      const tokens = tokensOf(line);
      const statements = statementsOf(tokens.slice(2), program.startsWith('ip6') ? 'ip6' : 'ip');
      if (statements !== undefined) growing.get(tokens[1] ?? '')?.rules.push(statements);
    } else if (line.startsWith('COMMIT')) {
      chains.push(...tableOf(table, growing, program));
    }
  }
  return chains;
}

function tableOf(table: string, growing: ReadonlyMap<string, Growing>, program: IptablesProgram): Chain[] {
  const priority = PRIORITIES[table];
  if (priority === undefined) return [];
  const family = program.startsWith('ip6') ? 'ip6' : 'ip';
  const keeper: Keeper = [...growing.keys()].some(isUfw) ? 'ufw' : program;
  return [...growing].map(([chain, { policy, rules }]) => {
    const hook = HOOKS[chain];
    return { family, table, chain, keeper, priority, policy, rules, ...(hook === undefined ? {} : { hook }) };
  });
}

const tokensOf = (line: string): readonly string[] =>
  [...line.matchAll(/"((?:[^"\\]|\\.)*)"|\S+/g)].map(([whole, quoted]) => quoted ?? whole);

type Match = { readonly op: '==' | '!='; readonly left: object; readonly right: unknown };

const payload = (protocol: string, name: string): object => ({ payload: { protocol, field: name } });
const meta = (key: string): object => ({ meta: { key } });

/** Modules that do nothing but bring the options below, or say nothing about the packet. */
const MODULES = new Set([
  'udp',
  'multiport',
  'conntrack',
  'state',
  'pkttype',
  'addrtype',
  'comment',
  'limit',
]);
const SILENT = new Set(['--comment', '--limit', '--limit-burst']);

/** Undefined: the rule is about another protocol. */
function statementsOf(tokens: readonly string[], family: 'ip' | 'ip6'): unknown[] | undefined {
  const statements: unknown[] = [];
  let op: Match['op'] = '==';
  for (let at = 0; at < tokens.length; at++) {
    const [option = '', value = ''] = tokens.slice(at, at + 2);
    if (option === '!') {
      op = '!=';
      continue;
    }
    if (option === '-j' || option === '-g') return [...statements, ...targetOf(option, value)];
    if (option === '-p' && op === '==' && !['udp', '17', 'all', '0'].includes(value)) return undefined;
    if (!option.startsWith('-')) continue;
    const match = matchFor(option, value, family);
    if (match !== undefined) statements.push({ match: { op, ...match } });
    else if (option === '-m' ? !MODULES.has(value) : option !== '-p' && !SILENT.has(option))
      statements.push({ xt: null });
    if (option === '-m' && value === 'limit') statements.push({ limit: {} });
    if (option === '-p' && op === '!=' && value === 'udp') return undefined;
    op = '==';
  }
  return statements;
}

function matchFor(option: string, value: string, family: 'ip' | 'ip6'): Omit<Match, 'op'> | undefined {
  switch (option) {
    case '-s':
      return { left: payload(family, 'saddr'), right: networkOf(value) };
    case '-d':
      return { left: payload(family, 'daddr'), right: networkOf(value) };
    case '-i':
      return { left: meta('iifname'), right: value.replace(/\+$/, '*') };
    case '-o':
      return { left: meta('oifname'), right: value.replace(/\+$/, '*') };
    case '--dport':
    case '--dports':
      return { left: payload('udp', 'dport'), right: { set: value.split(',').map(portOf) } };
    case '--sport':
    case '--sports':
      return { left: payload('udp', 'sport'), right: { set: value.split(',').map(portOf) } };
    case '--ctstate':
    case '--state':
      return { left: { ct: { key: 'state' } }, right: { set: value.toLowerCase().split(',') } };
    case '--pkt-type':
      return { left: meta('pkttype'), right: value === 'unicast' ? 'host' : value };
    case '--dst-type':
      return {
        left: { fib: { result: 'type', flags: ['daddr'] } },
        right: { set: value.toLowerCase().split(',') },
      };
    default:
      return undefined;
  }
}

function portOf(value: string): unknown {
  const [first, last] = value.split(':').map(Number);
  return last === undefined ? first : { range: [first, last] };
}

/** `addr/length`; a mask that is no prefix is nothing that can be said for sure. */
function networkOf(value: string): unknown {
  const [addr = '', len] = value.split('/');
  return len === undefined ? addr : { prefix: { addr, len: Number(len) } };
}

/** Targets that let the packet go on. */
const PASSING = new Set([
  'LOG',
  'NFLOG',
  'ULOG',
  'MARK',
  'CONNMARK',
  'CT',
  'NOTRACK',
  'TRACE',
  'AUDIT',
  'CLASSIFY',
  'DSCP',
  'TOS',
  'TTL',
  'HL',
  'SET',
  'CHECKSUM',
]);

function targetOf(option: '-j' | '-g', target: string): unknown[] {
  if (option === '-g') return [{ goto: { target } }];
  if (['ACCEPT', 'DROP', 'REJECT', 'RETURN'].includes(target)) return [{ [target.toLowerCase()]: null }];
  // What is no built-in target is a chain; one that is neither makes the verdict uncertain.
  return PASSING.has(target) ? [] : [{ jump: { target } }];
}
