import { FolderUp, Paperclip } from 'lucide-react';
import { useRef } from 'react';
import type { ReactNode } from 'react';
import { useWords } from '../context.tsx';

interface FileChooserProps {
  readonly disabled: boolean;
  readonly onFiles: (files: readonly File[]) => void;
}

/** The buttons that open the browser's own dialogs for files and for a folder. */
export function FileChooser(props: FileChooserProps): ReactNode {
  const words = useWords();
  return (
    <div className="file-choices">
      <Choice {...props} label={words.chooseFile} className="button choose-file">
        <Paperclip size={18} aria-hidden="true" />
        <span>{words.chooseFile}</span>
      </Choice>
      <Choice {...props} label={words.chooseFolder} folder className="button icon choose-folder">
        <FolderUp size={18} aria-hidden="true" />
      </Choice>
    </div>
  );
}

interface ChoiceProps extends FileChooserProps {
  readonly label: string;
  readonly className: string;
  readonly folder?: boolean;
  readonly children: ReactNode;
}

function Choice({ disabled, onFiles, label, className, folder = false, children }: ChoiceProps): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        className={className}
        disabled={disabled}
        aria-label={label}
        title={label}
        onClick={() => input.current?.click()}
      >
        {children}
      </button>
      <input
        ref={(element) => {
          input.current = element;
          if (element !== null) element.webkitdirectory = folder;
        }}
        type="file"
        multiple
        hidden
        aria-label={label}
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
