import { expect, test } from 'vitest';
import { FILES_SENT_SINGLY_MAX, UPLOAD_ENTRIES_MAX } from '../limits.ts';
import { packBody } from '../daemon/upload.ts';
import { droppedItems, sendingsOf, TooManyFiles } from './picked.ts';

const file = (name: string, text = 'x'): File => new File([text], name, { lastModified: 1000 });
const loose = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ path: `${index}.txt`, file: file(`${index}.txt`) }));

interface FakeFolder {
  readonly [name: string]: string | FakeFolder;
}

/** As browsers have them: two at a time, and none at the end. */
function entryOf(name: string, content: string | FakeFolder): FileSystemEntry {
  if (typeof content === 'string')
    return {
      name,
      isFile: true,
      file: (done: (it: File) => void) => done(file(name, content)),
    } as unknown as FileSystemEntry;
  const inside = Object.entries(content).map(([inner, what]) => entryOf(inner, what));
  const createReader = () => {
    const rest = [...inside];
    return { readEntries: (done: (some: FileSystemEntry[]) => void) => done(rest.splice(0, 2)) };
  };
  return { name, isFile: false, createReader } as unknown as FileSystemEntry;
}
const dropOf = (content: FakeFolder): DataTransfer =>
  ({
    items: Object.entries(content).map(([name, what]) => ({
      kind: 'file',
      webkitGetAsEntry: () => entryOf(name, what),
    })),
  }) as unknown as DataTransfer;

test('a few files go by themselves, many as one, each folder as one with what is in it', async () => {
  expect(
    sendingsOf({ files: loose(FILES_SENT_SINGLY_MAX), emptyFolders: [] }).map(({ kind }) => kind),
  ).toEqual(Array.from({ length: FILES_SENT_SINGLY_MAX }, () => 'file'));
  const many = sendingsOf({ files: loose(30), emptyFolders: [] });
  expect(many).toMatchObject([{ kind: 'pack', name: '0.txt + 29', entries: 30, size: 30 }]);

  const picked = await droppedItems(
    dropOf({ 'note.txt': 'hi', photos: { 'a.jpg': 'a', old: {}, deep: { 'b.jpg': 'bb', 'c.jpg': 'c' } } }),
  );
  const [note, photos, ...none] = sendingsOf(picked);
  expect(none).toEqual([]);
  expect(note).toMatchObject({ kind: 'file', name: 'note.txt', size: 2 });
  expect(photos).toMatchObject({
    kind: 'pack',
    name: 'photos',
    size: 4,
    entries: 4,
    emptyFolders: ['photos/old'],
  });
  expect(photos?.kind === 'pack' && photos.files.map(({ path }) => path)).toEqual([
    'photos/a.jpg',
    'photos/deep/b.jpg',
    'photos/deep/c.jpg',
  ]);
});

test('more than a page can hand over is refused as a whole, and so is a folder without a bottom', async () => {
  const endless: FileSystemEntry = {
    name: 'x',
    isFile: false,
    createReader: () => {
      let isRead = false;
      const readEntries = (done: (some: FileSystemEntry[]) => void): void => {
        done(isRead ? [] : [endless]);
        isRead = true;
      };
      return { readEntries };
    },
  } as unknown as FileSystemEntry;
  const data = { items: [{ kind: 'file', webkitGetAsEntry: () => endless }] } as unknown as DataTransfer;
  await expect(droppedItems(data)).rejects.toThrow(TooManyFiles);

  const crowd = Object.fromEntries(
    Array.from({ length: UPLOAD_ENTRIES_MAX + 1 }, (_, index) => [`${index}`, '']),
  );
  await expect(droppedItems(dropOf({ crowd }))).rejects.toThrow(TooManyFiles);
});

test('the body of a folder is its list, then the bytes of each file in its order', async () => {
  const files = [
    { path: 'f/一.txt', file: file('一.txt', 'one') },
    { path: 'f/b.txt', file: file('b.txt', 'two!') },
  ];
  const bytes = new Uint8Array(await packBody(files, ['f/empty']).arrayBuffer());
  const listBytes = new DataView(bytes.buffer).getUint32(0);
  const text = new TextDecoder().decode(bytes.subarray(4, 4 + listBytes));
  expect(JSON.parse(text)).toEqual({
    files: [
      { path: 'f/一.txt', size: 3, modifiedAt: 1000 },
      { path: 'f/b.txt', size: 4, modifiedAt: 1000 },
    ],
    folders: ['f/empty'],
  });
  expect(new TextDecoder().decode(bytes.subarray(4 + listBytes))).toBe('onetwo!');
});
