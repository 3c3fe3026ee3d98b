import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useActions, useWords } from '../context.tsx';
import type { Upload } from '../state/state.ts';
import { shareDone } from '../text/format.ts';
import { FileHead } from './FileHead.tsx';
import { ProgressBar } from './ProgressBar.tsx';

/** A file on its way from the browser to the daemon; a transfer takes its place when it is there. */
export function UploadCard({ upload }: { readonly upload: Upload }): ReactNode {
  const words = useWords();
  const actions = useActions();
  const isReading = upload.reading === true;
  return (
    <div className="entry" data-own={true} data-kind="upload">
      <div className="bubble">
        <div className="transfer">
          <FileHead name={upload.name} size={isReading ? undefined : upload.size} folder={upload.folder} />
          <p className="transfer-state">
            {isReading ? words.readingFolder : upload.started ? words.uploading : words.queuedUpload}
          </p>
          <ProgressBar
            label={words.progressOf(upload.name)}
            share={shareDone(upload.bytesDone, upload.started ? upload.size : 1)}
          />
          {isReading ? null : (
            <div className="transfer-actions">
              <button
                type="button"
                className="button small"
                aria-label={words.cancelFile(upload.name)}
                onClick={() => actions.files.cancelUpload(upload.key)}
              >
                <X size={16} aria-hidden="true" />
                {words.cancel}
              </button>
            </div>
          )}
        </div>
      </div>
    </div>
  );
}
