import {
  BadgeCheck,
  Bell,
  BellOff,
  ChevronsDown,
  Crown,
  FolderLock,
  MessageCircle,
  Paperclip,
  Shield,
  User,
  UserMinus,
} from 'lucide-react';
import type { ReactNode } from 'react';
import type { MemberInfo, RoomInfo } from '../../contract/api.ts';
import { useActions, useApp, useWords } from '../context.tsx';
import { chooseFiles } from '../input/files.ts';
import { actsOn, roomsToAddTo } from '../state/people.ts';
import type { MemberAct } from '../state/people.ts';
import { shownName } from '../text/names.ts';
import { Menu } from './Menu.tsx';
import type { MenuItem } from './Menu.tsx';

interface MemberMenuProps {
  readonly member: MemberInfo;
  readonly info: RoomInfo;
}

/** What can be done with one member; nothing where nothing can. */
export function MemberMenu({ member, info }: MemberMenuProps): ReactNode {
  const words = useWords();
  const item = useMemberItem(member, info);
  const canAdd = useApp((state) => roomsToAddTo(state.rooms).some(({ id }) => id !== info.id));
  const acts = actsOn(member, info, canAdd);
  if (acts.length === 0) return null;
  return <Menu label={words.actionsOf(shownName(member.name))} items={acts.map(item)} />;
}

function useMemberItem(
  { id, name, canBeReached }: MemberInfo,
  { room }: RoomInfo,
): (act: MemberAct) => MenuItem {
  const words = useWords();
  const actions = useActions();
  const member = { id, name };
  const unavailable = canBeReached ? undefined : words.notReachable;
  const confirm = (act: 'remove' | 'make-owner'): void =>
    actions.openDialog({ kind: 'confirm', confirmation: { act, room, member } });
  return (act) => {
    switch (act) {
      case 'message':
        return { text: words.message, Icon: MessageCircle, act: () => void actions.message(id), unavailable };
      case 'send-file': {
        const choose = async (): Promise<void> => actions.files.sendTo(id, await chooseFiles());
        return { text: words.sendFile, Icon: Paperclip, act: () => void choose(), unavailable };
      }
      case 'verify':
        return {
          text: words.verify,
          Icon: BadgeCheck,
          act: () => actions.openDialog({ kind: 'verify', member }),
        };
      case 'mute':
        return { text: words.mute, Icon: BellOff, act: () => void actions.mute(room, id, name) };
      case 'unmute':
        return { text: words.unmute, Icon: Bell, act: () => void actions.unmute(room, id) };
      case 'add-to-room': {
        const open = (): void => actions.openDialog({ kind: 'add-to-room', member });
        return { text: words.addToRoom, Icon: FolderLock, act: open, unavailable };
      }
      case 'make-admin':
        return {
          text: words.makeAdmin,
          Icon: Shield,
          act: () => void actions.setRole(room, member, 'admin'),
        };
      case 'make-owner':
        return { text: words.makeOwner, Icon: Crown, act: () => confirm('make-owner') };
      case 'make-member':
        return {
          text: words.makeMember,
          Icon: User,
          act: () => void actions.setRole(room, member, 'member'),
        };
      case 'step-down': {
        const open = (): void =>
          actions.openDialog({ kind: 'confirm', confirmation: { act: 'step-down', room } });
        return { text: words.stepDown, Icon: ChevronsDown, act: open, grave: true };
      }
      case 'remove':
        return { text: words.removeFromRoom, Icon: UserMinus, act: () => confirm('remove'), grave: true };
    }
  };
}
