import { File as FileIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import type { SearchHit } from '../../contract/api.ts';
import { useActions, useApp, useWording } from '../context.tsx';
import { SEARCH_EXCERPT_CHARACTERS } from '../limits.ts';
import { excerptOf } from '../text/excerpt.ts';
import { formatFullTime, formatTime, isoTime } from '../text/format.ts';
import { PersonName } from './PersonName.tsx';
import { RoomName } from './RoomName.tsx';

interface SearchHitsProps {
  readonly hits: readonly SearchHit[];
  readonly isMore: boolean;
  /** False before anything was looked for. */
  readonly searched: boolean;
}

/** Newest first; each leads to its place. */
export function SearchHits({ hits, isMore, searched }: SearchHitsProps): ReactNode {
  const { words } = useWording();
  return (
    <>
      <p className="quiet" role="status">
        {searched ? (hits.length === 0 ? words.searchNone : words.searchHits(hits.length, isMore)) : ''}
      </p>
      {hits.length === 0 ? null : (
        <ol className="search-hits">
          {hits.map((hit) => (
            <Hit key={idOf(hit)} hit={hit} />
          ))}
        </ol>
      )}
    </>
  );
}

const idOf = ({ entry }: SearchHit): string =>
  entry.kind === 'message' ? entry.message.id : entry.transfer.message;

function Hit({ hit }: { readonly hit: SearchHit }): ReactNode {
  const { locale } = useWording();
  const actions = useActions();
  const { entry, highlights } = hit;
  const { room, from, at } = entry.kind === 'message' ? entry.message : entry.transfer;
  const info = useApp((state) => state.rooms.find((known) => known.room === room));
  const text = entry.kind === 'message' ? entry.message.text : entry.transfer.file.name;
  const go = (): void => {
    actions.closeDialog();
    void actions.messages.show(room, idOf(hit));
  };
  return (
    <li>
      <button type="button" className="search-hit" onClick={go}>
        <span className="search-hit-head">
          <PersonName name={from.name} />
          <span className="quiet">
            <RoomName room={info?.name ?? room} kind={info?.kind ?? 'public'} />
          </span>
          <time className="quiet" dateTime={isoTime(at)} title={formatFullTime(at, locale)}>
            {formatTime(at, Date.now(), locale)}
          </time>
        </span>
        <span className="search-hit-text" dir="auto">
          {entry.kind === 'file' ? <FileIcon size={14} aria-hidden="true" /> : null}
          {excerptOf(text, highlights, SEARCH_EXCERPT_CHARACTERS).map((piece, index) =>
            // Pieces of one text have no identity but their place.
            piece.found ? <mark key={index}>{piece.text}</mark> : <span key={index}>{piece.text}</span>,
          )}
        </span>
      </button>
    </li>
  );
}
