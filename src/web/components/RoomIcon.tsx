import { Hash, Lock } from 'lucide-react';
import type { ReactNode } from 'react';
import type { MemberInfo, RoomInfo } from '../../contract/api.ts';
import { Badge } from './Badge.tsx';

interface RoomIconProps {
  readonly info: RoomInfo;
  readonly other: MemberInfo | undefined;
}

/** A lock for a private room, a badge for a person, a hash for what everybody can open. */
export function RoomIcon({ info, other }: RoomIconProps): ReactNode {
  if (info.kind === 'direct') {
    const presence = other?.present === true ? ({ presence: other.away ? 'away' : 'here' } as const) : {};
    return <Badge id={info.with?.id ?? info.id} name={info.name} {...presence} />;
  }
  return (
    <span className="room-icon" data-kind={info.kind} aria-hidden="true">
      {info.kind === 'private' ? <Lock size={16} /> : <Hash size={16} />}
    </span>
  );
}
