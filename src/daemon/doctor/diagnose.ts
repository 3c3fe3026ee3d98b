/** From facts to findings (docs/doctor.md has the table). Pure: words come later. */
import type { DoctorLink, DoctorMember, Finding } from '../../contract/doctor.ts';
import type { LinkView } from '../../core/api.ts';
import type { NetworkFacts } from '../../io/network-facts.ts';
import {
  DOCTOR_CLOCK_MS_MAX,
  DOCTOR_DATAGRAM_BYTES_GOOD,
  DOCTOR_FINDINGS_MAX,
  DOCTOR_LOSS_MAX,
} from '../limits.ts';
import { openingCommand } from './nft.ts';
import type { FilterPacket, FilterVerdict } from './nft.ts';
import type { Surroundings } from './surroundings.ts';

export type Diagnosed = Omit<Finding, 'what' | 'why' | 'todo'>;

export interface Diagnosis {
  readonly usable: boolean;
  readonly members: readonly DoctorMember[];
  readonly links: readonly DoctorLink[];
  readonly findings: readonly Diagnosed[];
}

export interface Self {
  readonly id: string;
  readonly name: string;
}

const PREFIX_DIGITS = 16;
/** P … P + 15: every port of a machine. */
const PORTS = 15;
const SEVERITY = { error: 0, warning: 1, info: 2 } as const;

export function diagnose(facts: NetworkFacts, around: Surroundings, self: Self): Diagnosis {
  const seen = membersSeen(facts);
  const people = new People(self, facts, seen);
  const filters = filterFindings(facts, around);
  const interfaces = interfaceFindings(facts, around, filters.length > 0, seen.length > 0);
  const findings = [
    ...interfaces,
    ...filters,
    ...presenceFindings(facts, around, people),
    ...memberFindings(seen),
    ...relayFindings(seen),
    ...ownFindings(facts, around, seen.length > 0),
  ];
  const isCut = [...interfaces, ...filters].some(({ severity }) => severity === 'error');
  return {
    usable: seen.some(({ away }) => !away) || !isCut,
    members: people.members,
    links: people.links,
    findings: findings
      .toSorted((a, b) => SEVERITY[a.severity] - SEVERITY[b.severity])
      .slice(0, DOCTOR_FINDINGS_MAX),
  };
}

/** Of all rooms, each member once. */
function membersSeen({ rooms }: NetworkFacts): readonly LinkView[] {
  const seen = new Map<string, LinkView>();
  for (const { links } of rooms) for (const member of links.members) seen.set(member.id, member);
  return [...seen.values()];
}

/** Whoever is there, and who hears whom by what they say. */
class People {
  readonly members: readonly DoctorMember[];
  readonly links: readonly DoctorLink[];
  /** Heard by others, and not by us: id or its beginning → who hears it. */
  readonly unheard = new Map<string, { readonly by: string; readonly address: string }>();
  readonly #names = new Map<string, string>();

  constructor(self: Self, facts: NetworkFacts, seen: readonly LinkView[]) {
    const byPrefix = new Map([self, ...seen].map(({ id }) => [id.slice(0, PREFIX_DIGITS), id]));
    for (const { id, name } of [self, ...seen]) this.#names.set(id, name);
    const links: DoctorLink[] = seen.map((member) => ({
      by: self.id,
      of: member.id,
      heard: !member.away,
      loss: member.loss,
      ...(member.roundTripMs === undefined ? {} : { roundTripMs: member.roundTripMs }),
    }));
    for (const member of seen) {
      if (member.away) continue;
      const says = new Set<string>();
      for (const { prefix, loss, roundTripMs, address } of member.heard) {
        const of = byPrefix.get(prefix) ?? prefix;
        says.add(of);
        links.push({
          by: member.id,
          of,
          heard: true,
          loss,
          ...(roundTripMs === undefined ? {} : { roundTripMs }),
        });
        if (byPrefix.has(prefix)) continue;
        this.unheard.set(prefix, { by: member.id, address: address?.host ?? '' });
      }
      if (member.hearsUs === false && !says.has(self.id))
        links.push({ by: member.id, of: self.id, heard: false });
      // Only who names all whom it hears says by silence that it does not hear the rest.
      if (member.hearsUs === undefined) continue;
      for (const other of seen) {
        if (other.id === member.id || other.away || says.has(other.id)) continue;
        if (member.heard.length < HEARD_ALL_MAX) links.push({ by: member.id, of: other.id, heard: false });
      }
    }
    this.links = links;
    const own = facts.interfaces.find(({ used }) => used)?.address ?? '';
    this.members = [
      { ...self, address: own, self: true },
      ...seen.map(({ id, name, address, datagramBytesMax, clockAheadMs }) => ({
        id,
        name,
        address: address.host,
        self: false,
        datagramBytesMax,
        ...(clockAheadMs === undefined ? {} : { clockAheadMs: Math.round(clockAheadMs) }),
      })),
      ...[...this.unheard].map(([id, { address }]) => ({ id, name: '', address, self: false })),
    ];
  }

