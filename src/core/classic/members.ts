/** Who is in the room of the original tool: addresses that were heard, until they quit or fall silent. */
import { CLASSIC_MEMBERS_MAX, CLASSIC_SILENT_MS_MAX } from './limits.ts';

export class ClassicMembers {
  /** Host → when it was heard last; the longest silent first. */
  readonly #heardAt = new Map<string, number>();

  /** True where it is new. Where there are too many, who is not known yet stays unknown. */
  heard(now: number, host: string): boolean {
    const isNew = !this.#heardAt.delete(host);
    if (isNew && this.#heardAt.size >= CLASSIC_MEMBERS_MAX) return false;
    this.#heardAt.set(host, now);
    return isNew;
  }

  /** False where it was not there. */
  quit(host: string): boolean {
    return this.#heardAt.delete(host);
  }

  /** Forgets, and returns, who has been silent for too long. */
  expire(now: number): string[] {
    const gone: string[] = [];
    for (const [host, at] of this.#heardAt) {
      if (now - at <= CLASSIC_SILENT_MS_MAX) break;
      gone.push(host);
    }
    for (const host of gone) this.#heardAt.delete(host);
    return gone;
  }

  list(): readonly { readonly host: string; readonly heardAt: number }[] {
    return [...this.#heardAt].map(([host, heardAt]) => ({ host, heardAt }));
  }
}
