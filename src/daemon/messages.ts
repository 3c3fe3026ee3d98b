/** What is said in each room: bounded in memory, in the one order that everyone sees. */
import type { RoomId } from '../base/ids.ts';
import { TEXT_BYTES_MAX } from '../contract/api.ts';
import type { MessageInfo, Results } from '../contract/api.ts';
import type { PeerEvent } from '../core/api.ts';
import type { EngineCommand } from '../io/engine-messages.ts';
import type { Events } from './events.ts';
import { ApiFault } from './fault.ts';
import { MessageList } from './message-list.ts';
import type { Members } from './members.ts';
import type { OwnLog } from './own-log.ts';
import { CLASSIC_ROOM } from './room-entry.ts';
import type { Rooms } from './rooms.ts';

export interface MessagesContext {
  readonly events: Events;
  readonly rooms: Rooms;
  readonly members: Members;
  readonly ownLog: OwnLog;
}

export class Messages {
  readonly #context: MessagesContext;
  readonly #lists = new Map<RoomId, MessageList>();

  constructor(context: MessagesContext) {
    this.#context = context;
  }

  /** Returns when the message is durable here; receipts say who has it. */
  async say(room: RoomId, text: string): Promise<Results['say']> {
    const bytes = Buffer.byteLength(text);
    if (bytes > TEXT_BYTES_MAX) throw new ApiFault('text-too-long', { bytes, limit: TEXT_BYTES_MAX });
    if (text.trim() === '') throw new ApiFault('text-empty');
    const { members, ownLog } = this.#context;
    const waiting = members.present(room).map(({ id, name }) => ({ id, name }));
    const say = (token: number): EngineCommand => ({ type: 'say', room, text, at: Date.now(), token });
    const { id, sequence } = await ownLog.author(say);
    return { id, sequence, waiting };
  }

  /** The newest `limit`, oldest first. */
  newest(room: RoomId, limit: number, bytesMax = Number.POSITIVE_INFINITY): readonly MessageInfo[] {
    return this.#lists.get(room)?.newest(limit, bytesMax) ?? [];
  }

  onMessage(event: Extract<PeerEvent, { type: 'message' }>): void {
    const { rooms, events } = this.#context;
    const message: MessageInfo = {
      room: rooms.label(event.room),
      from: { id: event.from, name: event.name },
      text: event.text,
      id: event.id,
      at: event.at,
      own: event.own,
      depth: event.depth,
      sequence: event.sequence,
      cursor: `${event.depth}.${event.from}.${event.sequence}.${event.id}`,
      ...(event.room === CLASSIC_ROOM ? { unverified: true as const } : {}),
    };
    const list = this.#lists.get(event.room) ?? new MessageList();
    this.#lists.set(event.room, list);
    // After QUIT and JOIN the core hears the log again; what was shown is not news.
    if (list.insert(message)) events.emit({ type: 'message', ...message });
  }

  /** Shown already, and said by somebody after its removal. */
  onCut({ room, ids }: Extract<PeerEvent, { type: 'messages-cut' }>): void {
    const hidden = ids.filter((id) => this.#lists.get(room)?.remove(id) === true);
    if (hidden.length === 0) return;
    const { rooms, events } = this.#context;
    events.emit({ type: 'messages-hidden', room: rooms.label(room), ids: hidden });
  }

  /** The room is not kept any more. */
  forget(room: RoomId): void {
    this.#lists.delete(room);
  }

  onReceipt(event: Extract<PeerEvent, { type: 'receipt' }>): void {
    const { rooms, events } = this.#context;
    const { member, sequence } = event;
    events.emit({ type: 'receipt', room: rooms.label(event.room), member, sequence });
  }
}