  nameOf(id: string): string {
    return this.#names.get(id) ?? id;
  }
}

/** A HELLO names no more than so many (core/limits.ts): with fewer in it, it names all. */
const HEARD_ALL_MAX = 8;

function interfaceFindings(
  facts: NetworkFacts,
  around: Surroundings,
  isFiltered: boolean,
  isAnybodyHeard: boolean,
): Diagnosed[] {
  const used = facts.interfaces.filter((one) => one.used);
  const findings: Diagnosed[] = [];
  if (used.every(({ kind }) => kind === 'loopback'))
    findings.push({ code: 'no-interface', severity: 'error', values: {} });
  for (const { name, multicast, kind } of facts.interfaces) {
    if (!multicast && kind !== 'loopback')
      findings.push({
        code: 'interface-without-multicast',
        severity: 'warning',
        values: { interface: name },
      });
  }
  for (const { name, ownComesBack } of used) {
    if (ownComesBack !== false || isFiltered) continue;
    const severity = isAnybodyHeard ? 'warning' : 'error';
    const values = { interface: name };
    findings.push({ code: 'own-multicast-lost', severity, values, ...systemCommand(facts, around) });
    if (around.filter === 'unreadable')
      findings.push({
        code: 'firewall-unreadable',
        severity: 'info',
        values: {},
        command: 'sudo nft list ruleset',
      });
  }
  const [shown] = used;
  if (
    around.defaultRoute !== undefined &&
    shown !== undefined &&
    !used.some(({ name }) => name === around.defaultRoute)
  )
    findings.push({
      code: 'default-route-elsewhere',
      severity: 'info',
      values: { interface: around.defaultRoute, used: used.map(({ name }) => name).join(', ') },
    });
  return findings;
}

/** The command of a system whose filter cannot be read. */
function systemCommand({ port }: NetworkFacts, { platform, filter }: Surroundings): { command?: string } {
  const range = `${port}-${port + PORTS}`;
  if (platform === 'win32')
    return {
      command: `netsh advfirewall firewall add rule name="Starling" dir=in action=allow protocol=UDP localport=${range}`,
    };
  return platform === 'linux' && filter === 'unreadable'
    ? { command: `sudo ufw allow ${port}:${port + PORTS}/udp` }
    : {};
}

const HOOKS = ['ingress', 'input'] as const;

/** Rules that drop what we need, one finding for each direction and rule. */
function filterFindings(facts: NetworkFacts, { filter }: Surroundings): Diagnosed[] {
  if (filter === undefined || filter === 'unreadable') return [];
  const group = facts.groups[0];
  const findings = new Map<string, Diagnosed>();
  const note = (
    code: 'firewall-in' | 'firewall-out',
    what: string,
    device: string,
    { outcome, by }: FilterVerdict,
  ): void => {
    if (outcome !== 'drop' || by === undefined) return;
    const rule = `${by.family} ${by.table} ${by.chain}`;
    const key = `${code} ${rule} ${device}`;
    const known = findings.get(key);
    const packets = known === undefined ? what : `${String(known.values['packets'])}, ${what}`;
    const hook = code === 'firewall-in' ? 'input' : 'output';
    findings.set(key, {
      code,
      severity: 'error',
      values: { interface: device, rule, packets, first: facts.port, last: facts.port + PORTS },
      command: openingCommand(by, hook, facts.port, facts.port + PORTS),
    });
  };
  for (const { name: device, address, used, kind } of facts.interfaces) {
    if (!used || kind === 'loopback') continue;
    const multicast = {
      device,
      destination: group ?? '239.255.0.1',
      port: facts.port,
      kind: 'multicast',
    } as const;
    const unicast = { device, destination: address, port: facts.unicastPort, kind: 'host' } as const;
    for (const hook of HOOKS) {
      note('firewall-in', 'multicast', device, filter.judge({ ...multicast, hook } satisfies FilterPacket));
      note('firewall-in', 'unicast', device, filter.judge({ ...unicast, hook }));
    }
    note(
      'firewall-out',
      'multicast',
      device,
      filter.judge({ ...multicast, hook: 'output', source: address }),
    );
  }
  return [...findings.values()];
}

