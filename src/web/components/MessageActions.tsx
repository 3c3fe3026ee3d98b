import { Copy, EyeOff, Pencil, Reply, SmilePlus, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import type { MessageInfo } from '../../contract/api.ts';
import { useActions, useApp, useWords } from '../context.tsx';
import { QUICK_REACTIONS } from '../limits.ts';
import { canSend, canSpeak } from '../state/state.ts';
import { shownName } from '../text/names.ts';
import { Menu } from './Menu.tsx';
import type { MenuItem } from './Menu.tsx';

/** What can be done with one message: there when it is pointed at, or has the focus, and always on a touch screen. */
export function MessageActions({ message }: { readonly message: MessageInfo }): ReactNode {
  const words = useWords();
  const actions = useActions();
  const sendable = useApp(canSend);
  const speaks = useApp(canSpeak);
  // The members of the room of the original tool know nothing of all this.
  const plain = message.unverified === true || !sendable;
  return (
    <div className="message-actions">
      {plain ? null : (
        <>
          <ReactMenu message={message} />
          {speaks ? (
            <button
              type="button"
              className="button icon small"
              aria-label={words.replyTo(shownName(message.from.name))}
              title={words.reply}
              onClick={() => actions.messages.compose(message.room, { mode: 'reply', message })}
            >
              <Reply size={18} aria-hidden="true" />
            </button>
          ) : null}
        </>
      )}
      <Menu label={words.messageActions} items={useMoreItems(message, plain)} />
    </div>
  );
}

function ReactMenu({ message }: { readonly message: MessageInfo }): ReactNode {
  const words = useWords();
  const actions = useActions();
  const { id, reactions } = message;
  const isOwn = (emoji: string): boolean => reactions?.some((one) => one.emoji === emoji && one.own) === true;
  const quick = QUICK_REACTIONS.map((emoji): MenuItem => ({
    text: emoji,
    act: () => void actions.messages.react(id, emoji, !isOwn(emoji)),
  }));
  const other = (): void => actions.openDialog({ kind: 'react', message });
  return (
    <Menu
      label={words.react}
      Icon={SmilePlus}
      inRow
      items={[...quick, { text: words.reactOther, act: other }]}
    />
  );
}

function useMoreItems(message: MessageInfo, plain: boolean): readonly MenuItem[] {
  const words = useWords();
  const actions = useActions();
  const { room, id } = message;
  const confirm = (act: 'delete-message' | 'hide-message') => (): void =>
    actions.openDialog({ kind: 'confirm', confirmation: { act, room, message: id } });
  const copy: MenuItem = {
    text: words.copyText,
    Icon: Copy,
    act: () => void actions.messages.copy(message),
  };
  const hide: MenuItem = { text: words.hideMessage, Icon: EyeOff, act: confirm('hide-message') };
  if (plain || !message.own) return [copy, hide];
  const edit = (): void => actions.messages.compose(room, { mode: 'edit', message });
  return [
    { text: words.edit, Icon: Pencil, act: edit },
    copy,
    hide,
    { text: words.deleteMessage, Icon: Trash2, act: confirm('delete-message'), grave: true },
  ];
}
