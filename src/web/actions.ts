/** What a user can do, each as one call. A refusal becomes a notice; nothing here throws. */
import type { Method, Params, Results, Settings } from '../contract/api.ts';
import type { DaemonConnection } from './daemon/connection.ts';
import { DaemonProblem } from './daemon/problem.ts';
import { UploadQueue } from './daemon/upload.ts';
import { UPLOADS_MAX } from './limits.ts';
import type { NoticeBody } from './state/state.ts';
import type { Store } from './state/store.ts';

type About = Extract<NoticeBody, { kind: 'problem' }>['about'];

export class Actions {
  readonly #store: Store;
  readonly #connection: DaemonConnection;
  readonly #uploads: UploadQueue;

  constructor(store: Store, connection: DaemonConnection) {
    this.#store = store;
    this.#connection = connection;
    this.#uploads = new UploadQueue(() => connection.token, {
      onProgress: (key, bytesDone) => store.dispatch({ type: 'upload-progress', key, bytesDone }),
      onEnd: ({ key, file }, problem) => {
        store.dispatch({ type: 'upload-ended', key });
        if (problem !== undefined) this.#report(problem, { act: 'upload', name: file.name });
      },
    });
  }

  /** The token that fetches need; undefined while signed out. */
  get token(): string | undefined {
    return this.#connection.token;
  }

  /** First run: the name, and in. */
  async joinAs(name: string, room: string): Promise<void> {
    if (await this.setName(name)) await this.join(room);
  }

  async setName(name: string): Promise<boolean> {
    return (await this.#ask('set-name', { name })) !== undefined;
  }

  async setSettings(settings: Partial<Settings>): Promise<void> {
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

  /** False where the daemon did not take it; the caller then still has the text. */
  async say(room: string, text: string): Promise<boolean> {
    return (await this.#ask('say', { room, text }, { act: 'say' })) !== undefined;
  }

  sendFiles(room: string, files: readonly File[]): void {
    for (const file of files.slice(0, Math.max(0, UPLOADS_MAX - this.#uploads.size))) {
      const key = this.#store.getState().nextKey;
      this.#store.dispatch({ type: 'upload-added', upload: { room, name: file.name, size: file.size } });
      this.#uploads.add({ key, room, file });
    }
  }

  cancelUpload(key: number): void {
    this.#uploads.cancel(key);
  }

  async transfer(
    act: 'accept' | 'decline' | 'cancel' | 'open' | 'show-in-folder',
    id: string,
  ): Promise<void> {
    await this.#ask(act, { transfer: id });
  }

  async removeMember(room: string, member: string, name: string): Promise<void> {
    if ((await this.#ask('remove', { room, member })) === undefined) return;
    this.#store.dispatch({ type: 'notice', notice: { kind: 'removed', room, member, name } });
  }

  async restoreMember(room: string, member: string): Promise<void> {
    await this.#ask('restore', { room, member });
  }

  notify(notice: NoticeBody): void {
    this.#store.dispatch({ type: 'notice', notice });
  }

  dismiss(key: number): void {
    this.#store.dispatch({ type: 'notice-dismissed', key });
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
