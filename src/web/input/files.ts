/** What the browser hands over when files are pasted, and the dialog in which they are chosen. */

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

/** Opens the browser's dialog for files; none where it is closed without any. To be called while a click is handled. */
export function chooseFiles(): Promise<readonly File[]> {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  return new Promise((resolve) => {
    input.addEventListener('change', () => resolve([...(input.files ?? [])]));
    input.addEventListener('cancel', () => resolve([]));
    input.click();
  });
}
