import { Check, ExternalLink, FolderOpen, Pause, Play, RotateCcw, X } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import type { TransferInfo } from '../../contract/api.ts';
import { useActions, useWords } from '../context.tsx';
import { shownName } from '../text/names.ts';

/** What can be done with a transfer in its present state. */
export function TransferActions({ transfer }: { readonly transfer: TransferInfo }): ReactNode {
  const words = useWords();
  const actions = useActions();
  const { own, state, openable } = transfer;
  const name = shownName(transfer.file.name);
  const button = (
    act: Parameters<typeof actions.files.act>[0],
    text: string,
    label: string,
    Icon: LucideIcon,
    primary = false,
  ): ReactNode => (
    <button
      type="button"
      className={primary ? 'button small primary' : 'button small'}
      aria-label={label}
      onClick={() => void actions.files.act(act, transfer.transfer)}
    >
      <Icon size={16} aria-hidden="true" />
      {text}
    </button>
  );

  if (state === 'asking' && !own) {
    return (
      <div className="transfer-actions">
        {button('accept', words.accept, words.acceptFile(name), Check, true)}
        {button('decline', words.decline, words.declineFile(name), X)}
      </div>
    );
  }
  if (state === 'running' || state === 'waiting' || state === 'paused') {
    const label = own ? words.cancelFile(name) : words.cancelReceiving(name);
    return (
      <div className="transfer-actions">
        {state === 'paused'
          ? button('resume', words.resume, words.resumeFile(name), Play)
          : transfer.unverified === true
            ? null
            : button('pause', words.pause, words.pauseFile(name), Pause)}
        {button('cancel', words.cancel, label, X)}
      </div>
    );
  }
  // Whoever said no may think better of it.
  if (state === 'declined' && !own) {
    return (
      <div className="transfer-actions">{button('retry', words.accept, words.acceptFile(name), Check)}</div>
    );
  }
  if (canRetry(transfer)) {
    return (
      <div className="transfer-actions">{button('retry', words.retry, words.retryFile(name), RotateCcw)}</div>
    );
  }
  if (state !== 'done' || transfer.path === undefined) return null;
  return (
    <div className="transfer-actions">
      {openable ? button('open', words.open, words.openFile(name), ExternalLink) : null}
      {button('show-in-folder', words.showInFolder, words.showFileInFolder(name), FolderOpen)}
      {openable ? null : <p className="quiet">{words.notOpenable}</p>}
    </div>
  );
}

/**
 * Does the daemon take it up again? What broke a rule or was ended for everybody stays as it is. An own file that only members failed
 * to take is taken up by them: whoever wants it asks again.
 */
function canRetry({ state, own, reason, unverified }: TransferInfo): boolean {
  if (unverified === true || reason === 'pack-refused' || (own && reason === undefined)) return false;
  return state === 'failed' || (state === 'cancelled' && !own && reason === 'cancelled-by-receiver');
}
