/**
 * Hands files to the daemon. A browser never tells where a file lies, so its bytes are streamed to the daemon, which
 * spools and offers them. One file at a time: several at once would only share the same disk.
 */
import { HTTP } from '../../contract/api.ts';
import type { UploadList } from '../../contract/api.ts';
import type { PickedFile, Sending } from '../input/picked.ts';
import { UPLOAD_NAME_CHARACTERS_MAX } from '../limits.ts';
import { DaemonProblem, problemFromBody } from './problem.ts';

export interface UploadTask {
  readonly key: number;
  readonly room: string;
  readonly sending: Sending;
}

export interface UploadListener {
  onProgress(key: number, bytesDone: number): void;
  /** `problem` is absent where the daemon has the file, or the user cancelled. */
  onEnd(task: UploadTask, problem: DaemonProblem | undefined): void;
}

export class UploadQueue {
  readonly #listener: UploadListener;
  readonly #token: () => string | undefined;
  readonly #waiting: UploadTask[] = [];
  #current: { readonly task: UploadTask; readonly request: XMLHttpRequest } | undefined;

  constructor(token: () => string | undefined, listener: UploadListener) {
    this.#token = token;
    this.#listener = listener;
  }

  get size(): number {
    return this.#waiting.length + (this.#current === undefined ? 0 : 1);
  }

  add(task: UploadTask): void {
    this.#waiting.push(task);
    if (this.#current === undefined) this.#next();
  }

  /** Takes a file back that the daemon does not have yet. */
  cancel(key: number): void {
    if (this.#current?.task.key === key) {
      this.#current.request.abort();
      return;
    }
    const index = this.#waiting.findIndex((task) => task.key === key);
    const [task] = index < 0 ? [] : this.#waiting.splice(index, 1);
    if (task !== undefined) this.#listener.onEnd(task, undefined);
  }

  #next(): void {
    const task = this.#waiting.shift();
    if (task === undefined) return;
    // Only XMLHttpRequest reports how much of a body has left.
    const request = new XMLHttpRequest();
    this.#current = { task, request };
    const end = (problem: DaemonProblem | undefined): void => {
      this.#current = undefined;
      this.#listener.onEnd(task, problem);
      this.#next();
    };
    request.upload.addEventListener('progress', (event) => {
      this.#listener.onProgress(task.key, event.loaded);
    });
    request.addEventListener('load', () => {
      const accepted = request.status >= 200 && request.status < 300;
      end(accepted ? undefined : problemFromBody(request.responseText, UPLOAD_FAILED));
    });
    request.addEventListener('error', () => end(new DaemonProblem(UPLOAD_FAILED)));
    request.addEventListener('abort', () => end(undefined));
    this.#listener.onProgress(task.key, 0);
    const { sending } = task;
    const query = new URLSearchParams({ room: task.room, name: sentName(sending.name) });
    request.open('POST', `${sending.kind === 'file' ? HTTP.upload : HTTP.uploadFolder}?${query}`);
    request.setRequestHeader('authorization', `Bearer ${this.#token() ?? ''}`);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.send(sending.kind === 'file' ? sending.file : packBody(sending.files, sending.emptyFolders));
  }
}

/** Several files with their paths as one body (src/contract/http.ts); their bytes are read when they leave, not before. */
export function packBody(files: readonly PickedFile[], emptyFolders: readonly string[]): Blob {
  const list: UploadList = {
    files: files.map(({ path, file }) => ({
      path,
      size: file.size,
      modifiedAt: Math.max(0, file.lastModified),
    })),
    folders: emptyFolders,
  };
  const text = new TextEncoder().encode(JSON.stringify(list));
  const length = new DataView(new ArrayBuffer(4));
  length.setUint32(0, text.length);
  return new Blob([length, text, ...files.map(({ file }) => file)]);
}

/** As much of a name as the daemon takes; it makes what is left fit for a disk. */
const sentName = (name: string): string => name.slice(-UPLOAD_NAME_CHARACTERS_MAX);

const UPLOAD_FAILED = {
  code: 'upload-failed',
  message: 'The file could not be handed to Starling.',
} as const;