function presenceFindings(facts: NetworkFacts, around: Surroundings, people: People): Diagnosed[] {
  const findings: Diagnosed[] = [];
  const others = people.members.filter(({ self }) => !self);
  if (others.length === 0)
    findings.push({ code: 'nobody-heard', severity: 'info', values: { port: facts.port } });
  const [own] = people.members;
  for (const { by, of, heard } of people.links) {
    if (heard !== false || by === own?.id) continue;
    if (of === own?.id) {
      findings.push({
        code: 'not-heard-by',
        severity: 'warning',
        values: { member: people.nameOf(by), first: facts.port, last: facts.port + PORTS },
      });
      continue;
    }
    const isReverseHeard = people.links.some(
      (link) => link.by === of && link.of === by && link.heard === true,
    );
    if (isReverseHeard)
      findings.push({
        code: 'one-way',
        severity: 'warning',
        values: {
          member: people.nameOf(by),
          other: people.nameOf(of),
          first: facts.port,
          last: facts.port + PORTS,
        },
      });
  }
  const isRadio = facts.interfaces.some(({ used, kind }) => used && kind === 'wifi');
  for (const [prefix, { by, address }] of people.unheard) {
    const values = { member: address === '' ? prefix : address, other: people.nameOf(by) };
    findings.push({ code: isRadio ? 'ap-isolation' : 'unheard-member', severity: 'warning', values });
  }
  return findings;
}

/** Whom we reach through others alone. */
function relayFindings(seen: readonly LinkView[]): Diagnosed[] {
  const relayed = seen.filter((member) => member.relayed && !member.away);
  return relayed.map(({ id, name }) => {
    const prefix = id.slice(0, PREFIX_DIGITS);
    const between = seen.filter(({ heard }) =>
      heard.some((entry) => entry.prefix === prefix && entry.roundTripMs !== undefined),
    );
    const other = between.map((one) => one.name).join(', ');
    return { code: 'by-relay', severity: 'warning', values: { member: name, other } };
  });
}

function memberFindings(seen: readonly LinkView[]): Diagnosed[] {
  const findings: Diagnosed[] = [];
  for (const {
    name,
    loss,
    clockAheadMs,
    isCloned,
    away,
    needsCopies,
    byMulticast,
    hearsUs,
    relayed,
  } of seen) {
    if (away) continue;
    if (!relayed && ((needsCopies && hearsUs !== false) || !byMulticast)) {
      findings.push({ code: 'by-unicast', severity: 'warning', values: { member: name } });
    }
    if (loss > DOCTOR_LOSS_MAX) {
      const values = { member: name, percent: Math.round(loss * 100) };
      findings.push({ code: 'member-lossy', severity: 'warning', values });
    }
    if (clockAheadMs !== undefined && Math.abs(clockAheadMs) > DOCTOR_CLOCK_MS_MAX) {
      const values = { member: name, seconds: Math.round(clockAheadMs / 1000) };
      findings.push({ code: 'clock-apart', severity: 'warning', values });
    }
    if (isCloned) findings.push({ code: 'id-twice', severity: 'warning', values: { member: name } });
  }
  const small = seen.filter(({ datagramBytesMax }) => datagramBytesMax < DOCTOR_DATAGRAM_BYTES_GOOD);
  for (const { name, datagramBytesMax } of small)
    findings.push({
      code: 'small-datagrams',
      severity: 'info',
      values: { member: name, bytes: datagramBytesMax },
    });
  return findings;
}

function ownFindings(facts: NetworkFacts, around: Surroundings, isAnybodyHeard: boolean): Diagnosed[] {
  const findings: Diagnosed[] = [];
  const clone = facts.rooms.find(({ links }) => links.ownCloneAt !== undefined)?.links.ownCloneAt;
  if (clone !== undefined)
    findings.push({ code: 'own-id-twice', severity: 'warning', values: { address: clone } });
  const drops = around.bufferDrops ?? 0;
  if (drops > 0)
    findings.push({
      code: 'buffer-drops',
      severity: 'warning',
      values: { count: drops },
      command: 'sysctl -w net.core.rmem_max=4194304',
    });
  if ((facts.counters['io-send-EMSGSIZE'] ?? 0) > 0)
    findings.push({ code: 'send-too-large', severity: 'warning', values: {} });
  if (facts.path === 'portable' && around.platform === 'linux')
    findings.push({ code: 'portable-path', severity: 'info', values: { reason: facts.pathReason ?? '' } });
  const smallest = facts.interfaces.find(
    ({ used, mtuBytes }) => used && mtuBytes !== undefined && mtuBytes < 1500,
  );
  if (smallest?.mtuBytes !== undefined && isAnybodyHeard)
    findings.push({
      code: 'small-datagrams',
      severity: 'info',
      values: { member: smallest.name, bytes: smallest.mtuBytes - 28 },
    });
  return findings;
}
