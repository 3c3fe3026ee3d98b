/** Names that people choose, and one for who has not chosen yet. */
import { userInfo } from 'node:os';
import { foldName } from '../base/look-alikes.ts';
import { NAME_BYTES_MAX, ROOM_NAME_BYTES_MAX } from '../contract/api.ts';
import { ApiFault } from './fault.ts';

// Control, format (bidirectional overrides, zero-width), surrogate halves and line separators.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const UNSEEN_ALL = new RegExp(UNSEEN.source, 'gu');
const CHARACTERS = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** A nick as it goes on the wire: NFC, trimmed. Refuses what nobody could read. */
export function checkNick(name: string): string {
  const nick = name.normalize('NFC').trim();
  if (!isVisible(nick, NAME_BYTES_MAX)) throw new ApiFault('name-invalid', { limit: NAME_BYTES_MAX });
  return nick;
}

/** A room's label. Two spellings that look alike must be one room, so it is NFC, too. */
export function checkRoomName(name: string): string {
  const label = name.normalize('NFC').trim();
  if (!isVisible(label, ROOM_NAME_BYTES_MAX) || label.startsWith('@')) {
    throw new ApiFault('room-name-invalid', { limit: ROOM_NAME_BYTES_MAX });
  }
  return label;
}

const isVisible = (text: string, bytesMax: number): boolean =>
  // What is left of fillers and blanks, such as U+3164 and U+2800, is nothing that anybody could see.
  foldName(text) !== '' && Buffer.byteLength(text) <= bytesMax && !UNSEEN.test(text);

/** A foreign name made fit for a label: what can be seen of it, whole characters, within the bytes. May be empty. */
export function visibleName(name: string, bytesMax: number): string {
  const visible = name.normalize('NFC').replaceAll(UNSEEN_ALL, '').trim();
  if (foldName(visible) === '') return '';
  let kept = '';
  for (const { segment } of CHARACTERS.segment(visible)) {
    if (Buffer.byteLength(kept + segment) > bytesMax) break;
    kept += segment;
  }
  return kept.trim();
}

const BIRDS = ['Finch', 'Heron', 'Wren', 'Robin', 'Swift', 'Plover', 'Siskin', 'Dunlin', 'Linnet', 'Martin'];
/** Accounts that say nothing about who sits there. */
const NOBODY = new Set(['root', 'admin', 'administrator', 'user', 'nobody', 'ubuntu', 'pi', '']);

/** The system's user name, made fit; a bird where that says nothing. `pick` is uniform in [0, 1). */
export function defaultNick(pick: number, login: string = loginName()): string {
  const name = login.replaceAll(UNSEEN_ALL, '').trim();
  const fits = !NOBODY.has(name.toLowerCase()) && isVisible(name, NAME_BYTES_MAX);
  return fits ? name : (BIRDS[Math.floor(pick * BIRDS.length)] ?? 'Finch');
}

function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}
