/**
 * Who is in each room: a view kept from events, refreshed from the core whenever a list is asked for, so that
 * "last heard" is true. `remove` here is of public rooms: a local, reversible block that is remembered.
 */
import type { MemberId, RoomId } from '../base/ids.ts';
import type { MemberInfo, Person } from '../contract/api.ts';
import type { MemberView, PeerEvent } from '../core/api.ts';
import type { EngineCommand } from '../io/engine-messages.ts';
import { REMOVED_MEMBERS_MAX } from '../store/limits.ts';
import type { Store } from '../store/store.ts';
import type { EngineQuestions } from './engine-questions.ts';
import type { Events } from './events.ts';
import { ApiFault } from './fault.ts';
import { MEMBERS_EVENT_MS_MIN } from './limits.ts';
import { resolveMember } from './member-names.ts';
import { absentInfo, ownInfo, presentInfo, removedInfo } from './member-info.ts';
import type { People } from './people.ts';
import { CLASSIC_ROOM } from './room-entry.ts';
import type { Rooms } from './rooms.ts';
import type { Settings } from './settings.ts';

export type MemberEvent = Extract<PeerEvent, { member: MemberView; room: RoomId }>;

export interface MembersContext {
  readonly store: Store;
  readonly events: Events;
  readonly rooms: Rooms;
  readonly settings: Settings;
  readonly people: People;
  readonly questions: EngineQuestions;
  readonly post: (command: EngineCommand) => void;
  /** Where this profile is reached, for its own row. */
  readonly ownAddress: () => string;
  /** Of the room `classic`, which the core does not know. */
  readonly classicMembers: () => Promise<readonly MemberInfo[]>;
}

export class Members {
  readonly #context: MembersContext;
  /** Others, by room. */
  readonly #views = new Map<RoomId, Map<MemberId, MemberView>>();
  readonly #due = new Map<RoomId, NodeJS.Timeout>();
  /** Who waits for somebody to come. */
  readonly #awaited = new Map<MemberId, Set<() => void>>();
  #isClosed = false;

  constructor(context: MembersContext) {
    this.#context = context;
  }

