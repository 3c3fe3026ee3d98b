/**
 * The room of the original tool (protocol.md §11), beside the core and apart from it: nothing in it is signed, numbered
 * or repaired, so nothing of it is ever more than what some address seems to have said.
 */
import type { Bytes } from '../../base/bytes.ts';
import type { MemberId } from '../../base/ids.ts';
import type { Address } from '../../core/api.ts';
import { decodeTalk, encodeQuit, encodeText, encodeUpdate } from '../../core/classic/codec.ts';
import { CLASSIC_UPDATE_MS } from '../../core/classic/limits.ts';
import { ClassicMembers } from '../../core/classic/members.ts';
import { ClassicStreams, type StreamStep } from '../../core/classic/streams.ts';
import { monotonicClock } from '../clock.ts';
import type { NetworkInterface } from '../interfaces.ts';
import { REJOIN_INTERVAL_MS } from '../limits.ts';
import type { IoProblem } from '../problems.ts';
import { ClassicIncoming } from './incoming.ts';
import { CLASSIC_CHECK_MS, TALK_QUEUE_MAX, TALK_SPACING_MS } from './limits.ts';
import type { ClassicCommand, ClassicEvent, ClassicMemberView } from './messages.ts';
import { ClassicOutgoing } from './outgoing.ts';
import { ClassicSockets, FILES, TALK, type Channel } from './sockets.ts';

export interface ClassicOptions {
  readonly interfaces: () => readonly NetworkInterface[];
  /** The folder as it is when a file begins. */
  readonly downloads: () => string;
  readonly profile: MemberId;
  readonly post: (event: ClassicEvent) => void;
  readonly onProblem: (problem: IoProblem) => void;
}

export class ClassicRoom {
  readonly #options: ClassicOptions;
  #open: OpenRoom | undefined;
  #closing: Promise<void> = Promise.resolve();

  constructor(options: ClassicOptions) {
    this.#options = options;
  }

  perform(command: ClassicCommand): void {
    switch (command.type) {
      case 'classic-join':
        return this.#join(command.receives);
      case 'classic-quit':
        return this.#quit();
      case 'classic-say':
        return this.#open?.say(command.text, command.token);
      case 'classic-send':
        return this.#open?.outgoing.add(command);
      case 'classic-cancel':
        this.#open?.outgoing.cancel(command.transfer);
        return this.#open?.incoming.cancel(command.transfer);
    }
  }

  members(): readonly ClassicMemberView[] {
    return this.#open?.members() ?? [];
  }

  setInterfaces(interfaces: readonly NetworkInterface[]): void {
    this.#open?.setInterfaces(interfaces);
  }

  /** QUIT, and everything is closed. */
  async stop(): Promise<void> {
    this.#quit();
    await this.#closing;
  }

  #join(receives: boolean): void {
    const { post } = this.#options;
    if (this.#open !== undefined) return post({ type: 'joined' });
    const room = new OpenRoom(this.#options);
    const error = room.start(receives);
    if (error === undefined) {
      this.#open = room;
      return post({ type: 'joined' });
    }
    const reason = error === 'EADDRINUSE' ? 'port-taken' : 'no-network';
    post({ type: 'unusable', reason, error });
  }

  #quit(): void {
    const room = this.#open;
    this.#open = undefined;
    this.#options.post({ type: 'quit' });
    if (room !== undefined) this.#closing = Promise.all([this.#closing, room.close()]).then(() => undefined);
  }
}

class OpenRoom {
  readonly outgoing: ClassicOutgoing;
  readonly incoming: ClassicIncoming;
  readonly #options: ClassicOptions;
  readonly #members = new ClassicMembers();
  readonly #streams = new ClassicStreams();
  readonly #talk: { readonly bytes: Bytes; readonly onSent: () => void }[] = [];
  #sockets: ClassicSockets | undefined;
  #timers: NodeJS.Timeout[] = [];
  #isTalking = false;

  constructor(options: ClassicOptions) {
    this.#options = options;
    const { downloads, profile, post, onProblem } = options;
    this.incoming = new ClassicIncoming({ downloads, profile, post, onProblem });
    this.outgoing = new ClassicOutgoing({
      post,
      send: async (bytes) => this.#sockets?.send(FILES, bytes),
    });
  }

  /** The system's error name where that is impossible. */
  start(receives: boolean): string | undefined {
    const opened = ClassicSockets.open(this.#options.interfaces(), receives, {
      onDatagram: (channel, from, bytes) => this.#onDatagram(channel, from, bytes),
    });
    if (!opened.ok) return opened.error;
    this.#sockets = opened.value;
    this.#update();
    this.#timers = [
      setInterval(() => this.#update(), CLASSIC_UPDATE_MS),
      setInterval(() => this.#check(), CLASSIC_CHECK_MS),
      setInterval(() => this.#sockets?.rejoin(), REJOIN_INTERVAL_MS),
    ];
    return undefined;
  }

  say(text: string, token: number): void {
    const { post } = this.#options;
    const datagrams = encodeText(text);
    if (this.#talk.length + datagrams.length > TALK_QUEUE_MAX)
      return post({ type: 'said', token, datagrams: 0 });
    datagrams.forEach((bytes, index) => {
      const isLast = index === datagrams.length - 1;
      const told = (): void => post({ type: 'said', token, datagrams: datagrams.length });
      this.#queue(bytes, isLast ? told : () => undefined);
    });
  }

  members(): readonly ClassicMemberView[] {
    const now = monotonicClock();
    return this.#members.list().map(({ host, heardAt }) => ({ host, silentMs: now - heardAt }));
  }

  setInterfaces(interfaces: readonly NetworkInterface[]): void {
    this.#sockets?.setInterfaces(interfaces);
    this.#update();
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.outgoing.cancelAll();
    for (const step of this.#streams.closeAll()) this.incoming.take(step);
    const sockets = this.#sockets;
    this.#sockets = undefined;
    await sockets?.send(TALK, encodeQuit());
    await this.incoming.idle();
    sockets?.close();
  }

  #onDatagram(channel: Channel, from: Address, bytes: Bytes): void {
    const now = monotonicClock();
    if (channel === FILES) return this.#perform(this.#streams.datagram(now, from, bytes));
    const talk = decodeTalk(bytes);
    if (talk === undefined) return;
    const { host } = from;
    const { post } = this.#options;
    if (talk.kind === 'quit') {
      if (this.#members.quit(host)) post({ type: 'member-left', host, reason: 'quit' });
      return;
    }
    if (this.#members.heard(now, host)) post({ type: 'member-joined', host });
    if (talk.kind === 'text') post({ type: 'text', host, text: talk.text });
  }

  #perform(steps: readonly StreamStep[]): void {
    for (const step of steps) this.incoming.take(step);
  }

  #check(): void {
    const now = monotonicClock();
    for (const host of this.#members.expire(now)) {
      this.#options.post({ type: 'member-left', host, reason: 'expired' });
    }
    this.#perform(this.#streams.expire(now));
  }

  #update(): void {
    void this.#sockets?.send(TALK, encodeUpdate());
  }

  #queue(bytes: Bytes, onSent: () => void): void {
    this.#talk.push({ bytes, onSent });
    if (!this.#isTalking) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#isTalking = true;
    for (let next = this.#talk.shift(); next !== undefined; next = this.#talk.shift()) {
      await this.#sockets?.send(TALK, next.bytes);
      next.onSent();
      if (this.#talk.length > 0) await new Promise((done) => setTimeout(done, TALK_SPACING_MS));
    }
    this.#isTalking = false;
  }
}
