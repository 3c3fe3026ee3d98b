import { Ellipsis } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import type { CSSProperties, KeyboardEvent, ReactNode } from 'react';
import { flushSync } from 'react-dom';

export interface MenuItem {
  readonly text: string;
  /** Absent for one that is a picture itself. */
  readonly Icon?: LucideIcon;
  readonly act: () => void;
  /** Ends something for somebody: set apart from the rest. */
  readonly grave?: boolean;
  /** Why it can't be chosen now. */
  readonly unavailable?: string | undefined;
}

interface MenuProps {
  /** What the button is called, and the menu. */
  readonly label: string;
  readonly items: readonly MenuItem[];
  /** On the button. */
  readonly Icon?: LucideIcon;
  /** Items side by side: pictures. */
  readonly inRow?: boolean;
}

/** Of one item, and of the menu's own border and padding. */
const ITEM_PIXELS = 40;
const FRAME_PIXELS = 20;
const GAP_PIXELS = 4;

/** A button that opens a menu below it, or above it where there is no room. Its items exist only while it is open. */
export function Menu({ label, items, Icon = Ellipsis, inRow = false }: MenuProps): ReactNode {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<CSSProperties>();
  const choose = (item: MenuItem): void => {
    if (item.unavailable !== undefined) return;
    menu.current?.hidePopover();
    // The focus is back before a dialog opens, so that it comes back here when that closes.
    button.current?.focus();
    item.act();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className="button icon small menu-button"
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={place !== undefined}
        popoverTarget={id}
      >
        <Icon size={18} aria-hidden="true" />
      </button>
      <div
        ref={menu}
        id={id}
        className="menu"
        data-row={inRow}
        role="menu"
        aria-label={label}
        popover="auto"
        style={place}
        tabIndex={-1}
        onBeforeToggle={(event) => {
          const opening = event.newState === 'open' && button.current !== null;
          // Rendered before it shows, so that it is there to take the focus.
          flushSync(() => setPlace(opening ? placeBy(button.current!, inRow ? 1 : items.length) : undefined));
        }}
        onToggle={(event) => {
          if (event.newState === 'open') itemsIn(event.currentTarget)[0]?.focus();
        }}
        onKeyDown={onMenuKey}
      >
        {place === undefined
          ? null
          : items.map((item) => (
              <button
                key={item.text}
                type="button"
                role="menuitem"
                className="menu-item"
                tabIndex={-1}
                data-grave={item.grave === true}
                aria-disabled={item.unavailable !== undefined}
                title={item.unavailable}
                onClick={() => choose(item)}
              >
                {item.Icon === undefined ? null : <item.Icon size={16} aria-hidden="true" />}
                {item.text}
              </button>
            ))}
      </div>
    </>
  );
}

function placeBy(button: HTMLElement, count: number): CSSProperties {
  const { top, bottom, right } = button.getBoundingClientRect();
  const height = count * ITEM_PIXELS + FRAME_PIXELS;
  const above = bottom + height > innerHeight && top > height;
  return {
    right: Math.max(GAP_PIXELS, document.documentElement.clientWidth - right),
    ...(above ? { bottom: innerHeight - top + GAP_PIXELS } : { top: bottom + GAP_PIXELS }),
  };
}

function itemsIn(menu: HTMLElement): readonly HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>('[role="menuitem"]')];
}

/** Arrow keys, Home and End move; Tab leaves. Escape is the browser's. */
function onMenuKey(event: KeyboardEvent<HTMLDivElement>): void {
  const menu = event.currentTarget;
  if (event.key === 'Tab') {
    menu.hidePopover();
    return;
  }
  const items = itemsIn(menu);
  const at = items.findIndex((item) => item === document.activeElement);
  const to: Readonly<Record<string, number>> = {
    ArrowDown: (at + 1) % items.length,
    ArrowRight: (at + 1) % items.length,
    ArrowUp: (at + items.length - Math.min(1, at + 1)) % items.length,
    ArrowLeft: (at + items.length - Math.min(1, at + 1)) % items.length,
    Home: 0,
    End: items.length - 1,
  };
  const next = Object.hasOwn(to, event.key) ? items[to[event.key]!] : undefined;
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}
