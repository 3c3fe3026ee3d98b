import type { ReactNode } from 'react';
import type { TransferInfo, TransferMember } from '../../contract/api.ts';
import { useActions, useWords } from '../context.tsx';
import { TRANSFER_MEMBERS_NAMED, TRANSFER_RINGS_SHOWN } from '../limits.ts';
import { shownName } from '../text/names.ts';
import { memberStateText, undoneFirst } from '../text/transfer.ts';
import { MemberRing } from './MemberRing.tsx';
import { PersonName } from './PersonName.tsx';

/** Who has how much of an own file: a ring for each, by name while they are few, and the whole table behind a button. */
export function TransferMembers({ transfer }: { readonly transfer: TransferInfo }): ReactNode {
  const words = useWords();
  const actions = useActions();
  const { file, members } = transfer;
  if (members.length === 0) return null;
  const named = members.length <= TRANSFER_MEMBERS_NAMED;
  const shown = named ? members : [...members].sort(undoneFirst).slice(0, TRANSFER_RINGS_SHOWN);
  const board =
    shown.length < members.length ? words.moreMembers(members.length - shown.length) : words.deliveryDetails;
  return (
    <>
      <ul className={named ? 'transfer-members' : 'transfer-rings'}>
        {shown.map((member) => (
          <li key={member.id} className="transfer-member" data-state={member.state}>
            <MemberRing member={member} file={file} />
            {named ? <MemberText member={member} file={file} /> : null}
          </li>
        ))}
      </ul>
      <button
        type="button"
        className="button small link-button"
        aria-label={words.deliveryOf(board, shownName(file.name))}
        onClick={() => actions.openDialog({ kind: 'delivery', transfer: transfer.transfer })}
      >
        {board}
      </button>
    </>
  );
}

interface MemberTextProps {
  readonly member: TransferMember;
  readonly file: TransferInfo['file'];
}

function MemberText({ member, file }: MemberTextProps): ReactNode {
  const words = useWords();
  const { name, state, reason } = member;
  const why = state === 'failed' && reason !== undefined ? words.reasons[reason] : undefined;
  return (
    <span className="transfer-member-text">
      <PersonName name={name} />
      <span className="transfer-member-state" title={why}>
        {memberStateText(member, file.size, words)}
      </span>
      {why === undefined ? null : <span className="transfer-reason">{why}</span>}
    </span>
  );
}
