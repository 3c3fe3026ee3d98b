import { CircleCheck, LoaderCircle, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Person } from '../../contract/api.ts';
import { VERIFICATION_EMOJI } from '../../words/verification-emoji.ts';
import { useActions, useApp, useWording, useWords } from '../context.tsx';
import type { EmojiProgress } from '../state/state.ts';
import { peopleSeen } from '../state/people.ts';
import { shownName } from '../text/names.ts';

/** Both see seven pictures and tell each other whether they are the same: each step of it, and what is next. */
export function EmojiCompare({ member }: { readonly member: Person }): ReactNode {
  const words = useWords();
  const progress = useApp((state) => state.emoji[member.id]);
  return (
    <section className="emoji-part">
      <h3>{words.emojiTitle}</h3>
      <div role="status">
        {progress === undefined ? (
          <EmojiBeginning member={member} />
        ) : (
          <EmojiStage member={member} progress={progress} />
        )}
      </div>
    </section>
  );
}

function EmojiBeginning({ member }: { readonly member: Person }): ReactNode {
  const words = useWords();
  const actions = useActions();
  const here = useApp((state) => peopleSeen(state.members).some(({ id }) => id === member.id));
  if (!here) return <p className="quiet">{words.unreachableNow(shownName(member.name))}</p>;
  return (
    <div className="emoji-line">
      <p className="quiet">{words.emojiText}</p>
      <button type="button" className="button" onClick={() => void actions.emoji(member.id, 'start')}>
        {words.emojiStart}
      </button>
    </div>
  );
}

interface EmojiStageProps {
  readonly member: Person;
  readonly progress: EmojiProgress;
}

function EmojiStage({ member, progress }: EmojiStageProps): ReactNode {
  const words = useWords();
  const actions = useActions();
  const name = shownName(member.name);
  const act = (what: Parameters<typeof actions.emoji>[1], text: string, primary = false): ReactNode => (
    <button
      type="button"
      className={primary ? 'button primary' : 'button'}
      onClick={() => void actions.emoji(member.id, what)}
    >
      {text}
    </button>
  );
  switch (progress.stage) {
    case 'asked':
      return (
        <div className="emoji-line">
          <p>{words.emojiAsked(name)}</p>
          {act('cancel', words.emojiDecline)}
          {act('accept', words.emojiAccept, true)}
        </div>
      );
    case 'waiting':
      return (
        <div className="emoji-line">
          <p className="progress-line">
            <LoaderCircle className="spinner" size={16} aria-hidden="true" />
            {words.emojiWaiting(name)}
          </p>
          {act('cancel', words.cancel)}
        </div>
      );
    case 'compare':
      return (
        <>
          <p>{words.emojiCompare(name)}</p>
          <SevenEmoji emoji={progress.emoji ?? []} />
          <div className="emoji-line answers">
            {act('different', words.emojiDifferent)}
            {act('same', words.emojiSame, true)}
          </div>
        </>
      );
    case 'done':
      return (
        <p className="verified-line">
          <CircleCheck size={20} aria-hidden="true" />
          {words.emojiDone(name)}
        </p>
      );
    case 'failed':
      return <EmojiFailed member={member} reason={progress.reason} />;
  }
}

function SevenEmoji({ emoji }: { readonly emoji: NonNullable<EmojiProgress['emoji']> }): ReactNode {
  const { words, language } = useWording();
  return (
    <ol className="seven-emoji" aria-label={words.emojiList}>
      {emoji.map(({ index, symbol, name }, place) => (
        <li key={place}>
          <span aria-hidden="true">{symbol}</span>
          {VERIFICATION_EMOJI[index]?.[language] ?? name}
        </li>
      ))}
    </ol>
  );
}

function EmojiFailed({
  member,
  reason,
}: {
  readonly member: Person;
  readonly reason: string | undefined;
}): ReactNode {
  const words = useWords();
  const actions = useActions();
  return (
    <div className="emoji-line">
      <p className="warning-line">
        <TriangleAlert size={18} aria-hidden="true" />
        {words.emojiFailed} {reason === undefined ? '' : words.emojiFailedReasons[reason]}
      </p>
      <button type="button" className="button" onClick={() => void actions.emoji(member.id, 'start')}>
        {words.emojiAgain}
      </button>
    </div>
  );
}
