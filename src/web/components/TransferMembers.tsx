import { CircleCheck, CircleX, Hourglass } from 'lucide-react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { TransferInfo, TransferMember } from '../../contract/api.ts';
import { useWords } from '../context.tsx';
import { TRANSFER_MEMBERS_SHOWN } from '../limits.ts';
import { shareDone } from '../text/format.ts';
import { shownName } from '../text/names.ts';
import { memberStateText } from '../text/transfer.ts';
import { PersonName } from './PersonName.tsx';
import { ProgressBar } from './ProgressBar.tsx';

/** Who has how much of an own file. The first few; who is not done stands before who is. */
export function TransferMembers({ transfer }: { readonly transfer: TransferInfo }): ReactNode {
  const words = useWords();
  const [all, setAll] = useState(false);
  const { file, members } = transfer;
  if (members.length === 0) return null;
  const sorted = members.length > TRANSFER_MEMBERS_SHOWN ? [...members].sort(undoneFirst) : members;
  const shown = all ? sorted : sorted.slice(0, TRANSFER_MEMBERS_SHOWN);
  return (
    <>
      <ul className="transfer-members">
        {shown.map((member) => (
          <MemberProgress key={member.id} member={member} file={file} />
        ))}
      </ul>
      {shown.length < members.length ? (
        <button type="button" className="button small link-button" onClick={() => setAll(true)}>
          {words.moreMembers(members.length - shown.length)}
        </button>
      ) : null}
    </>
  );
}

function undoneFirst(a: TransferMember, b: TransferMember): number {
  return Number(a.state === 'done') - Number(b.state === 'done');
}

interface MemberProgressProps {
  readonly member: TransferMember;
  readonly file: TransferInfo['file'];
}

/** One member's row: name, bar, and in words how far it is. */
function MemberProgress({ member, file }: MemberProgressProps): ReactNode {
  const words = useWords();
  const { name, state, bytesDone, reason } = member;
  const share = state === 'done' ? 1 : shareDone(bytesDone, file.size);
  const why = state === 'failed' && reason !== undefined ? words.reasons[reason] : undefined;
  return (
    <li className="transfer-member" data-state={state}>
      <PersonName name={name} />
      <ProgressBar label={words.memberProgress(shownName(file.name), shownName(name))} share={share} />
      <span className="transfer-member-state" title={why}>
        <StateIcon state={state} />
        {memberStateText(member, file.size, words)}
      </span>
      {why === undefined ? null : <span className="transfer-reason">{why}</span>}
    </li>
  );
}

function StateIcon({ state }: Pick<TransferMember, 'state'>): ReactNode {
  switch (state) {
    case 'done':
      return <CircleCheck size={14} aria-hidden="true" />;
    case 'failed':
    case 'declined':
    case 'cancelled':
      return <CircleX size={14} aria-hidden="true" />;
    case 'asking':
    case 'waiting':
    case 'paused':
      return <Hourglass size={14} aria-hidden="true" />;
    case 'sent':
    case 'running':
      return null;
  }
}
