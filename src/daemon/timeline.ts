/** Timelines as clients see them: pages, search, what is read, what is kept for how long. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MemberId, RecordId, RoomId } from '../base/ids.ts';
import type {
  MessageInfo,
  Params,
  Reaction,
  ReadMark,
  Results,
  TimelineEntry,
  TransferInfo,
} from '../contract/api.ts';
import type { Kept, Line } from '../store/history/entries.ts';
import { decodeCursor, encodeCursor, FIRST_PLACE, LAST_PLACE } from '../store/history/order.ts';
import type { Place } from '../store/history/order.ts';
import type { Store } from '../store/store.ts';
import type { Events } from './events.ts';
import { exportRoom } from './export.ts';
import { ApiFault } from './fault.ts';
import {
  REPLY_EXCERPT_CHARACTERS,
  RETENTION_CHECK_MS,
  SEARCH_DEFAULT,
  TIMELINE_CHARACTERS_MAX,
  TIMELINE_DEFAULT,
} from './limits.ts';
import { CLASSIC_ROOM } from './room-entry.ts';
import type { Rooms } from './rooms.ts';

export interface TimelineContext {
  readonly store: Store;
  readonly events: Events;
  readonly rooms: Rooms;
  readonly selfId: MemberId;
  /** The file of a line, as far as it is known. */
  readonly transfer: (id: string) => TransferInfo | undefined;
  /** Whom a client means by a name or an id. */
  readonly authorOf: (text: string) => MemberId;
  /** Unix milliseconds. */
  readonly now: () => number;
}

export class Timeline {
  readonly #context: TimelineContext;
  readonly #timer: NodeJS.Timeout;
  #step: NodeJS.Immediate | undefined;

