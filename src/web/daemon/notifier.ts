/**
 * Tells the user of messages by notifications of the system, while the page is not in sight. Off until the user asks for
 * it; remembered by this browser for this profile, since permission is the browser's too.
 */
import type { DaemonEvent } from '../../contract/api.ts';
import { NOTIFICATION_CHARACTERS_MAX } from '../limits.ts';

const STORAGE_KEY = 'starling.notify';

export type NotifyState = 'on' | 'off' | 'denied' | 'unsupported';

/** What a notification says; undefined for what is none. */
export interface NotificationWords {
  readonly titleOf: (name: string, room: string) => string;
  readonly fileText: (file: string) => string;
  readonly fileAgainText: (file: string) => string;
}

export interface Told {
  readonly title: string;
  readonly body: string;
  /** The same in every tab, so that the system shows it once. */
  readonly tag: string;
  readonly room: string;
}

/** What is told of an event; nothing of what the user did. */
export function toldOf(event: DaemonEvent, words: NotificationWords): Told | undefined {
  if (event.type === 'message' && !event.own) {
    const { from, room, text, id } = event;
    return { title: words.titleOf(from.name, room), body: beginningOf(text), tag: id, room };
  }
  const isAgain = event.type === 'transfer-asked-again';
  if ((isAgain || event.type === 'transfer-offered') && !event.own) {
    const { from, room, file, transfer } = event;
    const body = beginningOf(isAgain ? words.fileAgainText(file.name) : words.fileText(file.name));
    return { title: words.titleOf(from.name, room), body, tag: transfer, room };
  }
  return undefined;
}

const beginningOf = (text: string): string =>
  text.length <= NOTIFICATION_CHARACTERS_MAX ? text : `${text.slice(0, NOTIFICATION_CHARACTERS_MAX)}…`;

export function notifyState(): NotifyState {
  // Safari has it only for pages that were added to the dock, and some browsers not at all.
  if (!('Notification' in globalThis)) return 'unsupported';
  if (Notification.permission === 'denied') return 'denied';
  return Notification.permission === 'granted' && localStorage.getItem(STORAGE_KEY) === 'on' ? 'on' : 'off';
}

/** Asks the browser where it has to be asked, which it takes only from a click. */
export async function setNotify(on: boolean): Promise<NotifyState> {
  localStorage.setItem(STORAGE_KEY, on ? 'on' : 'off');
  if (on && notifyState() === 'off') await Notification.requestPermission();
  return notifyState();
}

/** Shows it; choosing it brings the page to the front and calls `onChosen`. */
export function notify({ title, body, tag, room }: Told, onChosen: (room: string) => void): void {
  const notification = new Notification(title, { body, tag, icon: '/icon-192.png' });
  notification.addEventListener('click', () => {
    window.focus();
    notification.close();
    onChosen(room);
  });
}
