import { TriangleAlert, UserMinus, X } from 'lucide-react';
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

/** Problems stay until dismissed; an offer to undo passes, for the member list goes on making it. */
function NoticeCard({ notice }: { readonly notice: Notice }): ReactNode {
  const { words, language } = useWording();
  const actions = useActions();
  const { title, text } = noticeText(notice, language);
  const { key, kind } = notice;
  useEffect(() => {
    if (kind !== 'removed') return undefined;
    const timer = setTimeout(() => actions.dismiss(key), NOTICE_PASSING_MS);
    return () => clearTimeout(timer);
  }, [actions, key, kind]);

  return (
    <div className="notice" role={kind === 'removed' ? 'status' : 'alert'} data-kind={kind}>
      {kind === 'removed' ? (
        <UserMinus size={18} aria-hidden="true" />
      ) : (
        <TriangleAlert size={18} aria-hidden="true" />
      )}
      <div className="notice-text">
        <p>
          <strong dir="auto">{title}</strong>
        </p>
        {text === '' ? null : <p dir="auto">{text}</p>}
      </div>
      {notice.kind === 'removed' ? (
        <button
          type="button"
          className="button small"
          onClick={() => {
            void actions.restoreMember(notice.room, notice.member);
            actions.dismiss(key);
          }}
        >
          {words.undo}
        </button>
      ) : null}
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
