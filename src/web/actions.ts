/** What a user can do, each as one call. A refusal becomes a notice; nothing here throws. */
import { err, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { History, Method, Params, Person, Results, Role, RoomInfo } from '../contract/api.ts';
import type { DaemonConnection } from './daemon/connection.ts';
import { DaemonProblem } from './daemon/problem.ts';
import { FileActions } from './file-actions.ts';
import { JOIN_MS_MAX } from './limits.ts';
import { MessageActions } from './message-actions.ts';
import type { Confirmation, NoticeBody, OpenDialog } from './state/state.ts';
import type { Store } from './state/store.ts';

type About = Extract<NoticeBody, { kind: 'problem' }>['about'];

export class Actions {
  readonly files: FileActions;
  readonly messages: MessageActions;
  readonly #store: Store;
  readonly #connection: DaemonConnection;
  /** Joins by invite that have not been answered yet. */
  #joins = 0;

  constructor(store: Store, connection: DaemonConnection) {
    this.#store = store;
    this.#connection = connection;
    this.messages = new MessageActions({
      store,
      ask: (method, params, about) => this.#ask(method, params, about),
      attempt: (method, params) => this.attempt(method, params),
    });
    this.files = new FileActions({
      store,
      token: () => connection.token,
      ask: (method, params) => this.#ask(method, params),
      attempt: (method, params) => this.attempt(method, params),
      report: (problem, about) => this.#report(problem, about),
      enter: (info) => void this.#enter(ok(info)),
    });
  }

  /** First run: name and colour, and in. */
  async joinAs(name: string, room: string, colour: number | undefined): Promise<void> {
    if (colour !== undefined) await this.setColour(colour);
    if (await this.setName(name)) await this.join(room);
  }

  async setName(name: string): Promise<boolean> {
    return (await this.#ask('set-name', { name })) !== undefined;
  }

  async setColour(colour: number | undefined): Promise<void> {
    await this.#ask('set-colour', { colour: colour ?? null });
  }

  async setSettings(settings: Params<'set-settings'>): Promise<void> {
    await this.#ask('set-settings', settings);
  }

  async join(room: string): Promise<void> {
    await this.#ask('join', { room });
  }

  async quit(room: string): Promise<void> {
    await this.#ask('quit', { room });
  }

  showRoom(room: string): void {
    this.#store.dispatch({ type: 'room-shown', room });
  }

  async mute(room: string, member: string, name: string): Promise<void> {
    if ((await this.#ask('remove', { room, member })) === undefined) return;
    this.#store.dispatch({ type: 'notice', notice: { kind: 'muted', room, member, name } });
  }

  async unmute(room: string, member: string): Promise<void> {
    await this.#ask('restore', { room, member });
  }

  openDialog(dialog: OpenDialog): void {
    this.#store.dispatch({ type: 'dialog', dialog });
  }

  closeDialog(): void {
    this.#store.dispatch({ type: 'dialog', dialog: undefined });
  }

  /** Asks the daemon on behalf of a dialog, which says itself what was refused. */
  async attempt<M extends Method>(
    method: M,
    params: Params<M>,
    msMax?: number,
  ): Promise<Result<Results[M], DaemonProblem>> {
    try {
      return ok(await this.#connection.request(method, params, msMax));
    } catch (error) {
      if (error instanceof DaemonProblem) return err(error);
      throw error;
    }
  }

  /** Creates a private room and shows it; returns why not, where it is refused. So do those below. */
  async createRoom(name: string, history: History): Promise<DaemonProblem | undefined> {
    return this.#enter(await this.attempt('create', { name, history }));
  }

  async openPublicRoom(name: string): Promise<DaemonProblem | undefined> {
    return this.#enter(await this.attempt('join', { room: name }));
  }

  async joinByInvite(invite: string): Promise<DaemonProblem | undefined> {
    this.#store.dispatch({ type: 'joining', joining: undefined });
    this.#joins++;
    const answer = await this.attempt('join', { room: invite }, JOIN_MS_MAX);
    this.#joins--;
    return this.#enter(answer);
  }

  /** Gives up the join by invite that is under way; its answer says that it was cancelled. */
  cancelJoin(): void {
    if (this.#joins > 0) void this.attempt('cancel-join', {});
  }

  /** Opens what is said with one person alone. */
  async message(member: string): Promise<void> {
    const info = await this.#ask('direct', { member });
    if (info !== undefined) this.#enter(ok(info));
  }

  async acceptRoom(offer: string): Promise<void> {
    // It comes back once the others have said who is in the room, or after a while.
    const problem = this.#enter(await this.attempt('accept-room', { offer }, JOIN_MS_MAX));
    if (problem !== undefined) this.#report(problem, undefined);
  }

  async declineRoom(offer: string): Promise<void> {
    await this.#ask('decline-room', { offer });
  }

  async revokeInvite(room: string, invite: string): Promise<DaemonProblem | undefined> {
    return refusal(await this.attempt('revoke-invite', { room, invite }));
  }

  async addMember(room: string, member: string): Promise<DaemonProblem | undefined> {
    return refusal(await this.attempt('add', { room, member }));
  }

  async setRole(room: string, member: Person, role: Role): Promise<void> {
    await this.#ask('set-role', { room, member: member.id, role });
  }

  async setRoom(
    room: string,
    change: { readonly name?: string; readonly history?: History },
  ): Promise<DaemonProblem | undefined> {
    return refusal(await this.attempt('set-room', { room, ...change }));
  }

  async setVerified(member: string, verified: boolean): Promise<DaemonProblem | undefined> {
    return refusal(await this.attempt('set-verified', { member, verified }));
  }

  /** Does what was asked back for, and closes the question. */
  async confirmed(confirmation: Confirmation): Promise<DaemonProblem | undefined> {
    const problem = refusal(await this.#confirmed(confirmation));
    if (problem === undefined) this.closeDialog();
    return problem;
  }

  #confirmed(confirmation: Confirmation): Promise<Result<unknown, DaemonProblem>> {
    const { act, room } = confirmation;
    const self = this.#store.getState().self?.id ?? '';
    switch (act) {
      case 'remove':
        return this.attempt('remove', { room, member: confirmation.member.id });
      case 'make-owner':
        return this.attempt('set-role', { room, member: confirmation.member.id, role: 'owner' });
      case 'step-down':
        return this.attempt('set-role', { room, member: self, role: 'member' });
      case 'leave':
        return this.attempt('leave', { room });
      case 'forget':
        return this.attempt('forget', { room });
      case 'delete-message':
        return this.attempt('delete', { message: confirmation.message });
      case 'hide-message':
        return this.attempt('hide', { message: confirmation.message });
    }
  }

  async emoji(member: string, action: Params<'emoji'>['action']): Promise<void> {
    if (action === 'start') this.#store.dispatch({ type: 'emoji-forgotten', member });
    await this.#ask('emoji', { member, action });
  }

  /** The dialog is closed: what is under way is stopped, and what is over is forgotten. */
  endEmoji(member: string): void {
    const stage = this.#store.getState().emoji[member]?.stage;
    if (stage === 'waiting' || stage === 'compare') void this.#ask('emoji', { member, action: 'cancel' });
    if (stage !== undefined && stage !== 'asked') this.#store.dispatch({ type: 'emoji-forgotten', member });
  }

  notify(notice: NoticeBody): void {
    this.#store.dispatch({ type: 'notice', notice });
  }

  dismiss(key: number): void {
    this.#store.dispatch({ type: 'notice-dismissed', key });
  }

  /** Shows a room that has just been entered; the event that tells of it may come later than the answer. */
  #enter(answer: Result<RoomInfo, DaemonProblem>): DaemonProblem | undefined {
    if (!answer.ok) return answer.error;
    this.#store.dispatch({ type: 'room-known', info: answer.value });
    this.showRoom(answer.value.room);
    this.closeDialog();
    return undefined;
  }

  async #ask<M extends Method>(method: M, params: Params<M>, about?: About): Promise<Results[M] | undefined> {
    try {
      return await this.#connection.request(method, params);
    } catch (error) {
      if (!(error instanceof DaemonProblem)) throw error;
      this.#report(error, about);
      return undefined;
    }
  }

  #report(problem: DaemonProblem, about: About): void {
    const { code, message, values } = problem;
    this.notify({ kind: 'problem', code, message, values, ...(about && { about }) });
  }
}

function refusal(answer: Result<unknown, DaemonProblem>): DaemonProblem | undefined {
  return answer.ok ? undefined : answer.error;
}
