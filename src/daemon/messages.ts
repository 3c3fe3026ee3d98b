/** What this profile says, and says about what was said. */
import type { MemberId, RecordId, RoomId } from '../base/ids.ts';
import { TEXT_BYTES_MAX } from '../contract/api.ts';
import type { MessageInfo, Params, Results } from '../contract/api.ts';
import type { Annotation, PeerEvent } from '../core/api.ts';
import type { EngineCommand } from '../io/engine-messages.ts';
import type { Line } from '../store/history/entries.ts';
import { encodeCursor } from '../store/history/order.ts';
import type { Store } from '../store/store.ts';
import type { Events } from './events.ts';
import { ApiFault } from './fault.ts';
import type { Members } from './members.ts';
import type { OwnLog } from './own-log.ts';
import { CLASSIC_LABEL, CLASSIC_ROOM } from './room-entry.ts';
import type { Rooms } from './rooms.ts';
import type { Timeline } from './timeline.ts';
import type { Tokens } from './tokens.ts';

export interface MessagesContext {
  readonly store: Store;
  readonly events: Events;
  readonly rooms: Rooms;
  readonly members: Members;
  readonly ownLog: OwnLog;
  readonly timeline: Timeline;
  readonly tokens: Tokens;
  readonly post: (command: EngineCommand) => void;
}

/** A message of the room `classic`, where nothing is signed. */
export interface UnsignedMessage {
  readonly id: RecordId;
  readonly from: MemberId;
  readonly name: string;
  readonly text: string;
  readonly at: number;
  readonly own: boolean;
  readonly depth: number;
  readonly sequence: number;
}

export class Messages {
  readonly #context: MessagesContext;

  constructor(context: MessagesContext) {
    this.#context = context;
  }

  /** Returns when the message is durable here; receipts say who has it. */
  async say(room: RoomId, text: string, replyTo?: string): Promise<Results['say']> {
    checkText(text);
    const { members, ownLog, timeline } = this.#context;
    const target = replyTo === undefined ? {} : { replyTo: timeline.lineOf(room, replyTo).id };
    const waiting = members.present(room).map(({ id, name }) => ({ id, name }));
    const at = Date.now();
    const { id, sequence } = await ownLog.author((token) => ({
      type: 'say',
      room,
      text,
      at,
      token,
      ...target,
    }));
    return { id, sequence, waiting };
  }

  /** Only what this profile said itself: of anybody else it would count nowhere. */
  async edit({ message, text }: Params<'edit'>): Promise<MessageInfo> {
    checkText(text);
    return await this.#correct(message, { kind: 'edit', text });
  }

  async delete({ message }: Params<'delete'>): Promise<MessageInfo> {
    return await this.#correct(message, { kind: 'delete' });
  }

  async react({ message, emoji, on }: Params<'react'>): Promise<MessageInfo> {
    return await this.#annotate(this.#context.timeline.find(message), { kind: 'reaction', emoji, on });
  }

  /** For all clients of this profile; others are told where the room is small enough. */
  read({ room, message }: Params<'read'>): Results['read'] {
    const { rooms, timeline, tokens, post } = this.#context;
    const id = rooms.idOf(room);
    const line = timeline.read(id, message);
    if (line !== undefined && !line.own && id !== CLASSIC_ROOM && rooms.isActive(id)) {
      const what = { kind: 'read' } as const;
      post({ type: 'annotate', room: id, target: line.id, what, at: Date.now(), token: tokens.next() });
    }
    return { unread: timeline.unread(id) };
  }

  typing({ room }: Params<'typing'>): Record<never, never> {
    const id = this.#context.rooms.speakingId(room);
    if (id !== CLASSIC_ROOM) this.#context.post({ type: 'typing', room: id });
    return {};
  }

  onTyping({ room, member }: Extract<PeerEvent, { type: 'typing' }>): void {
    const { rooms, events } = this.#context;
    events.emit({ type: 'typing', room: rooms.label(room), member });
  }

  onReceipt(event: Extract<PeerEvent, { type: 'receipt' }>): void {
    const { rooms, events } = this.#context;
    const { member, sequence } = event;
    events.emit({ type: 'receipt', room: rooms.label(event.room), member, sequence });
  }

  /** It is kept and shown as everything is, and marked for what it is. */
  onUnsigned({ from: author, text, ...message }: UnsignedMessage): void {
    const { store, events, timeline } = this.#context;
    const entry = {
      ...message,
      room: CLASSIC_ROOM,
      author,
      audience: '',
      bytes: new Uint8Array(0),
      content: { kind: 'message', text },
    } as const;
    const kept = store.attempt(() => store.history.keepUnsigned(entry));
    if (kept.ok) return timeline.onKept(kept.value);
    events.stand(kept.error.code, { ...kept.error });
    // Shown all the same: nobody will say it again.
    const { name, ...rest } = message;
    const cursor = encodeCursor({ author, ...message });
    const shown = {
      room: CLASSIC_LABEL,
      from: { id: author, name },
      text,
      ...rest,
      cursor,
      unverified: true,
    } as const;
    events.emit({ type: 'message', ...shown });
  }

  async #correct(message: string, what: Annotation): Promise<MessageInfo> {
    const line = this.#context.timeline.find(message);
    if (!line.own) throw new ApiFault('message-not-own');
    return await this.#annotate(line, what);
  }

  async #annotate({ room, id: target }: Line, what: Annotation): Promise<MessageInfo> {
    const { rooms, ownLog, timeline } = this.#context;
    // The members of that one know nothing of all this.
    if (room === CLASSIC_ROOM) throw new ApiFault('classic-not-possible');
    rooms.activeId(rooms.label(room));
    const at = Date.now();
    await ownLog.author((token) => ({ type: 'annotate', room, target, what, at, token }));
    return timeline.message(timeline.lineOf(room, target));
  }
}

function checkText(text: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > TEXT_BYTES_MAX) throw new ApiFault('text-too-long', { bytes, limit: TEXT_BYTES_MAX });
  if (text.trim() === '') throw new ApiFault('text-empty');
}
