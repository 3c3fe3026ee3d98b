import type { ReactNode } from 'react';
import type { TransferInfo, TransferMember } from '../../contract/api.ts';
import { useApp, useWording } from '../context.tsx';
import { transferById } from '../state/timeline.ts';
import { formatBytes, formatRate } from '../text/format.ts';
import { shownName } from '../text/names.ts';
import { memberStateText, transferStateText, undoneFirst } from '../text/transfer.ts';
import { AskMember } from './AskMember.tsx';
import { Dialog } from './Dialog.tsx';
import { FileHead } from './FileHead.tsx';
import { MemberRing } from './MemberRing.tsx';
import { PersonName } from './PersonName.tsx';
import { TransferActions } from './TransferActions.tsx';
import { TransferCost } from './TransferCost.tsx';
import { TransferSafety } from './TransferSafety.tsx';

/** The delivery board's table: each member's progress, rate, what it lacks, and whether it has verified the whole. */
export function DeliveryDialog({ transfer: id }: { readonly transfer: string }): ReactNode {
  const { words } = useWording();
  const transfer = useApp((state) => transferById(state.timelines, id));
  if (transfer === undefined) return null;
  const { file, members } = transfer;
  return (
    <Dialog title={words.deliveryTitle(shownName(file.name))} wide>
      <FileHead name={file.name} size={file.size} folder={transfer.folder} />
      <p className="transfer-state">{transferStateText(transfer, words)}</p>
      <TransferSafety transfer={transfer} />
      <TransferCost transfer={transfer} />
      <div className="board" role="region" aria-label={words.deliveryTable} tabIndex={0}>
        <table className="board-table">
          <thead>
            <tr>
              <th scope="col">{words.boardMember}</th>
              <th scope="col">{words.boardState}</th>
              <th scope="col">{words.boardMissing}</th>
              <th scope="col">{words.boardRate}</th>
            </tr>
          </thead>
          <tbody>
            {[...members].sort(undoneFirst).map((member) => (
              <MemberRow key={member.id} member={member} transfer={transfer} />
            ))}
          </tbody>
        </table>
      </div>
      <TransferActions transfer={transfer} />
    </Dialog>
  );
}

interface MemberRowProps {
  readonly member: TransferMember;
  readonly transfer: TransferInfo;
}

function MemberRow({ member, transfer }: MemberRowProps): ReactNode {
  const { words, locale } = useWording();
  const { file } = transfer;
  const { id, name, state, bytesDone, reason } = member;
  const rate = useApp((app) => app.rates[transfer.transfer]?.members[id]?.bytesPerSecond ?? 0);
  const why = state === 'failed' && reason !== undefined ? words.reasons[reason] : undefined;
  return (
    <tr data-state={state}>
      <th scope="row">
        <span className="board-member">
          <MemberRing member={member} file={file} />
          <PersonName name={name} />
        </span>
      </th>
      <td>
        {memberStateText(member, file.size, words)}
        {why === undefined ? null : <small className="transfer-reason">{why}</small>}
        <AskMember member={member} transfer={transfer} />
      </td>
      <td>
        {state === 'done' ? words.boardNothing : formatBytes(Math.max(0, file.size - bytesDone), locale)}
      </td>
      <td>{state === 'running' ? formatRate(rate, locale) : ''}</td>
    </tr>
  );
}
