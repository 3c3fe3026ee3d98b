import { FileDown } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { useActions, useApp, useWords } from '../context.tsx';
import { pastedFiles } from '../input/files.ts';
import { isClosed } from '../state/people.ts';
import { canSpeak, shownRoom } from '../state/state.ts';
import { shownName } from '../text/names.ts';

/**
 * Files that hover say so at least every 550 ms, also when the hand rests (HTML Standard, drag-and-drop processing
 * model: every 350 ms, give or take 200). Twice that without a word and they are gone, whatever else was missed.
 */
const hoverEndsAfterMs = 1100;

/** Takes files that are dropped anywhere on the page, or pasted; shows itself while files hover over it. */
export function DropZone(): ReactNode {
  const words = useWords();
  const hovering = useFilesFromOutside();
  const sendable = useApp(canSpeak);
  const info = useApp(shownRoom);
  if (!hovering) return null;
  const whereTo = info?.kind === 'direct' ? words.dropHereDirect(shownName(info.name)) : words.dropHere;
  const whyNot = isClosed(info)
    ? words.dropClosed
    : info?.continuesIn === undefined
      ? words.dropOut
      : words.continuedBanner(shownName(info.name));
  return (
    <div className="drop-zone" data-refused={!sendable}>
      <p>
        <FileDown size={40} aria-hidden="true" />
        {sendable ? whereTo : whyNot}
      </p>
    </div>
  );
}

/** Listens on the whole page, also where nothing may be sent: else the browser would open a dropped file. */
function useFilesFromOutside(): boolean {
  const actions = useActions();
  const room = useApp((state) => state.room);
  const sendable = useApp(canSpeak);
  const [hovering, setHovering] = useState(false);
  useEffect(() => {
    let silence: ReturnType<typeof setTimeout> | undefined;
    const end = (): void => {
      clearTimeout(silence);
      setHovering(false);
    };
    const onDragOver = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes('Files') !== true) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = sendable ? 'copy' : 'none';
      setHovering(true);
      clearTimeout(silence);
      silence = setTimeout(end, hoverEndsAfterMs);
    };
    const onDragLeave = (event: DragEvent): void => {
      // Only a pointer that has left the window has nothing to go to.
      if (event.relatedTarget === null) end();
    };
    const onDrop = (event: DragEvent): void => {
      end();
      if (event.dataTransfer?.types.includes('Files') !== true) return;
      event.preventDefault();
      if (!sendable) return;
      void actions.files.sendDrop(room, event.dataTransfer);
    };
    const onPaste = (event: ClipboardEvent): void => {
      const files = event.clipboardData === null ? [] : pastedFiles(event.clipboardData, new Date());
      if (files.length === 0 || !sendable) return;
      event.preventDefault();
      actions.files.send(room, files);
    };
    addEventListener('dragover', onDragOver);
    addEventListener('dragleave', onDragLeave);
    addEventListener('drop', onDrop);
    addEventListener('paste', onPaste);
    return () => {
      end();
      removeEventListener('dragover', onDragOver);
      removeEventListener('dragleave', onDragLeave);
      removeEventListener('drop', onDrop);
      removeEventListener('paste', onPaste);
    };
  }, [actions, room, sendable]);
  return hovering;
}
