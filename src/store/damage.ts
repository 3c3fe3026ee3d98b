/**
 * What stands in the file and cannot be read: SQLite looks for damage of its own structure, not of what is kept in a column. Such
 * a thing is as if it had never been kept, and is told, once, for the log: it must keep nobody from starting.
 */
import { DAMAGES_TOLD_MAX } from './limits.ts';

export class Damage {
  readonly #told = new Set<string>();
  #listener: ((what: string) => void) | undefined;

  /** Is told of what was met before, too. */
  listen(listener: (what: string) => void): void {
    this.#listener = listener;
    for (const what of this.#told) listener(what);
  }

  /** `what`: where it stands. */
  note(what: string): void {
    if (this.#told.has(what) || this.#told.size >= DAMAGES_TOLD_MAX) return;
    this.#told.add(what);
    this.#listener?.(what);
  }

  /** Undefined where it is none. */
  json(what: string, text: unknown): unknown {
    try {
      return JSON.parse(String(text));
    } catch {
      this.note(what);
      return undefined;
    }
  }

  /** Those items of a list that are what they should be. */
  list<Item>(what: string, text: unknown, isItem: (item: unknown) => item is Item): readonly Item[] {
    const items = this.json(what, text);
    const good = Array.isArray(items) ? items.filter(isItem) : [];
    if (!Array.isArray(items) || good.length < items.length) this.note(what);
    return good;
  }
}

export const isText = (item: unknown): item is string => typeof item === 'string';
