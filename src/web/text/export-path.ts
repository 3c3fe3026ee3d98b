/** Characters of a room's name that stand in a file's name. */
const NAME_CHARACTERS_MAX = 40;

/**
 * Where an export goes: into `folder`, an absolute path of the daemon's system, under the room's name and the moment, so that
 * no two are the same. The daemon never writes over a file.
 */
export function exportPath(folder: string, room: string, format: 'jsonl' | 'html', now: Date): string {
  const separator = /^[a-z]:\\|^\\\\/i.test(folder) ? '\\' : '/';
  const name = Array.from(room.replaceAll(/[^\p{L}\p{N} _-]/gu, '_'))
    .slice(0, NAME_CHARACTERS_MAX)
    .join('');
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  const time = `${two(now.getHours())}-${two(now.getMinutes())}-${two(now.getSeconds())}`;
  return `${folder.replace(/[/\\]$/, '')}${separator}Starling ${name} ${day} ${time}.${format}`;
}
