/** At most so many of the files that can be opened again are open: the ones used least lately are closed. */
export interface Resting {
  /** Closes what is open; the next use opens it again. False where something is under way. */
  rest(): boolean;
}

export class OpenFiles {
  readonly #openMax: number;
  /** Least lately used first. */
  readonly #open = new Set<Resting>();

  constructor(openMax: number) {
    this.#openMax = openMax;
  }

  /** Before each use. */
  used(file: Resting): void {
    this.#open.delete(file);
    this.#open.add(file);
    if (this.#open.size <= this.#openMax) return;
    for (const oldest of this.#open) {
      if (oldest === file || !oldest.rest()) continue;
      this.#open.delete(oldest);
      if (this.#open.size <= this.#openMax) return;
    }
  }

  closed(file: Resting): void {
    this.#open.delete(file);
  }
}
