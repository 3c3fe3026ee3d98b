import type { ReactNode } from 'react';
import type { MessageInfo } from '../../contract/api.ts';
import { useActions, useApp, useWords } from '../context.tsx';
import { canSend } from '../state/state.ts';
import { shownName } from '../text/names.ts';

/** What others made of a message; each is a button that adds one's own, or takes it back. */
export function Reactions({ message }: { readonly message: MessageInfo }): ReactNode {
  const words = useWords();
  const actions = useActions();
  const sendable = useApp(canSend);
  const { id, reactions } = message;
  if (reactions === undefined) return null;
  return (
    <ul className="reactions">
      {reactions.map(({ emoji, people, own }) => {
        const names = people.map(({ name }) => shownName(name)).join(', ');
        const said = words.reactionOf(emoji, names);
        return (
          <li key={emoji}>
            <button
              type="button"
              aria-pressed={own}
              aria-label={own ? words.reactionTake(said) : words.reactionAdd(said)}
              title={names}
              disabled={!sendable}
              onClick={() => void actions.messages.react(id, emoji, !own)}
            >
              <span className="reaction-emoji">{emoji}</span> {people.length}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
