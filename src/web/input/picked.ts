/** Files and folders as the browser hands them over, and what each of them is sent as. */
import { FILES_SENT_SINGLY_MAX, FOLDER_DEPTH_MAX, UPLOAD_ENTRIES_MAX } from '../limits.ts';

/** A file, and where it lies in what was picked: `photos/2026/one.jpg`, or its name alone. */
export interface PickedFile {
  readonly path: string;
  readonly file: File;
}

export interface Picked {
  readonly files: readonly PickedFile[];
  /** Paths of folders that nothing is in. */
  readonly emptyFolders: readonly string[];
}

/** One file by itself, or a folder or several files as one. */
export type Sending =
  | { readonly kind: 'file'; readonly name: string; readonly size: number; readonly file: File }
  | {
      readonly kind: 'pack';
      readonly name: string;
      readonly size: number;
      /** How many files and empty folders are in it. */
      readonly entries: number;
      readonly files: readonly PickedFile[];
      readonly emptyFolders: readonly string[];
    };

/** More was picked than a page can hand over; nothing of it is sent. */
export class TooManyFiles extends Error {
  override readonly name = 'TooManyFiles';
}

/** What a dialog for files or for a folder brought. */
export function pickedFiles(files: readonly File[]): Picked {
  if (files.length > UPLOAD_ENTRIES_MAX) throw new TooManyFiles();
  return {
    files: files.map((file) => ({ path: file.webkitRelativePath || file.name, file })),
    emptyFolders: [],
  };
}

/** What was dropped, with all that is in its folders. To be called while the drop is handled: afterwards its items are gone. */
export async function droppedItems(data: DataTransfer): Promise<Picked> {
  const items = [...data.items].filter((item) => item.kind === 'file');
  const entries = items.map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
  const found = { files: new Array<PickedFile>(), emptyFolders: new Array<string>() };
  for (const entry of entries) {
    if (entry instanceof File) add(found, { path: entry.name, file: entry });
    else if (entry !== null) await walk(entry, '', found);
  }
  return found;
}

interface Found {
  readonly files: PickedFile[];
  readonly emptyFolders: string[];
}

async function walk(entry: FileSystemEntry, below: string, found: Found, depth = 1): Promise<void> {
  const path = below + entry.name;
  if (isFile(entry)) return add(found, { path, file: await fileOf(entry) });
  if (depth > FOLDER_DEPTH_MAX) throw new TooManyFiles();
  const inside = await entriesOf(entry as FileSystemDirectoryEntry);
  if (inside.length === 0) found.emptyFolders.push(path);
  // What lies in one folder is asked for at once: one after the other, ten thousand files take seven seconds.
  const files = await Promise.all(inside.map(async (one) => (isFile(one) ? await fileOf(one) : undefined)));
  for (const [index, one] of inside.entries()) {
    const file = files[index];
    if (file === undefined) await walk(one, `${path}/`, found, depth + 1);
    else add(found, { path: `${path}/${one.name}`, file });
  }
}

function add({ files, emptyFolders }: Found, picked: PickedFile): void {
  if (files.length + emptyFolders.length >= UPLOAD_ENTRIES_MAX) throw new TooManyFiles();
  files.push(picked);
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

/** A reader brings a hundred at a time, and none at the end. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    all.push(...some);
    if (all.length > UPLOAD_ENTRIES_MAX) throw new TooManyFiles();
  }
}

/** Each folder goes as one; so do many files; a few files go by themselves, so that each can be taken or declined. */
export function sendingsOf({ files, emptyFolders }: Picked): readonly Sending[] {
  const folders = new Map<string, { files: PickedFile[]; emptyFolders: string[] }>();
  const within = (path: string): { files: PickedFile[]; emptyFolders: string[] } => {
    const [top = ''] = path.split('/', 1);
    const folder = folders.get(top) ?? { files: [], emptyFolders: [] };
    folders.set(top, folder);
    return folder;
  };
  const loose: PickedFile[] = [];
  for (const picked of files) {
    if (picked.path.includes('/')) within(picked.path).files.push(picked);
    else loose.push(picked);
  }
  for (const path of emptyFolders) within(path).emptyFolders.push(path);
  const packs = [...folders].map(([name, folder]) => packOf(name, folder.files, folder.emptyFolders));
  if (loose.length <= FILES_SENT_SINGLY_MAX) return [...loose.map(single), ...packs];
  return [packOf(`${loose[0]?.file.name ?? ''} + ${loose.length - 1}`, loose, []), ...packs];
}

const single = ({ file }: PickedFile): Sending => ({ kind: 'file', name: file.name, size: file.size, file });

function packOf(name: string, files: readonly PickedFile[], emptyFolders: readonly string[]): Sending {
  const size = files.reduce((sum, { file }) => sum + file.size, 0);
  return { kind: 'pack', name, size, entries: files.length + emptyFolders.length, files, emptyFolders };
}
