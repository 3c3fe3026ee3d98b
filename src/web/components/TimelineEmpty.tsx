import { DoorOpen, Lock, UserPlus, Users } from 'lucide-react';
import type { ReactNode } from 'react';
import type { RoomInfo } from '../../contract/api.ts';
import { useActions, useWords } from '../context.tsx';
import { isAdmin, isPrivate } from '../state/people.ts';
import { LOBBY } from '../state/state.ts';
import { shownName } from '../text/names.ts';
import { ForgetButton } from './ForgetButton.tsx';
import { Logo } from './Logo.tsx';

/** Others are here, and nobody has said anything yet. */
export function TimelineEmpty(): ReactNode {
  const words = useWords();
  return (
    <div className="empty">
      <Logo size={56} />
      <h2>{words.timelineEmptyTitle}</h2>
      <p className="quiet">{words.timelineEmptyText}</p>
    </div>
  );
}

/** The user has left the room. */
export function TimelineOut({ info }: { readonly info: RoomInfo | undefined }): ReactNode {
  const words = useWords();
  return (
    <div className="empty">
      <DoorOpen size={40} aria-hidden="true" />
      <h2>{words.outTitle}</h2>
      <p className="quiet">{words.outText}</p>
      {info === undefined || info.room === LOBBY || isPrivate(info) ? null : (
        <p className="empty-acts">
          <ForgetButton room={info.room} />
        </p>
      )}
    </div>
  );
}

/** A new private room: letting others in comes next. */
export function LonelyRoom({ info }: { readonly info: RoomInfo }): ReactNode {
  const words = useWords();
  const actions = useActions();
  const { room } = info;
  return (
    <div className="empty">
      <span className="empty-icon" aria-hidden="true">
        <Lock size={28} />
      </span>
      <h2>{words.lonelyTitle}</h2>
      <p className="quiet">{words.lonelyText}</p>
      {isAdmin(info) ? (
        <p className="empty-acts">
          <button
            type="button"
            className="button primary"
            onClick={() => actions.openDialog({ kind: 'invite', room })}
          >
            <UserPlus size={16} aria-hidden="true" />
            {words.makeInvite}
          </button>
          <button
            type="button"
            className="button"
            onClick={() => actions.openDialog({ kind: 'add-people', room })}
          >
            <Users size={16} aria-hidden="true" />
            {words.addPeople}
          </button>
        </p>
      ) : null}
    </div>
  );
}

/** Nothing has been said yet between two. */
export function DirectEmpty({ info }: { readonly info: RoomInfo }): ReactNode {
  const words = useWords();
  return (
    <div className="empty">
      <span className="empty-icon" aria-hidden="true">
        <Lock size={28} />
      </span>
      <h2>{words.directEmptyTitle(shownName(info.name))}</h2>
      <p className="quiet">{words.directEmptyText}</p>
    </div>
  );
}
