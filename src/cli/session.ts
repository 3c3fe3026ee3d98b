/** A command's time with the daemon: attached or hosting, in a room, with events printed as they come. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { DaemonEvent, RoomInfo } from '../contract/api.ts';
import type { Language } from '../words/index.ts';
import type { Invocation } from './arguments.ts';
import { attach } from './attach.ts';
import type { Attachment, HostingNeeds } from './attach.ts';
import type { Connection } from './connection.ts';
import { eventLine } from './event-lines.ts';
import { CommandFailure } from './exit.ts';
import { CLASSIC_LISTEN_MS, LISTEN_MS } from './limits.ts';
import type { JsonLine, Output } from './output.ts';
import type { StopRequest } from './signals.ts';

export interface Context {
  readonly invocation: Invocation;
  readonly language: Language;
  readonly output: Output;
  readonly stopRequest: StopRequest;
  /** The session in use, for whoever ends the command. */
  session?: Session;
}

const LOBBY = 'lobby';
const CLASSIC = 'classic';
const EVENTS_PRINTED: ReadonlySet<DaemonEvent['type']> = new Set([
  'member-joined',
  'member-away',
  'member-back',
  'member-renamed',
  'member-left',
  'member-removed',
  'member-restored',
  'message',
  'transfer-offered',
  'transfer-accepted',
  'transfer-progress',
  'transfer-paused',
  'transfer-asked-again',
  'transfer-waiting',
  'transfer-done',
  'transfer-sent',
  'transfer-failed',
  'room-joined',
  'room-changed',
  'room-closed',
  'member-declined',
  'room-offered',
  'room-offer-ended',
  'messages-hidden',
  'identity-warning',
  'verified-changed',
  'emoji',
  'problem',
]);

/** Only for whoever follows all rooms. */
const ABOUT_ROOMS: ReadonlySet<DaemonEvent['type']> = new Set([
  'room-joined',
  'room-changed',
  'room-offer-ended',
]);

export interface PrintOptions {
  /** Undefined: of every room. */
  readonly room?: string | undefined;
  /** Also as lines for people; JSON is printed in any case. */
  readonly lines: boolean;
}

export class Session {
  readonly connection: Connection;
  /** Others in the room, by id. */
  readonly present = new Map<string, string>();
  readonly #attachment: Attachment;
  readonly #output: Output;
  readonly #listeners = new Set<(event: DaemonEvent) => void>();
  readonly #closed = Promise.withResolvers<void>();
  #room: RoomInfo | undefined;
  #print: PrintOptions = { lines: false };

  constructor(attachment: Attachment, output: Output) {
    this.#attachment = attachment;
    this.#output = output;
    this.connection = attachment.connection;
  }

  static async open(context: Context, needs: HostingNeeds): Promise<Session> {
    const attachment = await attach(context.invocation, needs, context.language);
    const session = new Session(attachment, context.output);
    context.session = session;
    const { named, name } = attachment.connection.snapshot.self;
    if (!named && attachment.daemon?.isFirstStart === true && needs.life === 'brief') {
      context.output.note('first-name', { name });
    }
    return session;
  }

  get hosts(): boolean {
    return this.#attachment.daemon !== undefined;
  }

  /** Settles when the daemon ended; with the problem that ended it, where this process hosts. */
  async ended(): Promise<void> {
    const problem = await this.#attachment.daemon?.ended;
    if (problem !== undefined) throw new CommandFailure(problem.code, problem.values);
    await this.connection.closed;
  }

  /** Settles when we are no member of the room any more. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  listen(listener: (event: DaemonEvent) => void): void {
    this.#listeners.add(listener);
  }

  /** Enters the room where that is needed and allowed; the lobby always is. */
  async enter(name: string): Promise<RoomInfo> {
    const { rooms } = this.connection.snapshot;
    const wanted = roomKey(name);
    const known = this.find(name);
    if (known?.kind === 'direct' || (known === undefined && wanted.startsWith(DIRECT))) {
      if (known?.state !== 'open') await this.lookAround();
      const member = known?.with?.id ?? name.trim().slice(DIRECT.length);
      return this.connection.request('direct', { member });
    }
    if (known !== undefined && known.state !== 'open')
      throw new CommandFailure('room-closed', { room: known.room });
    if (known?.joined !== true && wanted !== LOBBY && wanted !== CLASSIC) {
      const joined = rooms.filter((room) => room.joined).map((room) => room.room);
      throw new CommandFailure('room-unknown', { room: name, joined: joined.join(', ') });
    }
    return this.connection.request('join', { room: known?.room ?? name, remember: false });
  }

