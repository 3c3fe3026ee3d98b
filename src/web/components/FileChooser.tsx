import { Paperclip } from 'lucide-react';
import { useRef } from 'react';
import type { ReactNode } from 'react';
import { useWords } from '../context.tsx';

interface FileChooserProps {
  readonly disabled: boolean;
  readonly onFiles: (files: readonly File[]) => void;
}

/** The button that opens the browser's own dialog for files. */
export function FileChooser({ disabled, onFiles }: FileChooserProps): ReactNode {
  const words = useWords();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        className="button choose-file"
        disabled={disabled}
        title={words.chooseFile}
        onClick={() => input.current?.click()}
      >
        <Paperclip size={18} aria-hidden="true" />
        <span>{words.chooseFile}</span>
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={words.chooseFile}
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          // Emptied, so that the same file can be chosen again.
          event.target.value = '';
          if (files.length > 0) onFiles(files);
        }}
      />
    </>
  );
}
