import { LogIn, LogOut, Menu as MenuIcon, Search, SlidersHorizontal, UserPlus, Users } from 'lucide-react';
import type { ReactNode, RefObject } from 'react';
import type { RoomInfo } from '../../contract/api.ts';
import { useActions, useApp, useWords } from '../context.tsx';
import { isAdmin, isClosed, otherMember } from '../state/people.ts';
import { NO_MEMBERS, shownRoom } from '../state/state.ts';
import { unreadSum } from '../state/unread.ts';
import { DialogButton } from './DialogButton.tsx';
import { RoomIcon } from './RoomIcon.tsx';
import { RoomName } from './RoomName.tsx';
import { VerifiedMark } from './VerifiedMark.tsx';

interface HeaderProps {
  readonly roomsShown: boolean;
  readonly roomsButton: RefObject<HTMLButtonElement | null>;
  readonly onToggleRooms: () => void;
  readonly membersShown: boolean;
  readonly membersButton: RefObject<HTMLButtonElement | null>;
  readonly onToggleMembers: () => void;
}

/** The room's name, who can read it, and what can be done with it as a whole. */
export function Header(props: HeaderProps): ReactNode {
  const info = useApp(shownRoom);
  return (
    <header className="header">
      <RoomsToggle {...props} />
      {info === undefined ? null : <RoomHeading info={info} />}
      <div className="header-actions">
        <SearchButton />
        <MembersToggle {...props} />
        {info === undefined ? null : <RoomActions info={info} />}
      </div>
    </header>
  );
}

function RoomHeading({ info }: { readonly info: RoomInfo }): ReactNode {
  const words = useWords();
  const other = useApp((state) => otherMember(state, info));
  const count = useApp((state) => state.members[info.room]?.members.length ?? info.memberCount);
  const said = {
    public: words.publicRoom,
    private: words.privateRoom(count),
    direct: words.directRoom,
    classic: words.classicRoom,
  };
  return (
    <>
      <RoomIcon info={info} other={other} />
      <div className="header-title">
        <h1>
          <RoomName room={info.name} kind={info.kind} />
          {other?.verified === true ? <VerifiedMark /> : null}
        </h1>
        <p className="quiet">{isClosed(info) ? words.closedRoom : said[info.kind]}</p>
      </div>
    </>
  );
}

function SearchButton(): ReactNode {
  const words = useWords();
  return (
    <DialogButton
      Icon={Search}
      label={words.search}
      dialog={{ kind: 'search' }}
      shortcuts="Control+K Meta+K"
    />
  );
}

function SettingsButton({ room }: { readonly room: string }): ReactNode {
  const words = useWords();
  return (
    <DialogButton
      Icon={SlidersHorizontal}
      label={words.roomSettings}
      dialog={{ kind: 'room-settings', room }}
    />
  );
}

/** JOIN and QUIT of a public room; of a private one, inviting; settings of each. */
function RoomActions({ info }: { readonly info: RoomInfo }): ReactNode {
  const words = useWords();
  const actions = useActions();
  const open = useApp((state) => state.connection === 'open');
  const { room } = info;
  if (isClosed(info)) return <SettingsButton room={room} />;
  if ((info.kind === 'public' || info.kind === 'classic') && info.joined) {
    return (
      <>
        <SettingsButton room={room} />
        <button type="button" className="button" disabled={!open} onClick={() => void actions.quit(room)}>
          <LogOut size={16} aria-hidden="true" />
          <span className="wide-only">{words.quit}</span>
        </button>
      </>
    );
  }
  if (!info.joined) {
    return (
      <button
        type="button"
        className="button primary"
        disabled={!open}
        onClick={() => void actions.join(room)}
      >
        <LogIn size={16} aria-hidden="true" />
        {words.join}
      </button>
    );
  }
  return (
    <>
      {isAdmin(info) ? (
        <button
          type="button"
          className="button invite-button"
          disabled={!open}
          onClick={() => actions.openDialog({ kind: 'invite', room })}
        >
          <UserPlus size={16} aria-hidden="true" />
          <span>{words.invite}</span>
        </button>
      ) : null}
      <SettingsButton room={room} />
    </>
  );
}

function RoomsToggle({ roomsShown, roomsButton, onToggleRooms }: HeaderProps): ReactNode {
  const words = useWords();
  const unread = useApp(unreadSum);
  const fresh = useApp((state) => state.fresh.length > 0);
  const label = unread > 0 ? `${words.showRooms}: ${words.unread(unread)}` : words.showRooms;
  return (
    <button
      type="button"
      ref={roomsButton}
      className="button icon rooms-toggle"
      aria-expanded={roomsShown}
      aria-controls="rooms"
      aria-label={label}
      data-unread={unread > 0 || fresh}
      onClick={onToggleRooms}
    >
      <MenuIcon size={20} aria-hidden="true" />
    </button>
  );
}

function MembersToggle({ membersShown, membersButton, onToggleMembers }: HeaderProps): ReactNode {
  const words = useWords();
  const members = useApp((state) => state.members[state.room] ?? NO_MEMBERS);
  const count = members.members.filter((member) => !member.removed).length;
  return (
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
  );
}
