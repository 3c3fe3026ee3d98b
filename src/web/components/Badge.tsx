import type { CSSProperties, ReactNode } from 'react';
import { useApp } from '../context.tsx';
import { hueOf, initialOf } from '../text/names.ts';

interface BadgeProps {
  readonly id: string;
  readonly name: string;
  /** Shows presence by a dot; absent where presence does not matter. */
  readonly presence?: 'here' | 'away';
}

/** A member's round badge, in the colour that it chose. Decoration: the name always stands beside it. */
export function Badge({ id, name, presence }: BadgeProps): ReactNode {
  const colour = useApp((state) => state.colours[id]);
  const hue = { '--hue': hueOf(id, colour) } as CSSProperties;
  return (
    <span className="badge" style={hue} data-presence={presence} aria-hidden="true">
      {initialOf(name)}
    </span>
  );
}