  constructor(context: TimelineContext) {
    this.#context = context;
    this.#timer = setInterval(() => this.#forgetOld(), RETENTION_CHECK_MS);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
    clearImmediate(this.#step);
  }

  // ---- pages

  page({ room, before, after, around, limit = TIMELINE_DEFAULT }: Params<'timeline'>): Results['timeline'] {
    const id = this.#readable(room);
    const { timeline } = this.#context.store.history;
    if (around !== undefined) return this.#around(id, around, limit);
    if (after !== undefined) {
      const lines = timeline.after(id, placeOf(after), limit + 1);
      return this.#pageOf(lines.slice(0, limit), { isMoreBefore: true, isMoreAfter: lines.length > limit });
    }
    const lines = timeline.before(id, before === undefined ? LAST_PLACE : placeOf(before), limit + 1);
    const isMoreAfter = before !== undefined;
    return this.#pageOf(lines.slice(-limit), {
      isMoreBefore: lines.length > limit,
      isMoreAfter,
      fromEnd: true,
    });
  }

  /** The newest messages of a room, oldest first. */
  newest(id: RoomId, limit: number, charactersMax = Number.POSITIVE_INFINITY): readonly MessageInfo[] {
    const lines = this.#context.store.history.timeline.before(id, LAST_PLACE, limit);
    return fitting(lines, charactersMax, true)
      .filter(({ kind }) => kind === 'message')
      .map((line) => this.message(line));
  }

  search({
    query,
    room,
    from,
    limit = SEARCH_DEFAULT,
    before,
    ...rest
  }: Params<'search'>): Results['search'] {
    const { store, authorOf } = this.#context;
    const hits = store.history.search({
      limit: limit + 1,
      ...(query === undefined ? {} : { query }),
      ...(room === undefined ? {} : { room: this.#readable(room) }),
      ...(from === undefined ? {} : { author: authorOf(from) }),
      ...(before === undefined ? {} : { before: serialOf(before) }),
      ...(rest.since === undefined ? {} : { since: rest.since }),
      ...(rest.until === undefined ? {} : { until: rest.until }),
      ...(rest.kind === undefined ? {} : { kind: rest.kind }),
    });
    const shown = hits.slice(0, limit);
    const last = shown.at(-1);
    return {
      hits: shown.map(({ line, highlights }) => ({ entry: this.entry(line), highlights })),
      ...(hits.length > limit && last !== undefined ? { before: String(last.line.serial) } : {}),
    };
  }

  entry(line: Line): TimelineEntry {
    if (line.kind === 'message') return { kind: 'message', message: this.message(line) };
    const known = this.#context.transfer(line.transfer ?? '');
    return { kind: 'file', transfer: known ?? lostTransfer(line, this.#context.rooms.label(line.room)) };
  }

  message(line: Line): MessageInfo {
    const { text, id, at, own, depth, sequence, editedAt, deleted } = line;
    const reactions = this.#reactions(line);
    return {
      room: this.#context.rooms.label(line.room),
      from: { id: line.author, name: line.name },
      text,
      id,
      at,
      own,
      depth,
      sequence,
      cursor: encodeCursor(line),
      ...this.#replyOf(line),
      ...(editedAt === undefined ? {} : { editedAt }),
      ...(deleted ? { deleted } : {}),
      ...(line.room === CLASSIC_ROOM ? { unverified: true as const } : {}),
      ...(reactions.length === 0 ? {} : { reactions }),
    };
  }

  // ---- what came in

  onKept({ added, changed, read }: Kept): void {
    const { events, rooms, store } = this.#context;
    for (const line of added)
      if (line.kind === 'message') events.emit({ type: 'message', ...this.message(line) });
    for (const line of changed)
      if (line.kind === 'message') events.emit({ type: 'message-changed', message: this.message(line) });
    // What stands above an own line is read by that: every client of this profile counts it as such.
    for (const room of new Set(added.filter(({ own }) => own).map(({ room: id }) => id)))
      this.#announce(room);
    for (const room of read)
      events.emit({ type: 'read-marks', room: rooms.label(room), marks: store.history.marks(room) });
  }

  // ---- what this profile wants

  hide({ message }: Params<'hide'>): Record<never, never> {
    const { rooms, events, store } = this.#context;
    const { room, id } = this.find(message);
    this.#write(() => store.history.hide(room, id));
    events.emit({ type: 'messages-hidden', room: rooms.label(room), ids: [id], by: 'us' });
    return {};
  }

  /** Returns the line where that is further than before. */
  read(id: RoomId, message: string): Line | undefined {
    const line = this.lineOf(id, message);
    const isFurther = this.#write(() => this.#context.store.history.readUpTo(id, line));
    if (isFurther) this.#announce(id);
    return isFurther ? line : undefined;
  }
  /** How far others have read. */
  marks(id: RoomId): readonly ReadMark[] {
    return this.#context.store.history.marks(id);
  }
  unread(id: RoomId): number {
    return this.#context.store.history.unread(id);
  }

  async setRetention({ room, days }: Params<'set-retention'>): Promise<Results['set-retention']> {
    const { rooms, store, now } = this.#context;
    const known = rooms.find(room);
    if (known === undefined) throw new ApiFault('room-unknown', { room, joined: rooms.labelsJoined() });
    this.#write(() => store.history.setRetention(known.id, days ?? undefined));
    let dropped = 0;
    for (;;) {
      const step = this.#write(() => store.history.forgetOld(now()));
      dropped += step.dropped;
      if (!step.hasMore) break;
      await nextTurn();
    }
    this.#announce(known.id);
    return { days, dropped };
  }

  async export({ room, format, path }: Params<'export'>): Promise<Results['export']> {
    const { rooms, store } = this.#context;
    const id = this.#readable(room);
    const entries = await exportRoom(
      store,
      { room: id, title: rooms.get(id)?.label ?? room, format, path },
      (line) => this.entry(line),
    );
    return { path, entries };
  }

  /** Somebody was removed: what it said afterwards is not shown, or is again. */
  onCut(id: RoomId, member: MemberId, above: number): void {
    const { store, events, rooms } = this.#context;
    const cut = store.attempt(() => store.history.cut(id, member, above));
    if (cut.ok && cut.value.length > 0)
      events.emit({ type: 'messages-hidden', room: rooms.label(id), ids: cut.value, by: 'removal' });
  }

  forget(id: RoomId): void {
    const { store } = this.#context;
    store.attempt(() => store.history.forgetRoom(id));
  }

  /** As `forget`, of a room that may be joined again; throws where the disk refuses. */
  empty(id: RoomId): void {
    this.#write(() => this.#context.store.history.emptyRoom(id));
  }

  /** In whatever room it is. Throws for what is not shown here. */
  find(message: string): Line {
    const line = this.#context.store.history.timeline.find(message as RecordId);
    if (line === undefined) throw new ApiFault('message-unknown');
    return line;
  }

  /** Throws for what is not shown in that room. */
  lineOf(id: RoomId, message: string): Line {
    const line = this.#context.store.history.timeline.get(id, message as RecordId);
    if (line === undefined) throw new ApiFault('message-unknown');
    return line;
  }

  // ---- inside

  /** A room that is known, or was and has something to read. */
  #readable(name: string): RoomId {
    const { rooms, store } = this.#context;
    const id = rooms.idOf(name);
    if (rooms.get(id) === undefined && store.history.timeline.before(id, LAST_PLACE, 1).length === 0)
      throw new ApiFault('room-unknown', { room: name, joined: rooms.labelsJoined() });
    return id;
  }

  #around(id: RoomId, around: string | number, limit: number): Results['timeline'] {
    const { timeline } = this.#context.store.history;
    const middle = this.#middle(id, around);
    const half = Math.ceil(limit / 2);
    const before = timeline.before(id, middle, half + 1);
    // From the middle on, itself included.
    const after = timeline.after(id, before.at(-1) ?? FIRST_PLACE, limit - half + 1);
    return this.#pageOf([...before.slice(-half), ...after.slice(0, limit - half)], {
      isMoreBefore: before.length > half,
      isMoreAfter: after.length > limit - half,
    });
  }

  #middle(id: RoomId, around: string | number): Place {
    const { timeline } = this.#context.store.history;
    if (typeof around === 'number') return timeline.atTime(id, around) ?? LAST_PLACE;
    return timeline.get(id, around as RecordId) ?? placeOf(around);
  }

  #pageOf(
    lines: readonly Line[],
    more: { readonly isMoreBefore: boolean; readonly isMoreAfter: boolean; readonly fromEnd?: boolean },
  ): Results['timeline'] {
    const shown = fitting(lines, TIMELINE_CHARACTERS_MAX, more.fromEnd === true);
    const [first] = shown;
    const last = shown.at(-1);
    const isMoreBefore = more.isMoreBefore || first !== lines[0];
    const isMoreAfter = more.isMoreAfter || last !== lines.at(-1);
    return {
      entries: shown.map((line) => this.entry(line)),
      ...(first !== undefined && isMoreBefore ? { before: encodeCursor(first) } : {}),
      ...(last !== undefined && isMoreAfter ? { after: encodeCursor(last) } : {}),
    };
  }

  #replyOf({ room, replyTo }: Line): Pick<MessageInfo, 'replyTo'> {
    if (replyTo === undefined) return {};
    const target = this.#context.store.history.timeline.get(room, replyTo);
    if (target === undefined) return { replyTo: { id: replyTo, from: { id: '', name: '' }, text: '' } };
    const text = excerpt(target.text);
    return { replyTo: { id: replyTo, from: { id: target.author, name: target.name }, text } };
  }

  #reactions({ reactions }: Line): readonly Reaction[] {
    const byEmoji = new Map<string, { id: MemberId; name: string }[]>();
    for (const { emoji, author, name } of reactions) {
      const people = byEmoji.get(emoji) ?? [];
      byEmoji.set(emoji, people);
      people.push({ id: author, name });
    }
    return [...byEmoji].map(([emoji, people]) => ({
      emoji,
      people,
      own: people.some(({ id }) => id === this.#context.selfId),
    }));
  }

  #announce(id: RoomId): void {
    const { rooms, events } = this.#context;
    const room = rooms.get(id);
    if (room !== undefined) events.emit({ type: 'room-changed', room: room.label, info: rooms.info(room) });
  }

  /** A step at a time, so that nobody waits. */
  #forgetOld(): void {
    const { store, now } = this.#context;
    clearImmediate(this.#step);
    const more = store.attempt(() => store.history.forgetOld(now()));
    if (more.ok && more.value.hasMore) this.#step = setImmediate(() => this.#forgetOld());
  }

  #write<T>(write: () => T): T {
    const done = this.#context.store.attempt(write);
    if (!done.ok) throw new ApiFault(done.error.code, { ...done.error });
    return done.value;
  }
}

