import { UserPlus } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import type { MemberInfo } from '../../contract/api.ts';
import { useActions, useApp, useWords } from '../context.tsx';
import { isAdmin, isClosed, isPrivate } from '../state/people.ts';
import { isJoined, NO_ENTRIES, NO_MEMBERS, shownRoom } from '../state/state.ts';
import { AloneSteps } from './AloneHelp.tsx';
import { Drawer } from './Drawer.tsx';
import { MemberRow } from './MemberRow.tsx';

interface MemberPanelProps {
  /** On a narrow screen the panel covers the conversation, and only when asked for. */
  readonly shown: boolean;
  readonly onClose: () => void;
}

/** Who is in the room: own row first, then by name; of a private room also who is absent; below them who is muted. */
export function MemberPanel({ shown, onClose }: MemberPanelProps): ReactNode {
  const words = useWords();
  const joined = useApp(isJoined);
  const info = useApp(shownRoom);
  const list = useApp((state) => state.members[state.room] ?? NO_MEMBERS);
  // In an empty timeline the same help stands there, with more room.
  const talked = useApp((state) => (state.timelines[state.room] ?? NO_ENTRIES).length > 0);
  const passedMs = usePassedMs(list.receivedAt);

  const all = list.members.filter((member) => !member.removed).sort(ownFirst);
  const present = all.filter((member) => member.present || member.self);
  const absent = all.filter((member) => !member.present && !member.self);
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
    <Drawer
      id="members"
      as="aside"
      label={words.membersTitle}
      closeLabel={words.hideMembers}
      shown={shown}
      onClose={onClose}
      head={
        <h2>
          {words.membersTitle} <span className="count">{all.length}</span>
        </h2>
      }
    >
      {info !== undefined && isAdmin(info) ? <AddButton room={info.room} /> : null}
      {joined ? (
        <>
          {absent.length > 0 ? <h3>{words.hereTitle}</h3> : null}
          <ul className="member-list">{present.map(row)}</ul>
          {absent.length > 0 ? <h3>{words.absentTitle}</h3> : null}
          <ul className="member-list">{absent.map(row)}</ul>
        </>
      ) : (
        <p className="quiet">{isClosed(info) ? words.closedRoom : words.membersOut}</p>
      )}
      {joined && !isPrivate(info) && all.length === 1 && talked ? (
        <div className="alone-again">
          <p>{words.aloneTitle}</p>
          <AloneSteps />
        </div>
      ) : null}
      {removed.length > 0 ? (
        <>
          <h2>{words.mutedTitle}</h2>
          <p className="quiet">{words.mutedHelp}</p>
          <ul className="member-list">{removed.map(row)}</ul>
        </>
      ) : null}
    </Drawer>
  );
}

function AddButton({ room }: { readonly room: string }): ReactNode {
  const words = useWords();
  const actions = useActions();
  return (
    <button
      type="button"
      className="button small wide"
      onClick={() => actions.openDialog({ kind: 'add-people', room })}
    >
      <UserPlus size={16} aria-hidden="true" />
      {words.addPeople}
    </button>
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
