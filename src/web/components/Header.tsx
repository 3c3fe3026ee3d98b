import { LogIn, LogOut, Settings, Users } from 'lucide-react';
import type { ReactNode, RefObject } from 'react';
import { useActions, useApp, useWords } from '../context.tsx';
import { isJoined, NO_MEMBERS } from '../state/state.ts';
import { Logo } from './Logo.tsx';
import { RoomName } from './RoomName.tsx';
import { RoomTabs } from './RoomTabs.tsx';

interface HeaderProps {
  readonly membersShown: boolean;
  readonly membersButton: RefObject<HTMLButtonElement | null>;
  readonly onToggleMembers: () => void;
  readonly onSettings: () => void;
}

/** The room's name, and what can be done with the room as a whole. */
export function Header({ membersShown, membersButton, onToggleMembers, onSettings }: HeaderProps): ReactNode {
  const words = useWords();
  const actions = useActions();
  const room = useApp((state) => state.room);
  const joined = useApp(isJoined);
  const open = useApp((state) => state.connection === 'open');
  const members = useApp((state) => state.members[state.room] ?? NO_MEMBERS);
  const count = members.members.filter((member) => !member.removed).length;

  return (
    <header className="header">
      <Logo size={32} />
      <div className="header-title">
        <h1>
          <RoomName room={room} />
        </h1>
        <p className="quiet">{words.publicRoom}</p>
      </div>
      <RoomTabs />
      <div className="header-actions">
        <button
          type="button"
          ref={membersButton}
          className="button icon members-toggle"
          aria-expanded={membersShown}
          aria-controls="members"
          onClick={onToggleMembers}
        >
          <Users size={20} aria-hidden="true" />
          <span className="unseen">{words.membersTitle}</span> {count}
        </button>
        {joined ? (
          <button type="button" className="button" disabled={!open} onClick={() => void actions.quit(room)}>
            <LogOut size={16} aria-hidden="true" />
            {words.quit}
          </button>
        ) : (
          <button
            type="button"
            className="button primary"
            disabled={!open}
            onClick={() => void actions.join(room)}
          >
            <LogIn size={16} aria-hidden="true" />
            {words.join}
          </button>
        )}
        <button
          type="button"
          className="button icon"
          aria-label={words.settings}
          title={words.settings}
          onClick={onSettings}
        >
          <Settings size={20} aria-hidden="true" />
        </button>
      </div>
    </header>
  );
}
