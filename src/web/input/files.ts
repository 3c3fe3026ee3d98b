/** What the browser hands over when files are dropped or pasted. */

/** The files of a drop, and whether folders were among it: those have no bytes to send. */
export function droppedFiles(data: DataTransfer): {
  readonly files: readonly File[];
  readonly folders: boolean;
} {
  const files: File[] = [];
  let folders = false;
  for (const item of data.items) {
    if (item.kind !== 'file') continue;
    if (item.webkitGetAsEntry()?.isDirectory === true) {
      folders = true;
      continue;
    }
    const file = item.getAsFile();
    if (file !== null) files.push(file);
  }
  return { files, folders };
}

/** The files of a paste. Office programs put a picture beside their text: then the text is meant. */
export function pastedFiles(data: DataTransfer, now: Date): readonly File[] {
  if (data.types.includes('text/plain')) return [];
  return [...data.files].map((file) => withTellingName(file, now));
}

/** A pasted picture always is `image.png`: the time tells one from the next. */
function withTellingName(file: File, now: Date): File {
  const generic = /^image(\.\w+)$/.exec(file.name);
  if (generic === null) return file;
  const parts = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map(twoDigits).join('-');
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(twoDigits).join('.');
  return new File([file], `image ${parts} ${time}${generic[1]}`, { type: file.type });
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