function placeOf(cursor: string): Place {
  const place = decodeCursor(cursor);
  if (place === undefined) throw new ApiFault('message-unknown');
  return place;
}

/** The beginning of a text, with no half of a character at its end. */
function excerpt(text: string): string {
  return text.slice(0, REPLY_EXCERPT_CHARACTERS).replace(/[\uD800-\uDBFF]$/, '');
}

function serialOf(cursor: string): number {
  const serial = Number(cursor);
  if (!Number.isSafeInteger(serial)) throw new ApiFault('message-unknown');
  return serial;
}

/** As many from one end as an answer takes, one at least. */
function fitting(lines: readonly Line[], charactersMax: number, fromEnd: boolean): readonly Line[] {
  const ordered = fromEnd ? lines.toReversed() : lines;
  let characters = 0;
  const count = ordered.findIndex(({ text }, index) => {
    characters += text.length;
    return index > 0 && characters > charactersMax;
  });
  if (count < 0) return lines;
  return fromEnd ? lines.slice(-count) : lines.slice(0, count);
}

/** A file of which nothing but its line is known any more. */
function lostTransfer(line: Line, room: string): TransferInfo {
  const { id, at, own, depth, sequence, author, name, text, size = 0, entries, transfer = '' } = line;
  return {
    room,
    transfer,
    file: { name: text, size },
    ...(entries === undefined ? {} : { folder: { entries } }),
    from: { id: author, name },
    own,
    state: 'failed',
    reason: 'sender-left',
    bytesDone: 0,
    at,
    depth,
    sequence,
    message: id,
    openable: false,
    members: [],
  };
}
