import { File, FileArchive, FileImage, FileMusic, FilePlay, FileText, Folder } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import type { FolderInfo } from '../../contract/api.ts';
import { useWording } from '../context.tsx';
import { formatBytes } from '../text/format.ts';
import { shownName } from '../text/names.ts';

const ICONS: readonly (readonly [RegExp, LucideIcon])[] = [
  [/\.(png|jpe?g|gif|webp|avif|bmp|heic|tiff?|svg)$/i, FileImage],
  [/\.(mp3|ogg|opus|flac|wav|m4a)$/i, FileMusic],
  [/\.(mp4|mkv|webm|mov|avi)$/i, FilePlay],
  [/\.(zip|gz|xz|zst|bz2|7z|rar|tar|tgz)$/i, FileArchive],
  [/\.(txt|md|pdf|docx?|odt|rtf|csv|xlsx?|ods|pptx?|odp)$/i, FileText],
];

interface FileHeadProps {
  readonly name: string;
  /** Undefined: of a folder that is still being looked at. */
  readonly size: number | undefined;
  readonly folder?: FolderInfo | undefined;
}

/** A file's icon, name and size. */
export function FileHead({ name, size, folder }: FileHeadProps): ReactNode {
  const { words, locale } = useWording();
  const Icon =
    folder !== undefined || size === undefined
      ? Folder
      : (ICONS.find(([pattern]) => pattern.test(name))?.[1] ?? File);
  return (
    <div className="file-head">
      <span className="file-icon" aria-hidden="true">
        <Icon size={20} />
      </span>
      <p className="file-name">
        <bdi title={shownName(name)}>{shownName(name)}</bdi>
        <small>
          {size === undefined ? '' : formatBytes(size, locale)}
          {folder === undefined ? '' : ` · ${words.folderEntries(folder.entries)}`}
        </small>
      </p>
    </div>
  );
}
