import { useEffect, useId, useRef, useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { QUERY_CHARACTERS_MAX } from '../../contract/history.ts';
import type { SearchHit } from '../../contract/api.ts';
import { useActions, useApp, useWords } from '../context.tsx';
import type { DaemonProblem } from '../daemon/problem.ts';
import { SEARCH_DELAY_MS, SEARCH_HITS_SHOWN_MAX, SEARCH_PAGE_HITS } from '../limits.ts';
import { NO_MEMBERS, shownRoom } from '../state/state.ts';
import { dayOf, isSearch, searchOf } from '../text/search.ts';
import type { SearchDraft } from '../text/search.ts';
import { roomNameOf, shownName } from '../text/names.ts';
import { Dialog } from './Dialog.tsx';
import { ProblemLine } from './ProblemLine.tsx';
import { SearchHits } from './SearchHits.tsx';

interface Found {
  readonly hits: readonly SearchHit[];
  /** For the next page; absent where this is all. */
  readonly before?: string;
}

/** Finds what was said and sent, here or in all rooms; a hit leads to its place. */
export function SearchDialog(): ReactNode {
  const words = useWords();
  const room = useApp((state) => state.room);
  const [draft, setDraft] = useState<SearchDraft>({ query: '', everywhere: false });
  const { found, problem, more } = useSearch(draft, room);
  const change = (part: Partial<SearchDraft>): void => setDraft({ ...draft, ...part });
  return (
    <Dialog title={words.searchTitle} wide>
      <div className="search">
        <label className="field">
          <span>{words.searchWords}</span>
          <input
            type="search"
            value={draft.query}
            dir="auto"
            data-focus-first
            autoComplete="off"
            maxLength={QUERY_CHARACTERS_MAX}
            onChange={(event) => change({ query: event.target.value })}
          />
          <small>{words.searchHint}</small>
        </label>
        <Filters draft={draft} change={change} />
        {/* Not below the hits, of which more come whenever their end is in sight: it would run away from whoever wants to press it. */}
        <GoToDay room={room} />
        <ProblemLine problem={problem} />
        <SearchHits
          hits={found?.hits ?? []}
          isMore={found?.before !== undefined}
          searched={found !== undefined}
        />
        {found?.before === undefined ? null : found.hits.length >= SEARCH_HITS_SHOWN_MAX ? (
          <p className="quiet">{words.searchFull}</p>
        ) : (
          <MoreButton onMore={more} />
        )}
      </div>
    </Dialog>
  );
}

function Filters({
  draft,
  change,
}: {
  readonly draft: SearchDraft;
  readonly change: (part: Partial<SearchDraft>) => void;
}): ReactNode {
  const words = useWords();
  const info = useApp(shownRoom);
  const { members } = useApp((state) => state.members[state.room] ?? NO_MEMBERS);
  return (
    <div className="search-filters">
      <label className="field">
        <span>{words.searchWhere}</span>
        <select
          value={draft.everywhere ? 'all' : 'here'}
          onChange={(event) => change({ everywhere: event.target.value === 'all' })}
        >
          <option value="here">{words.searchHere(roomNameOf(info, words))}</option>
          <option value="all">{words.searchEverywhere}</option>
        </select>
      </label>
      <label className="field">
        <span>{words.searchWhat}</span>
        <select
          value={draft.kind ?? ''}
          onChange={(event) => {
            const { value } = event.target;
            change({ kind: value === 'message' || value === 'file' ? value : undefined });
          }}
        >
          <option value="">{words.searchAnything}</option>
          <option value="message">{words.searchMessages}</option>
          <option value="file">{words.searchFiles}</option>
        </select>
      </label>
      <label className="field">
        <span>{words.searchFrom}</span>
        <select
          value={draft.from ?? ''}
          onChange={(event) => change({ from: event.target.value || undefined })}
        >
          <option value="">{words.searchAnybody}</option>
          {members.map(({ id, name }) => (
            <option key={id} value={id}>
              {shownName(name)}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        <span>{words.searchSince}</span>
        <input
          type="date"
          value={draft.since ?? ''}
          onChange={(event) => change({ since: event.target.value })}
        />
      </label>
      <label className="field">
        <span>{words.searchUntil}</span>
        <input
          type="date"
          value={draft.until ?? ''}
          onChange={(event) => change({ until: event.target.value })}
        />
      </label>
    </div>
  );
}

/** Fetches by itself when it comes into sight, and when it is pressed. */
function MoreButton({ onMore }: { readonly onMore: () => void }): ReactNode {
  const words = useWords();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const element = button.current;
    if (element === null) return undefined;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) onMore();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [onMore]);
  return (
    <button ref={button} type="button" className="button" onClick={onMore}>
      {words.searchMore}
    </button>
  );
}

function GoToDay({ room }: { readonly room: string }): ReactNode {
  const words = useWords();
  const actions = useActions();
  const [day, setDay] = useState('');
  const id = useId();
  const go = (event: FormEvent): void => {
    event.preventDefault();
    const at = dayOf(day);
    if (at === undefined) return;
    actions.closeDialog();
    void actions.messages.showTime(room, at);
  };
  return (
    <form className="go-to-day" onSubmit={go}>
      <label htmlFor={id}>{words.goToDay}</label>
      <input id={id} type="date" value={day} onChange={(event) => setDay(event.target.value)} />
      <button type="submit" className="button" disabled={dayOf(day) === undefined}>
        {words.goToDayDo}
      </button>
    </form>
  );
}

/** What was found for the draft as it stands; an answer that is late for it is left alone. */
function useSearch(
  draft: SearchDraft,
  room: string,
): {
  readonly found: Found | undefined;
  readonly problem: DaemonProblem | undefined;
  readonly more: () => void;
} {
  const actions = useActions();
  const [found, setFound] = useState<Found>();
  const [problem, setProblem] = useState<DaemonProblem>();
  const turn = useRef(0);
  const loading = useRef(false);
  useEffect(() => {
    const mine = ++turn.current;
    if (!isSearch(draft)) {
      setFound(undefined);
      setProblem(undefined);
      return undefined;
    }
    const timer = setTimeout(() => {
      const wish = { ...searchOf(draft, room), limit: SEARCH_PAGE_HITS };
      void actions.messages.search(wish).then((answer) => {
        if (turn.current !== mine) return;
        setProblem(answer.ok ? undefined : answer.error);
        setFound(answer.ok ? answer.value : undefined);
      });
    }, SEARCH_DELAY_MS);
    return () => clearTimeout(timer);
  }, [actions, draft, room]);
  const more = (): void => {
    const mine = turn.current;
    if (found?.before === undefined || loading.current) return;
    loading.current = true;
    const wish = { ...searchOf(draft, room), limit: SEARCH_PAGE_HITS, before: found.before };
    void actions.messages.search(wish).then((answer) => {
      loading.current = false;
      if (turn.current !== mine) return;
      setProblem(answer.ok ? undefined : answer.error);
      if (answer.ok) setFound({ ...answer.value, hits: [...found.hits, ...answer.value.hits] });
    });
  };
  return { found, problem, more };
}
