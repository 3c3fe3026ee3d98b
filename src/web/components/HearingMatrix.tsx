import type { ReactNode } from 'react';
import type { DoctorLink, DoctorMember, DoctorReport } from '../../contract/doctor.ts';
import type { WebWords } from '../../words/web.ts';
import { useWording } from '../context.tsx';
import { MATRIX_MEMBERS_MAX } from '../limits.ts';
import { formatPercent } from '../text/format.ts';
import { initialOf, shownName } from '../text/names.ts';
import { PersonName } from './PersonName.tsx';

type Cell = 'self' | 'heard' | 'lossy' | 'narrow' | 'deaf' | 'one-way' | 'unknown';
/** So much loss is worth a look. */
const LOSSY = 0.05;
const SIGNS: Readonly<Record<Cell, string>> = {
  self: '',
  heard: '●',
  lossy: '◐',
  narrow: '◎',
  deaf: '○',
  'one-way': '⊘',
  unknown: '?',
};

/** A picture of who hears whom, a row for each who hears; it is a table, so that it can be read out, too. */
export function HearingMatrix({ report }: { readonly report: DoctorReport }): ReactNode {
  const { words, locale } = useWording();
  const members = report.members.slice(0, MATRIX_MEMBERS_MAX);
  if (members.length < 2) return null;
  const links = new Map(report.links.map((link) => [`${link.by} ${link.of}`, link]));
  return (
    <figure className="matrix">
      <figcaption>
        {words.matrixTitle}
        <small className="quiet">
          {words.matrixHint}
          {report.links.some(({ narrow }) => narrow === true) ? ` ${words.matrixNarrowHint}` : ''}
        </small>
      </figcaption>
      <div className="board" role="region" aria-label={words.matrixTitle} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">
                <span className="unseen">{words.matrixRow}</span>
              </th>
              {members.map((member) => (
                <th key={member.id} scope="col" title={shownName(member.name)}>
                  <span aria-hidden="true">{initialOf(member.name)}</span>
                  <span className="unseen">{shownName(member.name)}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {members.map((by) => (
              <tr key={by.id}>
                <th scope="row">
                  <PersonName name={by.name} />
                </th>
                {members.map((of) => {
                  const link = links.get(`${by.id} ${of.id}`);
                  const cell = cellOf(by, of, link, links.get(`${of.id} ${by.id}`));
                  const loss = formatPercent(link?.loss ?? 0, locale);
                  const said = sayCell(cell, by, of, loss, link?.pathMtuBytes, words);
                  return (
                    <td key={of.id} data-cell={cell} title={said}>
                      <span aria-hidden="true">{SIGNS[cell]}</span>
                      <span className="unseen">{said}</span>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {report.members.length > members.length ? (
        <p className="quiet">{words.matrixMore(report.members.length - members.length)}</p>
      ) : null}
    </figure>
  );
}

function cellOf(
  by: DoctorMember,
  of: DoctorMember,
  link: DoctorLink | undefined,
  back: DoctorLink | undefined,
): Cell {
  if (by.id === of.id) return 'self';
  if (link?.heard === undefined) return 'unknown';
  if (link.heard) return (link.loss ?? 0) > LOSSY ? 'lossy' : link.narrow === true ? 'narrow' : 'heard';
  return back?.heard === true ? 'one-way' : 'deaf';
}

function sayCell(
  cell: Cell,
  by: DoctorMember,
  of: DoctorMember,
  loss: string,
  pathBytes: number | undefined,
  words: WebWords,
): string {
  const names = [shownName(by.name), shownName(of.name)] as const;
  switch (cell) {
    case 'self':
      return '';
    case 'heard':
    case 'lossy':
      return words.matrixHears(...names, loss);
    case 'narrow':
      return `${words.matrixHears(...names, loss)}; ${words.matrixNarrow(pathBytes ?? 0)}`;
    case 'deaf':
      return words.matrixDeaf(...names);
    case 'one-way':
      return words.matrixOneWay(...names);
    case 'unknown':
      return words.matrixUnknown(...names);
  }
}
