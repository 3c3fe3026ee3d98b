/**
 * Who is in each room: a view kept from events, refreshed from the core whenever a list is asked for, so that
 * "last heard" is true. `remove` is a local, reversible block that is remembered.
 */
import type { MemberId, RoomId } from '../base/ids.ts';
import type { MemberInfo } from '../contract/api.ts';
import type { MemberView, PeerEvent } from '../core/api.ts';
import type { EngineCommand } from '../io/engine-messages.ts';
import { REMOVED_MEMBERS_MAX } from '../store/limits.ts';
import type { Store } from '../store/store.ts';
import type { EngineQuestions } from './engine-questions.ts';
import type { Events } from './events.ts';
import { ApiFault } from './fault.ts';
import { MEMBERS_EVENT_MS_MIN } from './limits.ts';
import { resolveMember } from './member-names.ts';
import type { Rooms } from './rooms.ts';
import type { Settings } from './settings.ts';

export type MemberEvent = Extract<PeerEvent, { member: MemberView; room: RoomId }>;

export interface MembersContext {
  readonly store: Store;
  readonly events: Events;
  readonly rooms: Rooms;
  readonly settings: Settings;
  readonly questions: EngineQuestions;
  readonly post: (command: EngineCommand) => void;
  /** Where this profile is reached, for its own row. */
  readonly ownAddress: () => string;
}

export class Members {
  readonly #context: MembersContext;
  /** Others, by room. */
  readonly #views = new Map<RoomId, Map<MemberId, MemberView>>();
  readonly #due = new Map<RoomId, NodeJS.Timeout>();

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

  /** The own row first, then others by name, then those removed here. */
  async list(room: RoomId): Promise<readonly MemberInfo[]> {
    const { rooms, questions, store, settings } = this.#context;
    const removed = store.removed.list(room);
    const gone = new Set<MemberId>(removed.map((row) => row.member));
    const answer = rooms.isActive(room) ? await questions.members(room) : [];
    const rows = answer.filter((view) => !view.self && !gone.has(view.id)).map((view) => info(view, false));
    const self = answer.find((view) => view.self);
    const own: MemberInfo = {
      id: settings.id,
      name: settings.name,
      address: self?.address || this.#context.ownAddress(),
      self: true,
      away: false,
      silentMs: 0,
      removed: false,
      present: true,
      verified: true,
      canBeReached: false,
    };
    const blocked = removed.map(({ member, name }) => removedInfo(member, name));
    rooms.setMemberCount(room, rows.length + 1);
    return [
      ...(rooms.isActive(room) ? [own] : []),
      ...rows.toSorted((a, b) => a.name.localeCompare(b.name)),
      ...blocked,
    ];
  }

  remove(room: RoomId, text: string): MemberInfo {
    const { store, settings, post, events, rooms } = this.#context;
    const self = { id: settings.id, name: settings.name, self: true };
    const candidates = [...this.present(room), self];
    const member = this.#resolve(room, candidates, text);
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
    this.#changed(room);
    return { ...removedInfo(id, member.name), address };
  }

  restore(room: RoomId, text: string): MemberInfo {
    const { store, post, events, rooms } = this.#context;
    const rows = store.removed.list(room).map(({ member, name }) => ({ id: member, name }));
    const member = this.#resolve(room, rows, text);
    const deleted = store.attempt(() => store.removed.delete(room, member.id));
    if (!deleted.ok) throw new ApiFault(deleted.error.code, { ...deleted.error });
    post({ type: 'restore-member', room, member: member.id });
    const shown = { ...member, address: '' };
    events.emit({ type: 'member-restored', room: rooms.label(room), member: shown });
    this.#changed(room);
    return { ...removedInfo(member.id, member.name), removed: false };
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
    rooms.setMemberCount(room, views.size + 1);
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
    this.#changed(room);
  }

  /** The room was quit: its list is empty at once. */
  clear(room: RoomId): void {
    this.#views.delete(room);
    this.#changed(room);
  }

  /** Sends every open room's list, for the "last heard" column. */
  refresh(): void {
    for (const room of this.#context.rooms.activeIds()) this.#changed(room);
  }

  close(): void {
    for (const timer of this.#due.values()) clearTimeout(timer);
    this.#due.clear();
  }

  /** At most twice a second for each room, however many members come at once. */
  #changed(room: RoomId): void {
    if (this.#due.has(room)) return;
    const send = async (): Promise<void> => {
      const members = await this.list(room);
      this.#due.delete(room);
      const { events, rooms } = this.#context;
      events.emit({ type: 'members', room: rooms.label(room), members });
    };
    this.#due.set(
      room,
      setTimeout(() => void send(), MEMBERS_EVENT_MS_MIN),
    );
  }

  #resolve<T extends { id: string; name: string }>(room: RoomId, candidates: readonly T[], text: string): T {
    const found = resolveMember(candidates, text);
    if (found.ok) return found.value;
    const { code } = found.error;
    const label = this.#context.rooms.label(room);
    const ids = code === 'member-ambiguous' ? found.error.ids : '';
    throw new ApiFault(code, { member: text, room: label, ids });
  }
}

function info(view: MemberView, removed: boolean): MemberInfo {
  const { publicKey: _, ...rest } = view;
  return { ...rest, removed, present: true, verified: false };
}

function removedInfo(id: MemberId, name: string): MemberInfo {
  const absent = { address: '', self: false, away: true, silentMs: 0, present: false };
  return { id, name, ...absent, removed: true, verified: false, canBeReached: false };
}
