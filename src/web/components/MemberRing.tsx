import { Check, Hourglass, Pause, X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { TransferInfo, TransferMember } from '../../contract/api.ts';
import { useWords } from '../context.tsx';
import { shareDone } from '../text/format.ts';
import { initialOf, shownName } from '../text/names.ts';
import { memberStateText } from '../text/transfer.ts';
import { Ring } from './Ring.tsx';

interface MemberRingProps {
  readonly member: TransferMember;
  readonly file: TransferInfo['file'];
}

/** How much of a file one member has verified; a sign in the middle says what the colour does. */
export function MemberRing({ member, file }: MemberRingProps): ReactNode {
  const words = useWords();
  const { name, state, bytesDone } = member;
  return (
    <Ring
      label={words.memberProgress(shownName(file.name), shownName(name))}
      share={state === 'done' ? 1 : shareDone(bytesDone, file.size)}
      state={state}
      detail={memberStateText(member, file.size, words)}
    >
      <Sign member={member} />
    </Ring>
  );
}

function Sign({ member: { state, name } }: Pick<MemberRingProps, 'member'>): ReactNode {
  switch (state) {
    case 'done':
    case 'sent':
      return <Check size={16} />;
    case 'failed':
    case 'declined':
    case 'cancelled':
      return <X size={16} />;
    case 'paused':
      return <Pause size={14} />;
    case 'asking':
    case 'waiting':
      return <Hourglass size={14} />;
    case 'running':
      return initialOf(name);
  }
}
