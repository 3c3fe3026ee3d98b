import { X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { MemberInfo } from '../../contract/api.ts';
import { useApp, useWords } from '../context.tsx';
import { isJoined, NO_ENTRIES, NO_MEMBERS } from '../state/state.ts';
import { AloneSteps } from './AloneHelp.tsx';
import { MemberRow } from './MemberRow.tsx';

interface MemberPanelProps {
  /** On a narrow screen the panel covers the conversation, and only when asked for. */
  readonly shown: boolean;
  readonly onClose: () => void;
}

/** Who is in the room: own row first, then by name, and below them whom the user removed. */
export function MemberPanel({ shown, onClose }: MemberPanelProps): ReactNode {
  const words = useWords();
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (shown) close.current?.focus();
  }, [shown]);
  const joined = useApp(isJoined);
  const list = useApp((state) => state.members[state.room] ?? NO_MEMBERS);
  // In an empty timeline the same help stands there, with more room.
  const talked = useApp((state) => (state.timelines[state.room] ?? NO_ENTRIES).length > 0);
  const passedMs = usePassedMs(list.receivedAt);

  const present = list.members.filter((member) => !member.removed).sort(ownFirst);
  const removed = list.members.filter((member) => member.removed).sort(ownFirst);
  const names = list.members.map((member) => member.name);
  const row = (member: MemberInfo): ReactNode => (
    <MemberRow
      key={member.id}
      member={member}
      silentMs={member.silentMs + passedMs}
      ambiguous={names.indexOf(member.name) !== names.lastIndexOf(member.name)}
    />
  );

  return (
    <aside
      id="members"
      className="members"
      data-shown={shown}
      aria-label={words.membersTitle}
      onKeyDown={(event) => {
        if (shown && event.key === 'Escape') onClose();
      }}
    >
      <div className="members-head">
        <h2>
          {words.membersTitle} <span className="count">{present.length}</span>
        </h2>
        <button
          ref={close}
          type="button"
          className="button icon members-close"
          aria-label={words.hideMembers}
          onClick={onClose}
        >
          <X size={20} aria-hidden="true" />
        </button>
      </div>
      {joined ? (
        <ul className="member-list">{present.map(row)}</ul>
      ) : (
        <p className="quiet">{words.membersOut}</p>
      )}
      {joined && present.length === 1 && talked ? (
        <div className="alone-again">
          <p>{words.aloneTitle}</p>
          <AloneSteps />
        </div>
      ) : null}
      {removed.length > 0 ? (
        <>
          <h2>{words.removedTitle}</h2>
          <p className="quiet">{words.removedHelp}</p>
          <ul className="member-list">{removed.map(row)}</ul>
        </>
      ) : null}
    </aside>
  );
}

function ownFirst(a: MemberInfo, b: MemberInfo): number {
  if (a.self !== b.self) return a.self ? -1 : 1;
  return a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1);
}

/** Milliseconds since `receivedAt`, counted on once a second. */
function usePassedMs(receivedAt: number): number {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, now - receivedAt);
}
