import type { ReactNode } from 'react';
import type { LinkInfo } from '../../contract/network.ts';
import { useWording } from '../context.tsx';
import { formatAge, formatMs, formatPercent } from '../text/format.ts';
import { PersonName } from './PersonName.tsx';

/** How each member is reached. */
export function LinksTable({ links }: { readonly links: readonly LinkInfo[] | undefined }): ReactNode {
  const { words, locale } = useWording();
  return (
    <section className="network-part">
      <h3>{words.linksTitle}</h3>
      {links === undefined ? null : links.length === 0 ? (
        <p className="quiet">{words.linksNone}</p>
      ) : (
        <div className="board" role="region" aria-label={words.linksTitle} tabIndex={0}>
          <table className="board-table">
            <thead>
              <tr>
                <th scope="col">{words.linkMember}</th>
                <th scope="col">{words.linkAddress}</th>
                <th scope="col">{words.linkWay}</th>
                <th scope="col">{words.linkHeard}</th>
                <th scope="col">{words.linkLoss}</th>
                <th scope="col">{words.linkRoundTrip}</th>
              </tr>
            </thead>
            <tbody>
              {links.map((link) => (
                <tr key={link.id}>
                  <th scope="row">
                    <PersonName name={link.name} />
                  </th>
                  <td>{link.address}</td>
                  <td>
                    {words.ways[link.way]}
                    {link.hearsUs === false ? (
                      <small className="transfer-reason">{words.linkDeaf}</small>
                    ) : null}
                    {link.narrowBytes === undefined ? null : (
                      <small className="transfer-reason">{words.linkNarrow(link.narrowBytes)}</small>
                    )}
                  </td>
                  <td>{formatAge(link.silentMs, words)}</td>
                  <td>{formatPercent(link.loss, locale)}</td>
                  <td>{link.roundTripMs === undefined ? '' : formatMs(link.roundTripMs, locale)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
