/**
 * The room of the original tool (protocol.md §11): who is there, what is said, and what `say` and `send` can promise,
 * which is that it has left. Members are addresses, and everything is marked as unverified.
 */
import { randomBytes } from 'node:crypto';
import { toHex } from '../../base/bytes.ts';
import { RECORD_ID_BYTES } from '../../base/ids.ts';
import type { MemberId, RecordId } from '../../base/ids.ts';
import { TEXT_BYTES_MAX } from '../../contract/api.ts';
import type { MemberInfo, Results } from '../../contract/api.ts';
import type { ClassicEvent } from '../../io/classic/messages.ts';
import type { EngineCommand } from '../../io/engine-messages.ts';
import type { EngineQuestions } from '../engine-questions.ts';
import type { Events } from '../events.ts';
import { ApiFault } from '../fault.ts';
import { COMMAND_MS_MAX, WAITING_COMMANDS_MAX } from '../limits.ts';
import type { Members } from '../members.ts';
import type { Messages } from '../messages.ts';
import { CLASSIC_LABEL, CLASSIC_ROOM } from '../room-entry.ts';
import type { Rooms } from '../rooms.ts';
import type { Settings } from '../settings.ts';
import type { Tokens } from '../tokens.ts';
import type { ClassicFiles } from './classic-files.ts';

export interface ClassicContext {
  readonly events: Events;
  readonly rooms: Rooms;
  readonly messages: Messages;
  readonly members: Members;
  readonly settings: Settings;
  readonly questions: EngineQuestions;
  readonly tokens: Tokens;
  readonly files: ClassicFiles;
  readonly post: (command: EngineCommand) => void;
  readonly ownAddress: () => string;
}

/** Of an address that somebody seems to have sent from. It looks like no id of a key. */
export const classicId = (host: string): MemberId => `address:${host}` as MemberId;

export class Classic {
  readonly #context: ClassicContext;
  readonly #hosts = new Set<string>();
  readonly #saying = new Map<number, { readonly resolve: (datagrams: number) => void }>();
  #order = 0;

  constructor(context: ClassicContext) {
    this.#context = context;
  }

  /** Returns when it has left this machine. Nobody can say who has it. */
  async say(text: string): Promise<Results['say']> {
    const bytes = Buffer.byteLength(text);
    if (bytes > TEXT_BYTES_MAX) throw new ApiFault('text-too-long', { bytes, limit: TEXT_BYTES_MAX });
    if (text.trim() === '') throw new ApiFault('text-empty');
    const datagrams = await this.#leave(text);
    if (datagrams === 0)
      throw new ApiFault('limit-reached', { detail: CLASSIC_LABEL, limit: WAITING_COMMANDS_MAX });
    const { id, sequence } = this.#show(this.#context.settings.id, this.#context.settings.name, text, true);
    return { id, sequence, waiting: [], confirmed: false };
  }

  async members(): Promise<readonly MemberInfo[]> {
    const { questions, settings, rooms, ownAddress } = this.#context;
    if (!rooms.isActive(CLASSIC_ROOM)) return [];
    const { id, name } = settings;
    const own = { id, name, address: ownAddress(), self: true, silentMs: 0, verified: true };
    const seen = await questions.classicMembers();
    rooms.setMemberCount(CLASSIC_ROOM, seen.length + 1);
    const others = seen.map(({ host, silentMs }) => ({
      id: classicId(host),
      name: host,
      address: host,
      self: false,
      silentMs,
      verified: false,
      unauthenticated: true,
    }));
    const always = { away: false, removed: false, present: true, canBeReached: false };
    return [own, ...others.toSorted((a, b) => a.name.localeCompare(b.name))].map((one) => ({
      ...one,
      ...always,
    }));
  }

  onEvent(event: ClassicEvent): void {
    const { rooms, files } = this.#context;
    switch (event.type) {
      case 'joined':
        return rooms.onJoined(CLASSIC_ROOM);
      case 'quit':
        this.#hosts.clear();
        return rooms.onQuit(CLASSIC_ROOM);
      case 'unusable': {
        const code = event.reason === 'port-taken' ? 'classic-port-taken' : 'classic-unusable';
        return rooms.onUnusable(CLASSIC_ROOM, new ApiFault(code, { error: event.error }));
      }
      case 'member-joined':
      case 'member-left':
        return this.#onMember(event);
      case 'text':
        this.#show(classicId(event.host), event.host, event.text, false);
        return undefined;
      case 'said':
        this.#saying.get(event.token)?.resolve(event.datagrams);
        return undefined;
      default:
        return files.onEvent(event);
    }
  }

  close(): void {
    for (const { resolve } of this.#saying.values()) resolve(0);
  }

  async #leave(text: string): Promise<number> {
    const { tokens, post } = this.#context;
    if (this.#saying.size >= WAITING_COMMANDS_MAX) return 0;
    const token = tokens.next();
    const left = await new Promise<number>((resolve) => {
      const timer = setTimeout(() => resolve(0), COMMAND_MS_MAX);
      const done = (datagrams: number): void => {
        clearTimeout(timer);
        resolve(datagrams);
      };
      this.#saying.set(token, { resolve: done });
      post({ type: 'classic-say', text, token });
    });
    this.#saying.delete(token);
    return left;
  }

  /** There is no common order: each member has its own, by the time at which it heard. */
  #show(from: MemberId, name: string, text: string, own: boolean): { id: string; sequence: number } {
    const at = Date.now();
    this.#order = Math.max(this.#order + 1, at);
    const id = toHex(new Uint8Array(randomBytes(RECORD_ID_BYTES))) as RecordId;
    const place = { depth: this.#order, sequence: this.#order };
    this.#context.messages.onUnsigned({ id, from, name, text, at, own, ...place });
    return { id, sequence: this.#order };
  }

  #onMember(event: Extract<ClassicEvent, { type: 'member-joined' | 'member-left' }>): void {
    const { events, rooms, members } = this.#context;
    if (!rooms.isActive(CLASSIC_ROOM)) return;
    const { host } = event;
    const member = { id: classicId(host), name: host, address: host };
    if (event.type === 'member-joined') {
      this.#hosts.add(host);
      events.emit({ type: event.type, room: CLASSIC_LABEL, member });
    } else {
      this.#hosts.delete(host);
      events.emit({ type: event.type, room: CLASSIC_LABEL, member, reason: event.reason });
    }
    rooms.setMemberCount(CLASSIC_ROOM, this.#hosts.size + 1);
    members.changed(CLASSIC_ROOM);
  }
}
