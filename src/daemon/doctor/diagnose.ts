/** From facts to findings (docs/doctor.md has the table). Pure: words come later. */
import type { DoctorLink, DoctorMember } from '../../contract/doctor.ts';
import type { NetworkFacts } from '../../io/network-facts.ts';
import { DOCTOR_FINDINGS_MAX } from '../limits.ts';
import type { Diagnosed } from './diagnosed.ts';
import { filterFindings } from './firewall-findings.ts';
import { interfaceFindings, ownFindings } from './interface-findings.ts';
import { memberFindings, pathFindings, presenceFindings, relayFindings } from './member-findings.ts';
import { membersSeen, People } from './people.ts';
import type { Self } from './people.ts';
import type { Surroundings } from './surroundings.ts';

export interface Diagnosis {
  readonly usable: boolean;
  readonly members: readonly DoctorMember[];
  readonly links: readonly DoctorLink[];
  readonly findings: readonly Diagnosed[];
}

const SEVERITY = { error: 0, warning: 1, info: 2 } as const;

export function diagnose(facts: NetworkFacts, around: Surroundings, self: Self): Diagnosis {
  const seen = membersSeen(facts);
  const people = new People(self, facts, seen);
  const filters = filterFindings(facts, around);
  const interfaces = interfaceFindings(facts, around, filters.length > 0, seen);
  const findings = [
    ...interfaces,
    ...filters,
    ...presenceFindings(facts, people),
    ...memberFindings(seen),
    ...relayFindings(facts, seen),
    ...pathFindings(seen, self),
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
