import { DoorClosed, KeyRound, MessagesSquare } from 'lucide-react';
import type { ReactNode } from 'react';
import type { RoomInfo } from '../../contract/api.ts';
import { useActions, useApp, useWords } from '../context.tsx';
import { isClosed, isPrivate } from '../state/people.ts';
import { shownRoom } from '../state/state.ts';
import { shownName } from '../text/names.ts';
import { ForgetButton } from './ForgetButton.tsx';

/** Says that the shown room is over, or why its messages wait. Always there, so that its change is announced. */
export function RoomBanner(): ReactNode {
  const info = useApp(shownRoom);
  const waiting = isPrivate(info) && info?.joined === true && info.secured === false;
  return (
    <div className="banner-place" role="status">
      {info !== undefined && isClosed(info) ? <ClosedBanner info={info} /> : null}
      {waiting ? <SecuringBanner /> : null}
      {info?.continuesIn === undefined ? null : <ContinuedBanner info={info} label={info.continuesIn} />}
    </div>
  );
}

function ClosedBanner({ info }: { readonly info: RoomInfo }): ReactNode {
  const words = useWords();
  const removed = info.state === 'removed';
  const by = info.removedBy;
  const said = by === undefined ? words.removedBannerNobody : words.removedBanner(shownName(by.name));
  return (
    <div className="banner" data-kind="closed">
      <DoorClosed size={18} aria-hidden="true" />
      <div>
        <strong dir="auto">{removed ? said : words.leftBanner}</strong>
        <p>{removed ? words.removedBannerText : words.leftBannerText}</p>
        <ForgetButton room={info.room} />
      </div>
    </div>
  );
}

/** Both of the two opened a room with each other at once, and talk in the other one. */
function ContinuedBanner({ info, label }: { readonly info: RoomInfo; readonly label: string }): ReactNode {
  const words = useWords();
  const actions = useActions();
  return (
    <div className="banner" data-kind="closed">
      <MessagesSquare size={18} aria-hidden="true" />
      <div>
        <strong dir="auto">{words.continuedBanner(shownName(info.name))}</strong>
        <p>{words.continuedBannerText}</p>
        <button type="button" className="button small" onClick={() => actions.showRoom(label)}>
          {words.continuedShow}
        </button>
      </div>
    </div>
  );
}

/** Fades in late: mostly it is over before anyone could read it. */
function SecuringBanner(): ReactNode {
  const words = useWords();
  return (
    <div className="banner late">
      <KeyRound size={18} aria-hidden="true" />
      <p>{words.securingBanner}</p>
    </div>
  );
}
