import type { MessageInfo } from '../contract/api.ts';
import { ROOM_MESSAGES_BYTES_MAX, ROOM_MESSAGES_MAX } from './limits.ts';

/** Messages of one room in order, each once; beyond the bounds the oldest is dropped. */
export class MessageList {
  readonly #messages: MessageInfo[] = [];
  readonly #ids = new Set<string>();
  #bytes = 0;

  /** False where it is known already, or older than everything that a full list keeps. */
  insert(message: MessageInfo): boolean {
    if (this.#ids.has(message.id)) return false;
    let at = this.#messages.length;
    while (at > 0 && compareMessages(this.#messages[at - 1] as MessageInfo, message) > 0) at--;
    if (at === 0 && this.#isFull()) return false;
    this.#messages.splice(at, 0, message);
    this.#ids.add(message.id);
    this.#bytes += sizeOf(message);
    while (this.#isOver()) this.#dropOldest();
    return this.#ids.has(message.id);
  }

  /** False where it is not here. */
  remove(id: string): boolean {
    const at = this.#messages.findIndex((message) => message.id === id);
    const [message] = at < 0 ? [] : this.#messages.splice(at, 1);
    if (message === undefined) return false;
    this.#ids.delete(id);
    this.#bytes -= sizeOf(message);
    return true;
  }

  /** The newest ones within both bounds, oldest first. */
  newest(limit: number, bytesMax: number): readonly MessageInfo[] {
    let start = this.#messages.length;
    let bytes = 0;
    while (start > 0 && this.#messages.length - start < limit) {
      bytes += sizeOf(this.#messages[start - 1] as MessageInfo);
      if (bytes > bytesMax) break;
      start--;
    }
    return this.#messages.slice(start);
  }

  #isFull(): boolean {
    return this.#messages.length >= ROOM_MESSAGES_MAX || this.#bytes >= ROOM_MESSAGES_BYTES_MAX;
  }

  #isOver(): boolean {
    return this.#messages.length > ROOM_MESSAGES_MAX || this.#bytes > ROOM_MESSAGES_BYTES_MAX;
  }

  #dropOldest(): void {
    const oldest = this.#messages.shift();
    if (oldest === undefined) return;
    this.#ids.delete(oldest.id);
    this.#bytes -= sizeOf(oldest);
  }
}

/** The one causal order: depth, author, sequence, id. */
export function compareMessages(a: MessageInfo, b: MessageInfo): number {
  return (
    a.depth - b.depth ||
    compareText(a.from.id, b.from.id) ||
    a.sequence - b.sequence ||
    compareText(a.id, b.id)
  );
}

const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Two bytes a UTF-16 unit, and about 400 for the rest of the object. */
const sizeOf = (message: MessageInfo): number => 2 * message.text.length + 400;
