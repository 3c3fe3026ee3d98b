/** The part of a keyboard event that decides whether Enter sends. */
export interface KeyPress {
  readonly key: string;
  readonly keyCode: number;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
  readonly isComposing: boolean;
}

/**
 * Enter sends; Shift+Enter and Alt+Enter break the line. While an input method composes, Enter belongs to it. Safari
 * ends the composition before the key event, which then only carries the key code 229.
 */
export function isSendKey(press: KeyPress): boolean {
  return (
    press.key === 'Enter' && !press.shiftKey && !press.altKey && !press.isComposing && press.keyCode !== 229
  );
}
