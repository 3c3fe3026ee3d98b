import { setTimeout as sleep } from 'node:timers/promises';
import type { DoctorLink, DoctorReport } from '../../contract/doctor.ts';
import { cliWords } from '../../words/cli.ts';
import type { CliKey } from '../../words/cli.ts';
import { doctorWords } from '../../words/doctor.ts';
import type { Language, Values } from '../../words/index.ts';
import { EXIT_NO_NETWORK, EXIT_OK } from '../exit.ts';
import { DOCTOR_LISTEN_MS, DOCTOR_MATRIX_MAX } from '../limits.ts';
import { Session } from '../session.ts';
import type { Context } from '../session.ts';
import { safeLine } from '../terminal-text.ts';

/** What works and what does not on this network. */
export async function doctor(context: Context): Promise<number> {
  const { invocation, output, language } = context;
  const session = await Session.open(context, {
    life: 'brief',
    joinRemembered: 'never',
    receives: false,
    catchUp: false,
  });
  const room = await session.enter(invocation.room);
  await session.watchQuietly(room);
  await session.connection.request('probe', { room: room.room });
  output.note('doctor.listening', { seconds: DOCTOR_LISTEN_MS / 1000 });
  // Members say whom they hear with every HELLO, and whom they do not hear only some seconds after we came.
  const sinceJoinMs = Date.now() - (room.joinedAt ?? Date.now());
  await sleep(Math.max(DOCTOR_LISTEN_MS - sinceJoinMs, DOCTOR_LISTEN_MS / 4));
  const report = await session.connection.request('doctor', {});
  output.event({ type: 'doctor', ...report });
  for (const line of reportLines(report, language)) output.line(line);
  output.event({ type: 'result', ok: report.usable });
  return report.usable ? EXIT_OK : EXIT_NO_NETWORK;
}

function reportLines(report: DoctorReport, language: Language): readonly string[] {
  const say = (key: CliKey, values: Values = {}): string => cliWords(language, key, values);
  const { sockets, port, unicastPort, groups, interfaces, members, links, findings, usable } = report;
  return [
    say(usable ? 'doctor.usable' : 'doctor.unusable'),
    say(`doctor.sockets-${sockets}`, { port, unicastPort, groups: groups.length }),
    ...interfaces.map(({ name, address, ipv6, kind, used, ownComesBack }) => {
      const back = ownComesBack === undefined ? 'unknown' : ownComesBack ? 'yes' : 'no';
      const echo = used ? say(`doctor.echo-${back}`) : say('doctor.not-used');
      const addresses = [address, ipv6].filter((one) => one !== undefined).join(', ');
      return `  ${[safeLine(name), addresses, kind, echo].join('  ')}`;
    }),
    ...(members.length > 1 ? matrixLines(report, say('doctor.matrix')) : []),
    ...(members.length > 1 && links.some(({ narrow }) => narrow === true) ? [say('doctor.narrow')] : []),
    ...findings.flatMap(({ severity, code, values, command }) => {
      const { what, why, todo } = doctorWords(code, values, language);
      return [
        '',
        `${say(`doctor.${severity}`)} ${safeLine(what)}`,
        `  ${safeLine(why)}`,
        `  ${safeLine(todo)}`,
        ...(command === undefined ? [] : [`  $ ${safeLine(command)}`]),
      ];
    }),
    ...(findings.length === 0 ? [say('doctor.nothing')] : []),
  ];
}

/** A row for who hears, a column for who is heard: loss in percent and the round trip in milliseconds. */
function matrixLines({ members, links }: DoctorReport, title: string): readonly string[] {
  const shown = members.slice(0, DOCTOR_MATRIX_MAX);
  const cells = new Map(links.map((link) => [`${link.by} ${link.of}`, link]));
  const names = shown.map(({ name, address, id }) => safeLine(name || address || id.slice(0, 8)));
  const width = Math.max(...names.map((name) => name.length));
  const cellOf = (by: string, of: string): string => (by === of ? '·' : cell(cells.get(`${by} ${of}`)));
  const cellWidth = links.some(({ narrow }) => narrow === true) ? NARROW_CELL : CELL;
  const header = shown.map((_, index) => String(index + 1).padStart(cellWidth)).join('');
  const rows = shown.map(({ id: by }, index) => {
    const row = shown.map(({ id: of }) => cellOf(by, of).padStart(cellWidth));
    return `  ${String(index + 1).padStart(2)} ${(names[index] ?? '').padEnd(width)}${row.join('')}`;
  });
  return ['', title, `  ${' '.repeat(width + 3)}${header}`, ...rows];
}

const CELL = 12;
/** With the longest packet behind it. */
const NARROW_CELL = CELL + 6;

function cell(link: DoctorLink | undefined): string {
  if (link?.heard === undefined) return '?';
  if (!link.heard) return '✗';
  const loss = `${Math.round((link.loss ?? 0) * 100)} %`;
  const trip = link.roundTripMs === undefined ? '' : ` ${link.roundTripMs.toFixed(1)}`;
  const narrow = link.narrow === true ? ` ≤${link.pathMtuBytes}` : '';
  return `${loss}${trip}${narrow}`;
}
