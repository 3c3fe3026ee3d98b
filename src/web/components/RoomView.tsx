import { useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Arrivals } from './Arrivals.tsx';
import { Composer } from './Composer.tsx';
import { ConnectionBanner } from './ConnectionBanner.tsx';
import { DropZone } from './DropZone.tsx';
import { Header } from './Header.tsx';
import { MemberPanel } from './MemberPanel.tsx';
import { Notices } from './Notices.tsx';
import { SettingsDialog } from './SettingsDialog.tsx';
import { Timeline } from './Timeline.tsx';

/** A room: what was said and sent, who is there, and the input line. */
export function RoomView(): ReactNode {
  const [membersShown, setMembersShown] = useState(false);
  const [settingsShown, setSettingsShown] = useState(false);
  const membersButton = useRef<HTMLButtonElement>(null);
  return (
    <div className="room">
      <Header
        membersShown={membersShown}
        membersButton={membersButton}
        onToggleMembers={() => setMembersShown(!membersShown)}
        onSettings={() => setSettingsShown(true)}
      />
      <main className="conversation">
        <ConnectionBanner />
        <Timeline />
        <Composer />
      </main>
      <MemberPanel
        shown={membersShown}
        onClose={() => {
          setMembersShown(false);
          membersButton.current?.focus();
        }}
      />
      <Arrivals />
      <Notices />
      <DropZone />
      {settingsShown ? <SettingsDialog onClose={() => setSettingsShown(false)} /> : null}
    </div>
  );
}
