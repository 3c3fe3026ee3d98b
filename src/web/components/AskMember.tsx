import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { TransferInfo, TransferMember } from '../../contract/api.ts';
import { useActions, useApp, useWording } from '../context.tsx';
import { formatTime } from '../text/format.ts';
import { shownName } from '../text/names.ts';

interface AskMemberProps {
  readonly member: TransferMember;
  readonly transfer: TransferInfo;
}

/** What a member that does not have the file can be asked for, or why it cannot be. */
export function AskMember({ member, transfer }: AskMemberProps): ReactNode {
  const { words } = useWording();
  const { ask, state } = member;
  if (state === 'paused') return <small>{words.pausedThere}</small>;
  if (ask === undefined) return null;
  if (ask === 'enough') return <small>{words.askedEnough}</small>;
  return <AskButton member={member} transfer={transfer} />;
}

function AskButton({ member, transfer }: AskMemberProps): ReactNode {
  const { words, locale } = useWording();
  const actions = useActions();
  const isThere = useApp((app) =>
    (app.members[transfer.room]?.members ?? []).some(
      ({ id, present, removed }) => id === member.id && present && !removed,
    ),
  );
  const isEarly = useIsBefore(member.askableAt);
  const button = useRef<HTMLButtonElement>(null);
  // With the answer there is nothing more to press: whoever pressed it by the keyboard stays at the table.
  useLayoutEffect(() => {
    const pressed = button.current;
    return () => {
      if (pressed !== null && document.activeElement === pressed)
        pressed.closest<HTMLElement>('[role="region"]')?.focus();
    };
  }, []);
  const { ask, askedAt, askableAt = 0, id } = member;
  const name = shownName(member.name);
  const timeOf = (at: number): string => formatTime(at, at, locale);
  // It can still be reached by the keyboard, and says why it does nothing.
  const isUnavailable = isEarly || !isThere;
  let status = '';
  if (!isThere) status = words.askWhenBack;
  else if (askedAt !== undefined) status = words.askedAt(timeOf(askedAt));
  else if (isEarly) status = words.askableAt(timeOf(askableAt));
  return (
    <>
      <button
        ref={button}
        type="button"
        className="button small"
        aria-label={ask === 'retry' ? words.askRetryOf(name) : words.askQuestionOf(name)}
        aria-disabled={isUnavailable}
        onClick={() => void (isUnavailable || actions.files.askMember(transfer.transfer, id))}
      >
        {ask === 'retry' ? words.askRetry : words.askQuestion}
      </button>
      <small role="status">{status}</small>
    </>
  );
}

/** True until then (Unix ms). */
function useIsBefore(at = 0): boolean {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const restMs = at - Date.now();
    if (restMs <= 0) return undefined;
    // A timer may fire a moment early.
    const timer = setTimeout(() => setNow(Date.now()), restMs + EARLY_MS);
    return () => clearTimeout(timer);
  }, [at]);
  return now < at;
}
const EARLY_MS = 50;
