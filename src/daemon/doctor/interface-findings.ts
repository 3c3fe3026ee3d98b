/** What is wrong with this machine: its interfaces and sockets. Pure. */
import type { LinkView } from '../../core/api.ts';
import type { InterfaceFacts, NetworkFacts } from '../../io/network-facts.ts';
import { DOCTOR_FORGETS_LOSS_MAX } from '../limits.ts';
import type { Diagnosed } from './diagnosed.ts';
import { unreadFilterFindings } from './firewall-findings.ts';
import type { Surroundings } from './surroundings.ts';

export function interfaceFindings(
  facts: NetworkFacts,
  around: Surroundings,
  isFiltered: boolean,
  seen: readonly LinkView[],
): Diagnosed[] {
  const used = facts.interfaces.filter((one) => one.used);
  const findings: Diagnosed[] = [];
  // Who meets others on this machine, as one may choose to, has what it takes for that.
  if (used.every(({ kind }) => kind === 'loopback'))
    findings.push({
      code: 'no-interface',
      severity: seen.some(({ away }) => !away) ? 'info' : 'error',
      values: {},
    });
  for (const { name, multicast, kind } of facts.interfaces) {
    if (!multicast && kind !== 'loopback')
      findings.push({
        code: 'interface-without-multicast',
        severity: 'warning',
        values: { interface: name },
      });
  }
  if (!isFiltered) findings.push(...unreadFilterFindings(facts, around, seen.length > 0));
  findings.push(...routeFindings(used, around));
  for (const { name, address, kind } of used)
    if (address.includes(':') && kind !== 'loopback')
      findings.push({ code: 'ipv6-only', severity: 'info', values: { interface: name } });
  // Where many packets are lost, so may be the few that this goes by.
  const isSure = seen.some(({ away, loss }) => !away && loss <= DOCTOR_FORGETS_LOSS_MAX);
  for (const { name, forgetsAfterMs } of used)
    if (forgetsAfterMs !== undefined && isSure) {
      const values = { interface: name, seconds: Math.round(forgetsAfterMs / 1000) };
      findings.push({ code: 'switch-forgets', severity: 'info', values });
    }
  return findings;
}

/** Where the default route is, and where the others are. */
function routeFindings(used: readonly InterfaceFacts[], { defaultRoute }: Surroundings): Diagnosed[] {
  if (defaultRoute === undefined || used.length === 0) return [];
  const peopled = used.filter(({ members }) => members > 0);
  const isUsed = used.some(({ name }) => name === defaultRoute);
  if (peopled.some(({ name }) => name === defaultRoute) || (isUsed && peopled.length === 0)) return [];
  const code = peopled.length > 0 ? 'default-route-elsewhere' : 'default-route-unused';
  const names = (peopled.length > 0 ? peopled : used).map(({ name }) => name).join(', ');
  return [{ code, severity: 'info', values: { interface: defaultRoute, used: names } }];
}

export function ownFindings(facts: NetworkFacts, around: Surroundings, isAnybodyHeard: boolean): Diagnosed[] {
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
