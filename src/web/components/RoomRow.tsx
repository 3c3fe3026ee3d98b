import type { ReactNode } from 'react';
import type { RoomInfo } from '../../contract/api.ts';
import { useActions, useApp, useWords } from '../context.tsx';
import { UNREAD_SHOWN_MAX } from '../limits.ts';
import { isClosed, otherMember } from '../state/people.ts';
import { RoomIcon } from './RoomIcon.tsx';
import { RoomName } from './RoomName.tsx';
import { VerifiedMark } from './VerifiedMark.tsx';

interface RoomRowProps {
  readonly info: RoomInfo;
  readonly onChosen: () => void;
}

/** One room to choose: what kind it is, its name, and how much in it is unread. */
export function RoomRow({ info, onChosen }: RoomRowProps): ReactNode {
  const words = useWords();
  const actions = useActions();
  const shown = useApp((state) => state.room === info.room);
  const other = useApp((state) => otherMember(state, info));
  const unread = useApp((state) => state.unread[info.room] ?? 0);
  const fresh = useApp((state) => state.fresh.includes(info.room));
  const earlier = info.continuesIn === undefined ? undefined : words.earlierMark;
  const mark = isClosed(info) ? words.closedMark : info.joined ? earlier : words.outMark;
  return (
    <li>
      <button
        type="button"
        className="room-row"
        data-out={mark !== undefined}
        data-unread={unread > 0 || fresh}
        aria-current={shown ? 'page' : undefined}
        onClick={() => {
          actions.showRoom(info.room);
          onChosen();
        }}
      >
        <RoomIcon info={info} other={other} />
        <span className="room-row-name">
          <RoomName room={info.name} kind={info.kind} />
        </span>
        {other?.verified === true ? <VerifiedMark /> : null}
        {mark === undefined ? null : <small className="quiet">{mark}</small>}
        {fresh && unread === 0 ? <small className="mark">{words.newMark}</small> : null}
        {unread === 0 ? null : (
          <span className="unread-count">
            <span aria-hidden="true">{unread > UNREAD_SHOWN_MAX ? `${UNREAD_SHOWN_MAX}+` : unread}</span>
            <span className="unseen">{words.unread(unread)}</span>
          </span>
        )}
      </button>
    </li>
  );
}
