/** Questions to the engine that are answered by number, each with an end. */
import type { RoomId } from '../base/ids.ts';
import type { MemberView } from '../core/api.ts';
import type { ClassicMemberView } from '../io/classic/messages.ts';
import type { EngineCommand, EngineEvent } from '../io/engine-messages.ts';
import type { NetworkFacts } from '../io/network-facts.ts';
import { ENGINE_ANSWER_MS_MAX } from './limits.ts';

/** What the engine answers with. */
export type EngineAnswer = Extract<EngineEvent, { request: number }>;

export class EngineQuestions {
  readonly #post: (command: EngineCommand) => void;
  readonly #waiting = new Map<number, (answer: EngineAnswer | undefined) => void>();
  #last = 0;

  constructor(post: (command: EngineCommand) => void) {
    this.#post = post;
  }

  /** The members of a room as the core sees them now; none where the engine does not answer. */
  async members(room: RoomId): Promise<readonly MemberView[]> {
    const answer = await this.#ask((request) => ({ type: 'ask-members', room, request }));
    return answer?.type === 'members' ? answer.members : [];
  }

  async classicMembers(): Promise<readonly ClassicMemberView[]> {
    const answer = await this.#ask((request) => ({ type: 'ask-classic-members', request }));
    return answer?.type === 'classic-members' ? answer.members : [];
  }

  /** Undefined where the engine does not answer. */
  async network(rooms: readonly RoomId[]): Promise<NetworkFacts | undefined> {
    const answer = await this.#ask((request) => ({ type: 'ask-network', rooms, request }));
    return answer?.type === 'network' ? answer.facts : undefined;
  }

  onAnswer(answer: EngineAnswer): void {
    this.#answer(answer.request, answer);
  }

  /** The engine is gone: nobody waits for it any longer. */
  close(): void {
    for (const request of this.#waiting.keys()) this.#answer(request, undefined);
  }

  async #ask(question: (request: number) => EngineCommand): Promise<EngineAnswer | undefined> {
    const request = ++this.#last;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#answer(request, undefined), ENGINE_ANSWER_MS_MAX);
      this.#waiting.set(request, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      this.#post(question(request));
    });
  }

  #answer(request: number, answer: EngineAnswer | undefined): void {
    const resolve = this.#waiting.get(request);
    this.#waiting.delete(request);
    resolve?.(answer);
  }
}
