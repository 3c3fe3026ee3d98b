/** Asks a person's running daemon, as any client does. */
import { resolve } from 'node:path';
import type { Method, Params, Response, Results } from '../../src/contract/api.ts';
import { JsonLines } from './json-lines.ts';
import type { JsonEvent } from './json-lines.ts';
import type { Person } from './person.ts';

const ANSWER_MS_MAX = 20_000;

export class Attached {
  readonly lines: JsonLines;
  #requestCount = 0;

  private constructor(lines: JsonLines) {
    this.lines = lines;
    // A daemon that was killed takes its client with it: then the request has no answer.
    lines.child.stdin?.on('error', () => undefined);
  }

  /** Attaches to the daemon that hosts this person's profile. */
  static async to(person: Person): Promise<Attached> {
    const agent = resolve(import.meta.dirname, 'agent.ts');
    const child = person.host.spawn(process.execPath, [agent, person.profile], { stdio: 'pipe' });
    const lines = new JsonLines(child, `${person.name}: agent`);
    await lines.find('welcome', 10_000, (event) => event.type === 'welcome');
    return new Attached(lines);
  }

  async request<M extends Method>(method: M, params: Params<M>): Promise<Results[M]> {
    const id = ++this.#requestCount;
    this.lines.child.stdin?.write(`${JSON.stringify({ type: 'request', id, method, params })}\n`);
    const isAnswer = (event: JsonEvent): boolean => event.type === 'response' && event['id'] === id;
    const answer = await this.lines.find(`the answer to ${method}`, ANSWER_MS_MAX, isAnswer);
    const response = answer as unknown as Response;
    if (!response.ok) throw new Error(`${method}: ${response.error.code}: ${response.error.message}`);
    return response.result as Results[M];
  }

  close(): void {
    this.lines.child.stdin?.end();
  }
}
