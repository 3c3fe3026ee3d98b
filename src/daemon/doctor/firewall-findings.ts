/** What a firewall of this machine does to packets that Starling needs. Pure. */
import type { NetworkFacts } from '../../io/network-facts.ts';
import { ipv6Group } from '../../io/sockets/ipv6.ts';
import { PORTS } from './diagnosed.ts';
import type { Diagnosed } from './diagnosed.ts';
import type { FilterPacket, FilterVerdict, PacketFilter } from './filter.ts';
import { openingCommand, windowsCommand } from './opening.ts';
import type { Surroundings } from './surroundings.ts';

const WAYS_IN = ['ingress', 'prerouting', 'input'] as const;
const WAYS_OUT = ['output', 'postrouting'] as const;

/** Rules that drop what we need, one finding for each direction and rule. */
export function filterFindings(facts: NetworkFacts, { filter }: Surroundings): Diagnosed[] {
  if (filter === undefined || filter === 'unreadable') return [];
  const found = new Found(facts.port);
  for (const { name, address, ipv6, used, kind } of facts.interfaces) {
    if (!used || kind === 'loopback') continue;
    judgeAll(filter, packetsOf(facts, name, address), address, (...verdict) =>
      found.note('error', name, ...verdict),
    );
    // IPv4 is there all the same.
    if (ipv6 !== undefined)
      judgeAll(filter, packetsOf(facts, name, ipv6), ipv6, (...verdict) =>
        found.note('warning', name, ...verdict),
      );
  }
  return found.findings();
}

type Packets = Record<'multicast' | 'unicast', Omit<FilterPacket, 'hook'>>;
type Note = (direction: 'in' | 'out', what: keyof Packets, verdict: FilterVerdict) => void;

function judgeAll(filter: PacketFilter, { multicast, unicast }: Packets, source: string, note: Note): void {
  for (const hook of WAYS_IN) {
    note('in', 'multicast', filter.judge({ ...multicast, hook }));
    note('in', 'unicast', filter.judge({ ...unicast, hook }));
  }
  for (const hook of WAYS_OUT) note('out', 'multicast', filter.judge({ ...multicast, hook, source }));
}

function packetsOf(facts: NetworkFacts, device: string, address: string): Packets {
  const group = facts.groups[0] ?? '239.255.0.1';
  const destination = address.includes(':') ? ipv6Group(group) : group;
  return {
    multicast: { device, destination, port: facts.port, kind: 'multicast' },
    unicast: { device, destination: address, port: facts.unicastPort, kind: 'host' },
  };
}

class Found {
  readonly #findings = new Map<string, Diagnosed>();
  readonly #first: number;
  readonly #last: number;

  constructor(port: number) {
    this.#first = port;
    this.#last = port + PORTS;
  }

  /** One finding for each command: whoever keeps rules for IPv4 and IPv6 opens both at once. */
  note(
    severity: 'error' | 'warning',
    device: string,
    direction: 'in' | 'out',
    what: keyof Packets,
    { outcome, by }: FilterVerdict,
  ): void {
    if (outcome !== 'drop' || by === undefined) return;
    const command = openingCommand(by, direction, this.#first, this.#last);
    const key = `${direction} ${command} ${device}`;
    const known = this.#findings.get(key);
    const packets = known === undefined ? [] : String(known.values['packets']).split(', ');
    this.#findings.set(key, {
      code: direction === 'in' ? 'firewall-in' : 'firewall-out',
      severity: known?.severity ?? severity,
      values: {
        interface: device,
        rule: known?.values['rule'] ?? `${by.family} ${by.table} ${by.chain}`,
        keeper: by.keeper,
        packets: [...new Set([...packets, what])].join(', '),
        first: this.#first,
        last: this.#last,
      },
      command,
    });
  }

  findings(): Diagnosed[] {
    return [...this.#findings.values()];
  }
}

/** Where rules cannot be read, it shows by own multicast that does not come back. */
export function unreadFilterFindings(
  facts: NetworkFacts,
  { platform, filter, keeper }: Surroundings,
  isAnybodyHeard: boolean,
): Diagnosed[] {
  const [first, last] = [facts.port, facts.port + PORTS];
  const opening = keeper === undefined ? {} : { command: forUser(keeper, first, last) };
  const findings: Diagnosed[] = [];
  for (const { name, used, ownComesBack } of facts.interfaces) {
    if (!used || ownComesBack !== false) continue;
    const severity = isAnybodyHeard ? 'warning' : 'error';
    const values = { interface: name, first, last };
    if (platform === 'win32')
      findings.push({ code: 'windows-firewall', severity, values, command: windowsCommand(first, last) });
    else findings.push({ code: 'own-multicast-lost', severity, values, ...opening });
  }
  if (findings.length > 0 && filter === 'unreadable')
    findings.push({
      code: 'firewall-unreadable',
      severity: 'info',
      values: { first, last },
      command: 'sudo nft list ruleset',
    });
  return findings;
}

/** Whose chains it is about is not known, so it is the usual ones. */
function forUser(keeper: 'ufw' | 'firewalld', first: number, last: number): string {
  const rule = { family: 'inet', table: '', chain: '', keeper };
  return openingCommand(rule, 'in', first, last).replaceAll(/^|(?<=&& )/g, 'sudo ');
}
