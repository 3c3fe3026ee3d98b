import { lazy, Suspense } from 'react';
import type { ReactNode } from 'react';
import { useApp } from '../context.tsx';
import type { OpenDialog } from '../state/state.ts';
import { AddPeopleDialog } from './AddPeopleDialog.tsx';
import { AddToRoomDialog } from './AddToRoomDialog.tsx';
import { Boundary } from './Boundary.tsx';
import { BrokenDialog } from './Broken.tsx';
import { ConfirmDialog } from './ConfirmDialog.tsx';
import { CreateRoomDialog } from './CreateRoomDialog.tsx';
import { DeliveryDialog } from './DeliveryDialog.tsx';
import { InviteDialog } from './InviteDialog.tsx';
import { JoinRoomDialog } from './JoinRoomDialog.tsx';
import { ReactDialog } from './ReactDialog.tsx';
import { RoomSettingsDialog } from './RoomSettingsDialog.tsx';
import { SearchDialog } from './SearchDialog.tsx';
import { VerifyDialog } from './VerifyDialog.tsx';
import { WarningDialog } from './WarningDialog.tsx';

/** With its plots it is a third of the page, and most people never look at it. */
const NetworkDialog = lazy(() => import('./NetworkDialog.tsx'));

/** The largest of them, and seldom opened: not among what is loaded at first. */
const SettingsDialog = lazy(async () => ({
  default: (await import('./SettingsDialog.tsx')).SettingsDialog,
}));

/** The dialog that is open, if one is. One that fails leaves the page behind it as it is. */
export function Dialogs(): ReactNode {
  const dialog = useApp((state) => state.dialog);
  if (dialog === undefined) return null;
  return (
    <Boundary key={dialog.kind} fallback={<BrokenDialog />}>
      <DialogOf dialog={dialog} />
    </Boundary>
  );
}

function DialogOf({ dialog }: { readonly dialog: OpenDialog }): ReactNode {
  switch (dialog.kind) {
    case 'settings':
      return (
        <Suspense fallback={null}>
          <SettingsDialog part={dialog.part} />
        </Suspense>
      );
    case 'create-room':
      return <CreateRoomDialog />;
    case 'join-room':
      return <JoinRoomDialog />;
    case 'invite':
      return <InviteDialog room={dialog.room} />;
    case 'room-settings':
      return <RoomSettingsDialog room={dialog.room} />;
    case 'add-people':
      return <AddPeopleDialog room={dialog.room} />;
    case 'add-to-room':
      return <AddToRoomDialog member={dialog.member} />;
    case 'verify':
      return <VerifyDialog key={dialog.member.id} member={dialog.member} />;
    case 'warning':
      return <WarningDialog member={dialog.member} warning={dialog.warning} />;
    case 'delivery':
      return <DeliveryDialog transfer={dialog.transfer} />;
    case 'network':
      return (
        <Suspense>
          <NetworkDialog />
        </Suspense>
      );
    case 'search':
      return <SearchDialog />;
    case 'react':
      return <ReactDialog message={dialog.message} />;
    case 'confirm':
      return <ConfirmDialog confirmation={dialog.confirmation} />;
  }
}