  /** Others in the room at this moment, without those removed here. */
  present(room: RoomId): readonly MemberView[] {
    return [...(this.#views.get(room)?.values() ?? [])];
  }

  view(room: RoomId, member: MemberId): MemberView | undefined {
    return this.#views.get(room)?.get(member);
  }

  /** Seen in any open room now. */
  isPresent(member: MemberId): boolean {
    for (const views of this.#views.values()) if (views.has(member)) return true;
    return false;
  }

  /** Returns once the member comes into any room, or after this time. */
  async nextArrival(member: MemberId, waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#awaited.get(member) ?? new Set();
      this.#awaited.set(member, waiting.add(resolve));
      setTimeout(resolve, waitMs).unref();
    });
  }

  /** The one that is meant of those whom any open room shows, and of `more`. Not ourselves. */
  resolveAnywhere(
    text: string,
    more: readonly { readonly id: MemberId; readonly name: string }[] = [],
  ): { readonly id: MemberId; readonly name: string } {
    const { settings, rooms } = this.#context;
    const all = new Map<MemberId, { readonly id: MemberId; readonly name: string }>();
    for (const { id, name } of more) all.set(id, { id, name });
    // What somebody is called now counts more than what it was called.
    for (const views of this.#views.values())
      for (const { id, name } of views.values()) all.set(id, { id, name });
    all.set(settings.id, { id: settings.id, name: settings.name });
    // A name is rather that of somebody who is here than of somebody who was.
    const here = [...all.values()].filter(({ id }) => id === settings.id || this.isPresent(id));
    const labels = rooms.activeIds().map((id) => rooms.label(id));
    const isHere = resolveMember(here, text);
    const found = isHere.ok ? isHere.value : this.resolve([...all.values()], text, labels.join(', '));
    if (found.id === settings.id) throw new ApiFault('member-self', { member: text });
    return found;
  }

  /** The own row first, then others by name, then those removed here. */
  async list(room: RoomId): Promise<readonly MemberInfo[]> {
    const { rooms, questions, store, settings, people } = this.#context;
    if (room === CLASSIC_ROOM) return this.#context.classicMembers();
    const view = rooms.get(room)?.private?.view;
    const removed = store.removed.list(room);
    const gone = new Set<MemberId>(removed.map((row) => row.member));
    const answer = rooms.isActive(room) ? await questions.members(room) : [];
    const others = answer.filter((one) => !one.self && !gone.has(one.id));
    // A new colour alone is no event.
    for (const { id, colour } of others) people.recolour(id, colour);
    const rows = others.map((one) => presentInfo(one, view, people));
    const here = new Set<MemberId>(others.map(({ id }) => id));
    const absent = (rooms.isActive(room) ? (view?.members ?? []) : [])
      .filter(({ id, self }) => !self && !here.has(id))
      .map((one) => absentInfo(one, people));
    const address = answer.find((one) => one.self)?.address || this.#context.ownAddress();
    const own = ownInfo({ ...settings.self(), address }, view);
    const blocked = removed.map(({ member, name }) => removedInfo(member, name, people));
    rooms.setMemberCount(room, rows.length + 1);
    return [
      ...(rooms.isActive(room) ? [own] : []),
      ...[...rows, ...absent].toSorted((a, b) => a.name.localeCompare(b.name)),
      ...blocked,
    ];
  }

  remove(room: RoomId, text: string): Person {
    const { store, settings, post, events, rooms } = this.#context;
    const self = { id: settings.id, name: settings.name, self: true };
    const candidates = [...this.present(room), self];
    const member = this.resolve(candidates, text, rooms.label(room));
    if (member.self) throw new ApiFault('member-self', { member: text });
    const { id } = member;
    const kept = store.attempt(() => store.removed.add(room, id, member.name));
    if (!kept.ok) throw new ApiFault(kept.error.code, { ...kept.error });
    if (!kept.value) throw new ApiFault('limit-reached', { detail: member.name, limit: REMOVED_MEMBERS_MAX });
    post({ type: 'remove-member', room, member: id });
    const address = this.view(room, id)?.address ?? '';
    this.#views.get(room)?.delete(id);
    const shown = { id, name: member.name, address };
    events.emit({ type: 'member-removed', room: rooms.label(room), member: shown });
    this.changed(room);
    return { id, name: member.name };
  }

  restore(room: RoomId, text: string): Person {
    const { store, post, events, rooms } = this.#context;
    const rows = store.removed.list(room).map(({ member, name }) => ({ id: member, name }));
    const member = this.resolve(rows, text, rooms.label(room));
    const deleted = store.attempt(() => store.removed.delete(room, member.id));
    if (!deleted.ok) throw new ApiFault(deleted.error.code, { ...deleted.error });
    post({ type: 'restore-member', room, member: member.id });
    const shown = { ...member, address: '' };
    events.emit({ type: 'member-restored', room: rooms.label(room), member: shown });
    this.changed(room);
    return member;
  }

  onEvent(event: MemberEvent): void {
    const { events, rooms } = this.#context;
    const { room, member } = event;
    // The removal was told when it was asked for; here it only comes back.
    if (member.self || event.type === 'member-removed' || event.type === 'member-restored') return;
    if (!rooms.isActive(room)) return;
    const views = this.#views.get(room) ?? new Map<MemberId, MemberView>();
    this.#views.set(room, views);
    if (event.type === 'member-left') views.delete(member.id);
    else views.set(member.id, member);
    if (event.type !== 'member-left') this.#context.people.see(member);
    rooms.setMemberCount(room, views.size + 1);
    if (event.type === 'member-joined') this.#arrived(member.id);
    if (!rooms.isShown(room)) return;
    const shown = { id: member.id, name: member.name, address: member.address };
    const label = rooms.label(room);
    if (event.type === 'member-left')
      events.emit({
        type: event.type,
        room: label,
        member: shown,
        reason: event.reason,
      });
    else events.emit({ type: event.type, room: label, member: shown });
    this.changed(room);
  }

  #arrived(member: MemberId): void {
    for (const resolve of this.#awaited.get(member) ?? []) resolve();
    this.#awaited.delete(member);
  }

  /** The room was quit: its list is empty at once. */
  clear(room: RoomId): void {
    this.#views.delete(room);
    this.changed(room);
  }

  /** Sends every open room's list, for the "last heard" column. */
  refresh(): void {
    for (const room of this.#context.rooms.activeIds()) this.changed(room);
  }

  /** What the engine reports after that changes no list: the store may be closed when that would be read. */
  close(): void {
    this.#isClosed = true;
    for (const timer of this.#due.values()) clearTimeout(timer);
    this.#due.clear();
  }

  /** At most twice a second for each room, however many members come at once. */
  changed(room: RoomId): void {
    if (this.#isClosed || this.#due.has(room)) return;
    const send = async (): Promise<void> => {
      const members = await this.list(room);
      this.#due.delete(room);
      const { events, rooms } = this.#context;
      if (rooms.isShown(room)) events.emit({ type: 'members', room: rooms.label(room), members });
    };
    this.#due.set(
      room,
      setTimeout(() => void send(), MEMBERS_EVENT_MS_MIN),
    );
  }

  /** `where`: for the words, should nobody be meant. */
  resolve<T extends { id: string; name: string }>(candidates: readonly T[], text: string, where: string): T {
    const found = resolveMember(candidates, text);
    if (found.ok) return found.value;
    const { code } = found.error;
    const ids = code === 'member-ambiguous' ? found.error.ids : '';
    throw new ApiFault(code, { member: text, room: where, ids });
  }
}
