import type { ReactNode } from 'react';
import type { TransferInfo } from '../../contract/api.ts';
import { useWording } from '../context.tsx';
import { isRasterType, playableKind } from '../daemon/picture.ts';
import { formatBytes, shareDone } from '../text/format.ts';
import { shownName } from '../text/names.ts';
import { transferStateText } from '../text/transfer.ts';
import { FileHead } from './FileHead.tsx';
import { ProgressBar } from './ProgressBar.tsx';
import { TransferActions } from './TransferActions.tsx';
import { TransferCost } from './TransferCost.tsx';
import { TransferMembers } from './TransferMembers.tsx';
import { TransferPace } from './TransferPace.tsx';
import { TransferSafety } from './TransferSafety.tsx';
import { VerifiedMedia } from './VerifiedMedia.tsx';
import { VerifiedPicture } from './VerifiedPicture.tsx';

/** One file: how far it is, what can be done with it, and for a verified picture, the picture. */
export function TransferCard({ transfer }: { readonly transfer: TransferInfo }): ReactNode {
  const { words, locale } = useWording();
  const { file, own, state, bytesDone, reason, askedAgain } = transfer;
  const receiving = !own && (state === 'running' || state === 'waiting' || state === 'paused');
  const verified = own || (state === 'done' && transfer.unverified !== true);
  const playable = verified ? playableKind(transfer.mediaType) : undefined;
  // Of an own cancellation one need not be told.
  const told =
    state === 'failed' ||
    (state === 'waiting' && !own) ||
    (state === 'cancelled' && reason === 'cancelled-by-sender' && !own);
  const why = told && reason !== undefined ? words.reasons[reason] : undefined;
  return (
    <div className="transfer" data-state={state}>
      {verified && isRasterType(transfer.mediaType) ? (
        <VerifiedPicture transfer={transfer.transfer} name={file.name} size={file.size} />
      ) : null}
      <FileHead name={file.name} size={file.size} folder={transfer.folder} />
      <p className="transfer-state">
        {transferStateText(transfer, words)}
        {receiving ? (
          <span className="transfer-amount">
            {words.receiving(formatBytes(bytesDone, locale), formatBytes(file.size, locale))}
          </span>
        ) : null}
        {state === 'running' ? <TransferPace transfer={transfer} /> : null}
      </p>
      {state === 'asking' ? (
        <p className="quiet">{askedAgain === true ? words.askedAgainHelp : words.askingHelp}</p>
      ) : null}
      {why === undefined ? null : <p className="transfer-reason">{why}</p>}
      {receiving ? (
        <ProgressBar label={words.progressOf(shownName(file.name))} share={shareDone(bytesDone, file.size)} />
      ) : null}
      {playable === undefined ? null : (
        <VerifiedMedia transfer={transfer.transfer} name={file.name} kind={playable} />
      )}
      {own ? <TransferMembers transfer={transfer} /> : null}
      {own && state === 'done' ? <TransferCost transfer={transfer} /> : null}
      <TransferSafety transfer={transfer} />
      <TransferActions transfer={transfer} />
    </div>
  );
}
