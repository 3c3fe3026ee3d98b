import type { ReactNode } from 'react';
import { PersonName } from './PersonName.tsx';
import { VerifiedMark } from './VerifiedMark.tsx';

interface PickNameProps {
  readonly id: string;
  readonly name: string;
  readonly verified: boolean;
}

/** Who a line of a list of people is about, with enough of the id to tell two of one name apart. */
export function PickName({ id, name, verified }: PickNameProps): ReactNode {
  return (
    <p className="pick-name">
      <PersonName name={name} />
      {verified ? <VerifiedMark /> : null}
      <code className="member-id">{id.slice(0, 6)}</code>
    </p>
  );
}
