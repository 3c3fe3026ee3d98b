/** What tests of the doctor share: what it says at a person's host, and rules that it should find. */
import type { JsonEvent } from './json-lines.ts';
import type { Person } from './person.ts';

export interface Examined {
  readonly status: number | null;
  readonly report: JsonEvent;
  readonly codes: readonly string[];
}

export async function examine(person: Person): Promise<Examined> {
  const { status, lines } = await person.run('doctor');
  const report = lines.events.find((event) => event.type === 'doctor');
  if (report === undefined) throw new Error(`no report: ${lines.errors}`);
  return { status, report, codes: report['findings'].map((finding: JsonEvent) => finding['code']) };
}

export const finding = ({ report }: Examined, code: string): JsonEvent =>
  report['findings'].find((one: JsonEvent) => one['code'] === code);

export const dropIn = (what: string): string =>
  `table inet guard { chain in { type filter hook input priority 0; policy accept; iifname "eth0" ${what} drop; }; }\n`;
