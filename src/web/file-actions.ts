/** What a user can do with files: handing them over, and what becomes of those on their way. */
import type { RoomInfo } from '../contract/api.ts';
import type { ActionsHost } from './actions-host.ts';
import { Pictures } from './daemon/picture.ts';
import { DaemonProblem } from './daemon/problem.ts';
import { UploadQueue } from './daemon/upload.ts';
import { droppedItems, pickedFiles, sendingsOf, TooManyFiles } from './input/picked.ts';
import type { Picked } from './input/picked.ts';
import { UPLOAD_ENTRIES_MAX, UPLOADS_MAX } from './limits.ts';

export interface FileActionsHost extends ActionsHost {
  readonly token: () => string | undefined;
  readonly report: (
    problem: DaemonProblem,
    about: { readonly act: 'upload'; readonly name: string } | undefined,
  ) => void;
  /** Shows a room that has just been entered. */
  readonly enter: (info: RoomInfo) => void;
}

export type TransferAct =
  | 'accept'
  | 'decline'
  | 'cancel'
  | 'pause'
  | 'resume'
  | 'retry'
  | 'open'
  | 'show-in-folder';

export class FileActions {
  readonly pictures = new Pictures();
  readonly #host: FileActionsHost;
  readonly #uploads: UploadQueue;

  constructor(host: FileActionsHost) {
    this.#host = host;
    const { store } = host;
    this.#uploads = new UploadQueue(host.token, {
      onProgress: (key, bytesDone) => store.dispatch({ type: 'upload-progress', key, bytesDone }),
      onEnd: ({ key, sending }, problem) => {
        store.dispatch({ type: 'upload-ended', key });
        if (problem !== undefined) host.report(problem, { act: 'upload', name: sending.name });
      },
    });
  }

  /** Files as they were chosen or pasted; those of a folder carry their paths. */
  send(room: string, files: readonly File[]): void {
    void this.#sendPicked(room, async () => pickedFiles(files));
  }

  /** To be called while the drop is handled. */
  async sendDrop(room: string, data: DataTransfer): Promise<void> {
    const folder = [...data.items].map((item) => item.webkitGetAsEntry()).find((entry) => entry?.isDirectory);
    const picking = droppedItems(data);
    // A folder of thousands is read for seconds: meanwhile it stands there with its name.
    const key = this.#host.store.getState().nextKey;
    const upload = { room, name: folder?.name ?? '', size: 0, reading: true } as const;
    if (folder !== undefined) this.#host.store.dispatch({ type: 'upload-added', upload });
    await picking.catch(() => undefined);
    if (folder !== undefined) this.#host.store.dispatch({ type: 'upload-ended', key });
    await this.#sendPicked(room, () => picking);
  }

  /** To one person alone, in the room of the two. */
  async sendTo(member: string, files: readonly File[]): Promise<void> {
    if (files.length === 0) return;
    const info = await this.#host.ask('direct', { member });
    if (info === undefined) return;
    this.#host.enter(info);
    this.send(info.room, files);
  }

  async #sendPicked(room: string, pick: () => Promise<Picked>): Promise<void> {
    try {
      const sendings = sendingsOf(await pick());
      if (this.#uploads.size + sendings.length > UPLOADS_MAX) throw new TooManyFiles();
      for (const sending of sendings) {
        const key = this.#host.store.getState().nextKey;
        const { name, size } = sending;
        const folder = sending.kind === 'pack' ? { entries: sending.entries } : undefined;
        this.#host.store.dispatch({ type: 'upload-added', upload: { room, name, size, folder } });
        this.#uploads.add({ key, room, sending });
      }
    } catch (error) {
      // Else the browser would not let us read a folder.
      const isMuch = error instanceof TooManyFiles;
      const code = isMuch ? 'too-many-files' : 'folder-unreadable';
      const values = isMuch ? { limit: UPLOAD_ENTRIES_MAX } : {};
      this.#host.report(new DaemonProblem({ code, message: String(error), values }), undefined);
    }
  }

  cancelUpload(key: number): void {
    this.#uploads.cancel(key);
  }

  async act(act: TransferAct, id: string): Promise<void> {
    await this.#host.ask(act, { transfer: id });
  }

  /** One who does not have an own file is asked to take it after all. */
  async askMember(transfer: string, member: string): Promise<void> {
    await this.#host.ask('retry', { transfer, member });
  }

  /** Where the bytes of a verified file are for a while; undefined where they are not to be had. */
  async link(transfer: string): Promise<string | undefined> {
    const answer = await this.#host.attempt('file-link', { transfer });
    return answer.ok ? answer.value.url : undefined;
  }
}
