import { BadgeCheck, BellOff, FileQuestionMark, TriangleAlert, UserX, X } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useEffect } from 'react';
import type { ReactNode } from 'react';
import { useActions, useApp, useWording } from '../context.tsx';
import { NOTICE_PASSING_MS } from '../limits.ts';
import type { Notice } from '../state/state.ts';
import { noticeText } from '../text/notice.ts';

/** What the user must know, in a corner of the page. */
export function Notices(): ReactNode {
  const { words } = useWording();
  const notices = useApp((state) => state.notices);
  return (
    <section className="notices" aria-label={words.noticesLabel}>
      {notices.map((notice) => (
        <NoticeCard key={notice.key} notice={notice} />
      ))}
    </section>
  );
}

const ICONS: Readonly<Record<Notice['kind'], LucideIcon>> = {
  problem: TriangleAlert,
  warning: TriangleAlert,
  muted: BellOff,
  'emoji-asked': BadgeCheck,
  declined: UserX,
  'asked-again': FileQuestionMark,
};

/** All but an offer to undo stay until dismissed; that one passes, for the member list goes on making it. */
function NoticeCard({ notice }: { readonly notice: Notice }): ReactNode {
  const { words, language } = useWording();
  const actions = useActions();
  const { title, text } = noticeText(notice, language);
  const { key, kind } = notice;
  const Icon = ICONS[kind];
  useEffect(() => {
    if (kind !== 'muted') return undefined;
    const timer = setTimeout(() => actions.dismiss(key), NOTICE_PASSING_MS);
    return () => clearTimeout(timer);
  }, [actions, key, kind]);

  return (
    <div
      className="notice"
      role={kind === 'muted' || kind === 'declined' ? 'status' : 'alert'}
      data-kind={kind}
    >
      <Icon size={18} aria-hidden="true" />
      <div className="notice-text">
        <p>
          <strong dir="auto">{title}</strong>
        </p>
        {text === '' ? null : <p dir="auto">{text}</p>}
      </div>
      <NoticeAct notice={notice} />
      <button
        type="button"
        className="button icon small"
        aria-label={words.dismiss}
        onClick={() => actions.dismiss(key)}
      >
        <X size={16} aria-hidden="true" />
      </button>
    </div>
  );
}

/** What can be done about it at once. */
function NoticeAct({ notice }: { readonly notice: Notice }): ReactNode {
  const { words } = useWording();
  const actions = useActions();
  const button = (text: string, act: () => void): ReactNode => (
    <button
      type="button"
      className="button small"
      onClick={() => {
        act();
        actions.dismiss(notice.key);
      }}
    >
      {text}
    </button>
  );
  switch (notice.kind) {
    case 'problem':
    case 'declined':
      return null;
    case 'asked-again':
      return (
        <span className="notice-acts">
          {button(words.accept, () => void actions.files.act('accept', notice.transfer))}
          {button(words.decline, () => void actions.files.act('decline', notice.transfer))}
        </span>
      );
    case 'muted':
      return button(words.undo, () => void actions.unmute(notice.room, notice.member));
    case 'warning':
      return button(words.warningLook, () =>
        actions.openDialog({ kind: 'warning', member: notice.member, warning: notice.warning }),
      );
    case 'emoji-asked':
      return button(words.emojiAccept, () => {
        void actions.emoji(notice.member.id, 'accept');
        actions.openDialog({ kind: 'verify', member: notice.member });
      });
  }
}
