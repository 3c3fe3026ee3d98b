/** Fan-out of daemon events to every attached client, and the problems that whoever comes later must see, too. */
import type { DaemonEvent } from '../contract/api.ts';
import { problemLine } from '../words/index.ts';
import type { Language, Values } from '../words/index.ts';
import { STANDING_PROBLEMS_MAX } from './limits.ts';

type ProblemEvent = Extract<DaemonEvent, { type: 'problem' }>;

export class Events {
  readonly #listeners = new Set<(event: DaemonEvent) => void>();
  readonly #standing = new Map<string, ProblemEvent>();
  readonly #language: Language;

  constructor(language: Language) {
    this.#language = language;
  }

  /** Returns the way out. */
  listen(listener: (event: DaemonEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: DaemonEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  problem(code: string, values: Values): ProblemEvent {
    const event: ProblemEvent = {
      type: 'problem',
      code,
      message: problemLine(code, values, this.#language),
      values,
    };
    this.emit(event);
    return event;
  }

  /** A problem that lasts: told now, and to everyone who attaches until it is cleared. */
  stand(code: string, values: Values): void {
    this.#standing.delete(code);
    if (this.#standing.size >= STANDING_PROBLEMS_MAX) {
      for (const oldest of this.#standing.keys()) {
        this.#standing.delete(oldest);
        break;
      }
    }
    this.#standing.set(code, this.problem(code, values));
  }

  clear(code: string): void {
    this.#standing.delete(code);
  }

  standing(): readonly ProblemEvent[] {
    return [...this.#standing.values()];
  }
}
