/** What a user can do with what was said: reading on, finding, answering, changing, keeping. */
import type { Result } from '../base/result.ts';
import type { MessageInfo, Params, Results } from '../contract/api.ts';
import type { ActionsHost } from './actions-host.ts';
import type { DaemonProblem } from './daemon/problem.ts';
import { OLDER_PAGE_ENTRIES, STRETCH_ENTRIES, TYPING_TOLD_EVERY_MS } from './limits.ts';
import type { Composing } from './state/state.ts';
import { beginningOf } from './state/timeline.ts';
import { exportPath } from './text/export-path.ts';

export class MessageActions {
  readonly #host: ActionsHost;
  /** Pages that are on their way: one for each room and direction. */
  readonly #loading = new Set<string>();
  readonly #typingToldAt = new Map<string, number>();
  /** Up to where each room was said to be read. */
  readonly #read = new Map<string, string>();

  constructor(host: ActionsHost) {
    this.#host = host;
  }

  // ---- reading

  /** The page of a room before what is here, if there is one and nobody fetches it yet. */
  async loadOlder(room: string): Promise<void> {
    const { older, timelines } = this.#host.store.getState();
    const before = older[room] ?? beginningOf(timelines[room] ?? []);
    if (older[room] === null || before === undefined) return;
    await this.#load('older', room, { before });
  }

  /** The page behind a stretch of long ago. */
  async loadNewer(room: string): Promise<void> {
    const after = this.#host.store.getState().newer[room];
    if (after !== undefined) await this.#load('newer', room, { after });
  }

  /** Shows a message, also where it is long ago or in another room. False where it is not to be had. */
  async show(room: string, id: string): Promise<boolean> {
    const { store } = this.#host;
    const isHere = (): boolean => (store.getState().timelines[room] ?? []).some((entry) => entry.id === id);
    if (!isHere()) {
      const page = await this.#host.attempt('timeline', { room, around: id, limit: STRETCH_ENTRIES });
      if (!page.ok) return false;
      this.#showRoom(room);
      store.dispatch({ type: 'stretch', room, page: page.value, id });
      return isHere();
    }
    this.#showRoom(room);
    store.dispatch({ type: 'focus', room, id });
    return true;
  }

  /** Shows what was said at that time (Unix milliseconds), or next to it. */
  async showTime(room: string, at: number): Promise<void> {
    const page = await this.#host.ask('timeline', { room, around: at, limit: STRETCH_ENTRIES });
    if (page === undefined) return;
    const timeOf = (entry: (typeof page.entries)[number]): number =>
      entry.kind === 'message' ? entry.message.at : entry.transfer.at;
    const nearest = page.entries.find((entry) => timeOf(entry) >= at) ?? page.entries.at(-1);
    if (nearest === undefined) return;
    const id = nearest.kind === 'message' ? nearest.message.id : nearest.transfer.message;
    this.#host.store.dispatch({ type: 'stretch', room, page, id });
  }

  /** Where a stretch of long ago is shown: the end of the room again. */
  async showNewest(room: string): Promise<void> {
    if (this.#host.store.getState().newer[room] === undefined) return;
    const page = await this.#host.ask('timeline', { room, limit: STRETCH_ENTRIES });
    if (page !== undefined) this.#host.store.dispatch({ type: 'stretch', room, page });
  }

  focused(): void {
    this.#host.store.dispatch({ type: 'focused' });
  }

  /** Is the end of the shown room in sight? */
  setFollowing(following: boolean): void {
    if (this.#host.store.getState().following !== following)
      this.#host.store.dispatch({ type: 'following', following });
  }

  /** Everything up to this message has been in sight. */
  async markRead(room: string, message: string): Promise<void> {
    if (this.#read.get(room) === message) return;
    this.#read.set(room, message);
    // What cannot be marked now is marked with the next one: nobody has to be told.
    const answer = await this.#host.attempt('read', { room, message });
    if (!answer.ok && this.#read.get(room) === message) this.#read.delete(room);
  }

  /** Newest first. The panel that asks says itself what was refused. */
  search(params: Params<'search'>): Promise<Result<Results['search'], DaemonProblem>> {
    return this.#host.attempt('search', params);
  }

  // ---- writing

  /** False where the daemon did not take it; the caller then still has the text. */
  async say(room: string, text: string, replyTo?: string): Promise<boolean> {
    const reply = replyTo === undefined ? {} : { replyTo };
    const said = await this.#host.ask('say', { room, text, ...reply }, { act: 'say' });
    if (said === undefined) return false;
    this.#typingToldAt.delete(room);
    await this.showNewest(room);
    return true;
  }

  async edit(message: string, text: string): Promise<boolean> {
    return (await this.#host.ask('edit', { message, text }, { act: 'say' })) !== undefined;
  }

  async react(message: string, emoji: string, on: boolean): Promise<void> {
    await this.#host.ask('react', { message, emoji, on });
  }

  compose(room: string, composing: Composing | undefined): void {
    this.#host.store.dispatch({ type: 'composing', room, composing });
  }

  /** To be called at every key; others are told now and then. */
  typing(room: string): void {
    const now = performance.now();
    if (now - (this.#typingToldAt.get(room) ?? -Infinity) < TYPING_TOLD_EVERY_MS) return;
    this.#typingToldAt.set(room, now);
    void this.#host.attempt('typing', { room });
  }

  async copy(message: MessageInfo): Promise<void> {
    await navigator.clipboard.writeText(message.text);
  }

  // ---- keeping

  /** How long a room's history is kept on this computer; null: for ever. */
  setRetention(room: string, days: number | null): Promise<Result<Results['set-retention'], DaemonProblem>> {
    return this.#host.attempt('set-retention', { room, days });
  }

  /** All of a room into a new file beside what was received; returns where it is. */
  exportRoom(room: string, format: 'jsonl' | 'html'): Promise<Result<Results['export'], DaemonProblem>> {
    const { downloads } = this.#host.store.getState();
    const path = exportPath(downloads, room, format, new Date());
    return this.#host.attempt('export', { room, format, path });
  }

  async #load(
    type: 'older' | 'newer',
    room: string,
    cursor: { readonly before: string } | { readonly after: string },
  ): Promise<void> {
    const { store, ask } = this.#host;
    const key = `${type} ${room}`;
    if (this.#loading.has(key)) return;
    this.#loading.add(key);
    const { stretch } = store.getState();
    const page = await ask('timeline', { room, ...cursor, limit: OLDER_PAGE_ENTRIES });
    this.#loading.delete(key);
    // Another stretch may have taken the place of the one that this page belongs to.
    if (page !== undefined && store.getState().stretch === stretch) store.dispatch({ type, room, page });
  }

  #showRoom(room: string): void {
    if (this.#host.store.getState().room !== room) this.#host.store.dispatch({ type: 'room-shown', room });
  }
}
