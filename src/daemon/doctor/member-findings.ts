/** What is wrong with members, and between them and us. Pure. */
import type { LinkView } from '../../core/api.ts';
import { isUnaddressed } from '../../core/membership/unaddressed.ts';
import type { NetworkFacts } from '../../io/network-facts.ts';
import { IPV4_UDP_HEADER_BYTES, IPV6_UDP_HEADER_BYTES } from '../../core/limits.ts';
import { DOCTOR_CLOCK_MS_MAX, DOCTOR_DATAGRAM_BYTES_GOOD, DOCTOR_LOSS_MAX } from '../limits.ts';
import { PORTS } from './diagnosed.ts';
import type { Diagnosed } from './diagnosed.ts';
import { PREFIX_DIGITS } from './people.ts';
import type { People, Self } from './people.ts';

const IPV6_MORE_BYTES = IPV6_UDP_HEADER_BYTES - IPV4_UDP_HEADER_BYTES;

export function presenceFindings(facts: NetworkFacts, people: People): Diagnosed[] {
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
  const isRadio = isOnRadio(facts);
  for (const [prefix, { by, address }] of people.unheard) {
    const values = { member: address === '' ? prefix : address, other: people.nameOf(by) };
    findings.push({ code: isRadio ? 'ap-isolation' : 'unheard-member', severity: 'warning', values });
  }
  return findings;
}

const isOnRadio = ({ interfaces }: NetworkFacts): boolean =>
  interfaces.some(({ used, kind }) => used && kind === 'wifi');

/** Whom we reach through others alone, and on Wi-Fi what is most likely behind it. */
export function relayFindings(facts: NetworkFacts, seen: readonly LinkView[]): Diagnosed[] {
  const relayed = seen.filter((member) => member.relayed && !member.away);
  const isRadio = isOnRadio(facts);
  return relayed.flatMap(({ id, name, address }) => {
    const prefix = id.slice(0, PREFIX_DIGITS);
    const between = seen.filter(({ heard }) =>
      heard.some((entry) => entry.prefix === prefix && entry.roundTripMs !== undefined),
    );
    const other = between.map((one) => one.name).join(', ');
    const values = { member: name, other };
    if (hasOtherVersion(facts, address.host))
      return [{ code: 'other-ip-version', severity: 'info', values }] as const;
    const isolation: Diagnosed = { code: 'ap-isolation', severity: 'warning', values };
    return [{ code: 'by-relay', severity: 'warning', values }, ...(isRadio ? [isolation] : [])];
  });
}

/** One of both has IPv4 alone, the other one IPv6 alone. */
function hasOtherVersion({ interfaces }: NetworkFacts, host: string): boolean {
  const used = interfaces.filter((one) => one.used);
  if (isUnaddressed(host)) return used.every(({ address, ipv6 }) => !isIpv6(address) && ipv6 === undefined);
  return !isIpv6(host) && used.every(({ address }) => isIpv6(address));
}

const isIpv6 = (host: string): boolean => host.includes(':');

/** To or from whom full packets do not get, in one finding: it may be the link of this machine. */
export function pathFindings(seen: readonly LinkView[], self: Self): Diagnosed[] {
  const prefix = self.id.slice(0, PREFIX_DIGITS);
  const narrow = seen.flatMap(({ name, away, isPathLimited, pathMtu, heard }) => {
    if (away) return [];
    const there = isPathLimited === true ? pathMtu : undefined;
    const back = heard.find((entry) => entry.prefix === prefix)?.pathMtu;
    const bytes = Math.min(there ?? Infinity, back ?? Infinity);
    return bytes === Infinity ? [] : [{ name, bytes }];
  });
  if (narrow.length === 0) return [];
  const member = narrow.map(({ name }) => name).join(', ');
  const bytes = Math.min(...narrow.map((one) => one.bytes));
  return [{ code: 'path-mtu', severity: 'warning', values: { member, bytes } }];
}

export function memberFindings(seen: readonly LinkView[]): Diagnosed[] {
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
  for (const { name, datagramBytesMax, address } of seen) {
    const values = { member: name, bytes: datagramBytesMax };
    const hasIpv6 = isIpv6(address.host) || isUnaddressed(address.host);
    const good = DOCTOR_DATAGRAM_BYTES_GOOD - (hasIpv6 ? IPV6_MORE_BYTES : 0);
    if (datagramBytesMax < good) findings.push({ code: 'small-datagrams', severity: 'info', values });
  }
  return findings;
}
