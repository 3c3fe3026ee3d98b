import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useActions } from '../context.tsx';
import { Arrivals } from './Arrivals.tsx';
import { Composer } from './Composer.tsx';
import { ConnectionBanner } from './ConnectionBanner.tsx';
import { Dialogs } from './Dialogs.tsx';
import { DropZone } from './DropZone.tsx';
import { Header } from './Header.tsx';
import { MemberPanel } from './MemberPanel.tsx';
import { Notices } from './Notices.tsx';
import { RoomBanner } from './RoomBanner.tsx';
import { RoomColumn } from './RoomColumn.tsx';
import { Timeline } from './Timeline.tsx';

/** The rooms, what was said and sent in one of them, and who is there. */
export function RoomView(): ReactNode {
  /** On a narrow screen: which of the side columns covers the conversation. */
  const [shown, setShown] = useState<'rooms' | 'members'>();
  const roomsButton = useRef<HTMLButtonElement>(null);
  const membersButton = useRef<HTMLButtonElement>(null);
  useSearchKey();
  const toggle = (column: 'rooms' | 'members'): void => setShown(shown === column ? undefined : column);
  return (
    <div className="room">
      <RoomColumn
        shown={shown === 'rooms'}
        onClose={() => {
          if (shown !== 'rooms') return;
          setShown(undefined);
          roomsButton.current?.focus();
        }}
      />
      <Header
        roomsShown={shown === 'rooms'}
        roomsButton={roomsButton}
        onToggleRooms={() => toggle('rooms')}
        membersShown={shown === 'members'}
        membersButton={membersButton}
        onToggleMembers={() => toggle('members')}
      />
      <main className="conversation">
        <ConnectionBanner />
        <RoomBanner />
        <Timeline />
        <Composer />
      </main>
      <MemberPanel
        shown={shown === 'members'}
        onClose={() => {
          setShown(undefined);
          membersButton.current?.focus();
        }}
      />
      <Arrivals />
      <Notices />
      <DropZone />
      <Dialogs />
    </div>
  );
}

/** Control or Command and K: search, from wherever the focus is. */
function useSearchKey(): void {
  const actions = useActions();
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
      if (key.toLowerCase() !== 'k' || ctrlKey === metaKey || altKey || shiftKey) return;
      event.preventDefault();
      actions.openDialog({ kind: 'search' });
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [actions]);
}
