/** The engine's life: started, listened to, stopped, and its end noticed when nobody asked for it. */
import type {
  NetworkInterfaceView,
  EngineCommand,
  EngineConfig,
  EngineEvent,
} from '../io/engine-messages.ts';
import { isProblemCode } from '../words/index.ts';
import type { Values } from '../words/index.ts';
import { EngineQuestions } from './engine-questions.ts';
import type { EnginePort, StartEngine } from './engine.ts';
import type { Events } from './events.ts';
import type { Problem } from './fault.ts';
import { ENGINE_START_MS_MAX, ENGINE_STOP_MS_MAX } from './limits.ts';
import type { Log } from './log.ts';

/** What the use cases hear of the engine. */
export type EngineNews = Extract<
  EngineEvent,
  {
    type:
      | 'core'
      | 'classic'
      | 'file-saved'
      | 'blocks-durable'
      | 'part-checked'
      | 'restore-refused'
      | 'source-opened'
      | 'offer-refused';
  }
>;

export class EngineLink {
  readonly questions = new EngineQuestions((command) => this.post(command));
  interfaces: readonly NetworkInterfaceView[] = [];
  /** Set before `start`. */
  onNews: (news: EngineNews) => void = () => undefined;
  onRefusedCommand: (token: number, command: string, detail: string) => void = () => undefined;
  readonly #events: Events;
  readonly #log: Log;
  readonly #onDeath: (problem: Problem) => void;
  readonly #stopped = Promise.withResolvers<void>();
  readonly #started = Promise.withResolvers<Problem | undefined>();
  #engine: EnginePort | undefined;
  #isStopping = false;
  #isDead = false;
  #namedInterfaces = false;

  constructor(events: Events, log: Log, onDeath: (problem: Problem) => void) {
    this.#events = events;
    this.#log = log;
    this.#onDeath = onDeath;
  }

  /** The first address that others could reach. */
  get ownAddress(): string {
    const used = this.interfaces.find((one) => !one.loopback) ?? this.interfaces[0];
    return used?.address ?? '';
  }

  /** The problem, where it cannot start. */
  async start(startEngine: StartEngine, config: EngineConfig): Promise<Problem | undefined> {
    this.#namedInterfaces = config.interfaces.length > 0;
    this.#engine = startEngine(config, (event) => this.#on(event));
    const late: Problem = {
      code: 'engine-failed',
      values: { detail: `no start within ${ENGINE_START_MS_MAX} ms` },
    };
    const timer = setTimeout(() => this.#started.resolve(late), ENGINE_START_MS_MAX);
    const problem = await this.#started.promise;
    clearTimeout(timer);
    return problem;
  }

  post(command: EngineCommand): void {
    // A rename before the start is part of the configuration.
    if (!this.#isDead) this.#engine?.post(command);
  }

  /** LEAVE, then the end; a worker that does not answer is ended. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.questions.close();
    if (this.#engine === undefined) return;
    if (!this.#isDead) {
      this.#engine.post({ type: 'stop' });
      const timer = setTimeout(() => this.#stopped.resolve(), ENGINE_STOP_MS_MAX);
      await this.#stopped.promise;
      clearTimeout(timer);
    }
    await this.#engine.terminate();
  }

  #on(event: EngineEvent): void {
    switch (event.type) {
      case 'started':
        this.#log.info({ path: event.path, reason: event.pathReason }, 'sockets');
        this.#setInterfaces(event.interfaces);
        this.#started.resolve(undefined);
        return;
      case 'start-failed':
        this.#isDead = true;
        this.#started.resolve(problemOf(event.code, event.values));
        return;
      case 'interfaces':
        this.#setInterfaces(event.interfaces);
        this.#events.emit({ type: 'network', interfaces: event.interfaces });
        return;
      case 'problem':
        return this.#onProblem(event.code, event.values);
      case 'members':
      case 'classic-members':
      case 'network':
      case 'counters':
        return this.questions.onAnswer(event);
      case 'stopped':
        return this.#onStopped();
      default:
        return this.onNews(event);
    }
  }

  #onProblem(code: string, values: Values): void {
    this.#log.warn({ code, ...values }, 'engine');
    if (code === 'engine-failed') {
      this.#started.resolve(problemOf(code, values));
      if (!this.#isStopping) this.#onDeath(problemOf(code, values));
    }
    const { token } = values;
    if (code === 'command-refused' && typeof token === 'number' && token > 0) {
      return this.onRefusedCommand(token, String(values['command'] ?? ''), String(values['detail'] ?? ''));
    }
    this.#events.problem(code, values);
  }

  #onStopped(): void {
    this.#isDead = true;
    this.#stopped.resolve();
    if (this.#isStopping) return;
    this.#onDeath({ code: 'engine-failed', values: { detail: 'the engine stopped by itself' } });
  }

  /** Loopback alone, unless it was asked for, is no network: said once, taken back when one comes. */
  #setInterfaces(interfaces: readonly NetworkInterfaceView[]): void {
    this.interfaces = interfaces;
    const isLonely = interfaces.every((one) => one.loopback) && !this.#namedInterfaces;
    if (isLonely) this.#events.stand('network-loopback-only', {});
    else this.#events.clear('network-loopback-only');
  }
}

function problemOf(code: string, values: Values): Problem {
  return isProblemCode(code) ? { code, values } : { code: 'internal', values: { detail: code } };
}
