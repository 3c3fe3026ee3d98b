import { Download } from 'lucide-react';
import type { ReactNode } from 'react';
import type { DaemonEvent } from '../../contract/api.ts';
import { problemWords } from '../../words/problems.ts';
import type { WebWords } from '../../words/web.ts';
import { useApp, useWording } from '../context.tsx';
import type { Wording } from '../context.tsx';
import { eventLines } from '../state/event-log.ts';
import type { LoggedEvent } from '../state/state.ts';
import { formatFullTime, formatTime, isoTime } from '../text/format.ts';
import { shownName } from '../text/names.ts';

/** What happened on the network since the page was opened, newest first; it can be saved. */
export function EventLog(): ReactNode {
  const wording = useWording();
  const { words, locale } = wording;
  const events = useApp((state) => state.events);
  return (
    <section className="network-part">
      <h3>{words.eventsTitle}</h3>
      {events.length === 0 ? (
        <p className="quiet">{words.eventsNone}</p>
      ) : (
        <>
          <div className="event-log board" role="region" aria-label={words.eventsTitle} tabIndex={0}>
            <ol>
              {events.toReversed().map(({ key, at, event }) => (
                <li key={key}>
                  <time dateTime={isoTime(at)} title={formatFullTime(at, locale)}>
                    {formatTime(at, Date.now(), locale)}
                  </time>
                  <bdi>{eventText(event, wording)}</bdi>
                </li>
              ))}
            </ol>
          </div>
          <p>
            <button type="button" className="button" onClick={() => save(events)}>
              <Download size={16} aria-hidden="true" />
              {words.eventsExport}
            </button>
          </p>
        </>
      )}
    </section>
  );
}

function eventText(event: DaemonEvent, { words, language }: Wording): string {
  switch (event.type) {
    case 'member-joined':
      return words.eventJoined(shownName(event.member.name));
    case 'member-left':
      return words.eventLeft(shownName(event.member.name));
    case 'member-away':
      return words.eventAway(shownName(event.member.name));
    case 'member-back':
      return words.eventBack(shownName(event.member.name));
    case 'transfer-offered':
      return words.eventOffered(shownName(event.from.name), shownName(event.file.name));
    case 'transfer-asked-again':
      return event.own
        ? words.eventAsked(shownName(event.member?.name ?? ''), shownName(event.file.name))
        : words.eventAskedHere(shownName(event.from.name), shownName(event.file.name));
    case 'transfer-done':
    case 'transfer-failed':
      return outcomeText(event, words);
    case 'network':
      return words.eventNetwork(event.interfaces.map(({ name, address }) => `${name} ${address}`).join(', '));
    case 'problem':
      return words.eventProblem(
        problemWords(event.code, event.values ?? {}, language)?.what ?? event.message,
      );
    default:
      return event.type;
  }
}

type OutcomeEvent = Extract<DaemonEvent, { readonly type: 'transfer-done' | 'transfer-failed' }>;

/** Without a member it is about this one. */
function outcomeText({ type, member, file }: OutcomeEvent, words: WebWords): string {
  const name = shownName(file.name);
  if (type === 'transfer-done')
    return member === undefined ? words.eventDoneHere(name) : words.eventDone(shownName(member.name), name);
  return member === undefined ? words.eventFailedHere(name) : words.eventFailed(shownName(member.name), name);
}

function save(events: readonly LoggedEvent[]): void {
  const url = URL.createObjectURL(new Blob([eventLines(events)], { type: 'application/x-ndjson' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `starling-network-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.jsonl`;
  link.click();
  // The browser has taken what it needs by the next turn.
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