  /** By its label or, where only one private room is called so now, its name. */
  find(name: string): RoomInfo | undefined {
    const { rooms } = this.connection.snapshot;
    const wanted = roomKey(name);
    const named = rooms.filter((room) => room.kind === 'private' && roomKey(room.name) === wanted);
    return rooms.find((room) => roomKey(room.room) === wanted) ?? (named.length === 1 ? named[0] : undefined);
  }

  /** Where this process hosts, nobody was seen yet: in the lobby most people are. */
  async lookAround(): Promise<void> {
    if (!this.hosts) return;
    const lobby = await this.connection.request('join', { room: LOBBY, remember: false });
    await this.connection.request('probe', { room: lobby.room });
    await sleep(LISTEN_MS);
  }

  /** A host waits until what it did has left; one that stays has the time anyway. */
  async linger(durationMs: number): Promise<void> {
    if (this.hosts) await sleep(durationMs);
  }

  /** Prints `ready`, who is there already, and from then on what happens. */
  async begin(room: RoomInfo, print: PrintOptions, extra: { url?: string } = {}): Promise<void> {
    const { self } = this.connection.snapshot;
    this.#room = room;
    this.#print = print;
    this.#output.event({ type: 'ready', name: self.name, id: self.id, room: room.room, ...extra });
    const members = await this.connection.request('members', { room: room.room });
    for (const { id, name, address, self: isSelf, removed, present } of members) {
      if (isSelf || removed || !present) continue;
      this.present.set(id, name);
      this.#printed({ type: 'member-joined', room: room.room, member: { id, name, address } });
    }
    this.connection.listen((event) => this.#on(event));
  }

  /** In the room without a word: for commands that print a list. */
  async watchQuietly(room: RoomInfo): Promise<void> {
    this.#room = room;
    this.connection.listen((event) => this.#track(event));
  }

  /**
   * Asks for HELLOs and listens until everyone had the time to answer; not again in a room that was open for long.
   * `enough` ends it early.
   */
  async listenForMembers(enough: () => boolean = () => false): Promise<void> {
    const room = this.#room;
    if (room === undefined) return;
    const sinceJoin = Date.now() - (room.joinedAt ?? Date.now());
    // In `classic` nobody can be asked: members tell of themselves now and then.
    const listenMs = room.kind === 'classic' ? CLASSIC_LISTEN_MS : LISTEN_MS;
    if (sinceJoin > listenMs && !this.hosts) return;
    await this.connection.request('probe', { room: room.room });
    const end = performance.now() + listenMs;
    while (performance.now() < end && !enough()) await sleep(LISTEN_STEP_MS);
  }

  /** Ends it gracefully: a host goes after its other clients. */
  async close(): Promise<void> {
    this.connection.close();
    await this.#attachment.daemon?.ended;
  }

  /** Ends it now. */
  async stop(): Promise<void> {
    if (this.#attachment.daemon !== undefined) await this.#attachment.daemon.stop();
    this.connection.close();
  }

  #on(event: DaemonEvent): void {
    const isKnown = this.#track(event);
    if (EVENTS_PRINTED.has(event.type) && !isKnown) this.#printed(event);
    for (const listener of this.#listeners) listener(event);
  }

  /** Keeps `present`; true for a member that was told already. */
  #track(event: DaemonEvent): boolean {
    // After QUIT nobody is seen; after JOIN everyone is news again.
    if (event.type === 'room-quit' && event.room === this.#room?.room) this.present.clear();
    if (event.type === 'room-closed' && event.room === this.#room?.room) this.#closed.resolve();
    if (
      !('member' in event) ||
      !('room' in event) ||
      typeof event.member !== 'object' ||
      event.room !== this.#room?.room
    )
      return false;
    const { id, name } = event.member;
    if (event.type === 'member-joined' && this.present.has(id)) return true;
    if (event.type === 'member-left' || event.type === 'member-removed') this.present.delete(id);
    else if (event.type === 'member-joined' || event.type === 'member-renamed') this.present.set(id, name);
    return false;
  }

  #printed(event: DaemonEvent): void {
    const { room, lines } = this.#print;
    if (room !== undefined && 'room' in event && event.room !== room) return;
    if (room !== undefined && ABOUT_ROOMS.has(event.type)) return;
    if (event.type === 'problem') return this.#output.problem(event.code, event.values ?? {});
    this.#output.event(event as unknown as JsonLine);
    const line = lines ? eventLine(event, this.#output.language) : undefined;
    if (line !== undefined) this.#output.line(line);
  }
}

const LISTEN_STEP_MS = 20;
const DIRECT = '@';

/** Names of one room, however they are typed. */
const roomKey = (name: string): string => name.normalize('NFC').trim().toLowerCase();
