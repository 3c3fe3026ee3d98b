import { useState } from 'react';
import type { ReactNode } from 'react';
import { useWords } from '../context.tsx';
import { notifyState, setNotify } from '../daemon/notifier.ts';

/** Whether messages are told while the page is not in sight. */
export function NotificationChoice(): ReactNode {
  const words = useWords();
  const [state, setState] = useState(notifyState);
  const hint = { denied: words.notifyDenied, unsupported: words.notifyUnsupported, on: '', off: '' }[state];
  return (
    <fieldset className="choices">
      <legend>{words.notifyTitle}</legend>
      <label className="choice">
        <input
          type="checkbox"
          checked={state === 'on'}
          disabled={state === 'denied' || state === 'unsupported'}
          onChange={(event) => void setNotify(event.target.checked).then(setState)}
        />
        <span>{words.notifyLabel}</span>
      </label>
      <p className="quiet" role="status">
        {hint}
      </p>
    </fieldset>
  );
}
