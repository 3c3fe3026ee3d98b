/** Questions to the engine that are answered by number, each with an end. */
import type { RoomId } from '../base/ids.ts';
import type { MemberView } from '../core/api.ts';
import type { EngineCommand, EngineEvent } from '../io/engine-messages.ts';
import { ENGINE_ANSWER_MS_MAX } from './limits.ts';

export class EngineQuestions {
  readonly #post: (command: EngineCommand) => void;
  readonly #waiting = new Map<number, (members: readonly MemberView[]) => void>();
  #last = 0;

  constructor(post: (command: EngineCommand) => void) {
    this.#post = post;
  }

  /** The members of a room as the core sees them now; none where the engine does not answer. */
  async members(room: RoomId): Promise<readonly MemberView[]> {
    const request = ++this.#last;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#answer(request, []), ENGINE_ANSWER_MS_MAX);
      this.#waiting.set(request, (members) => {
        clearTimeout(timer);
        resolve(members);
      });
      this.#post({ type: 'ask-members', room, request });
    });
  }

  onAnswer(event: Extract<EngineEvent, { type: 'members' }>): void {
    this.#answer(event.request, event.members);
  }

  /** The engine is gone: nobody waits for it any longer. */
  close(): void {
    for (const request of this.#waiting.keys()) this.#answer(request, []);
  }

  #answer(request: number, members: readonly MemberView[]): void {
    const resolve = this.#waiting.get(request);
    this.#waiting.delete(request);
    resolve?.(members);
  }
}
