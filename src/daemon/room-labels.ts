/** What people call a room by. A room that somebody else named gets a label that is fit to be typed and taken by no other. */
import { ROOM_NAME_BYTES_MAX } from '../contract/api.ts';
import { visibleName } from './names.ts';

/** One text for all spellings of a label. */
export const labelKey = (label: string): string => label.normalize('NFC').trim().toLowerCase();

/** In front of a person's name: the room of us and them. */
export const DIRECT = '@';
/** Room for ` (999)`. */
const SUFFIX_BYTES = 6;

/** `name`, or `name (2)` and so on where that is taken. `taken` holds keys. */
export function freeLabel(name: string, isDirect: boolean, isTaken: (key: string) => boolean): string {
  const bytes = ROOM_NAME_BYTES_MAX - SUFFIX_BYTES - (isDirect ? 1 : 0);
  const plain = isDirect ? name : name.replace(/^[@\s]+/, '');
  const base = (isDirect ? DIRECT : '') + (visibleName(plain, bytes) || 'room');
  let label = base;
  for (let count = 2; isTaken(labelKey(label)); count++) label = `${base} (${count})`;
  return label;
}
