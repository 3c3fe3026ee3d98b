/**
 * Files from the original tool on their way to the disk. Nobody can say whether one is whole: its sender said that it
 * was all, or has said nothing for 10 s, and then the name says so (`NAME.incomplete`).
 */
import { randomBytes } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import { concatBytes, toHex, type Bytes } from '../../base/bytes.ts';
import { ID_BYTES, type MemberId, type TransferId } from '../../base/ids.ts';
import type { DiskFault } from '../../core/api.ts';
import { monotonicClock } from '../clock.ts';
import type { StreamStep } from '../../core/classic/streams.ts';
import { IncomingFile } from '../files/incoming-file.ts';
import { partName } from '../files/part-file.ts';
import type { IoProblem } from '../problems.ts';
import {
  CLASSIC_FREE_BYTES_MIN,
  CLASSIC_PART_BYTES,
  CLASSIC_PROGRESS_MS,
  CLASSIC_WAITING_BYTES_MAX,
} from './limits.ts';
import type { ClassicEvent } from './messages.ts';

export interface IncomingPorts {
  readonly downloads: () => string;
  readonly profile: MemberId;
  post(event: ClassicEvent): void;
  onProblem(problem: IoProblem): void;
}

export class ClassicIncoming {
  readonly #ports: IncomingPorts;
  readonly #files = new Map<number, Arriving>();
  readonly #ending = new Set<Promise<void>>();

  constructor(ports: IncomingPorts) {
    this.#ports = ports;
  }

  take(step: StreamStep): void {
    switch (step.kind) {
      case 'open':
        this.#files.set(step.stream, new Arriving(this.#ports, step.host, step.name));
        return;
      case 'append':
        this.#files.get(step.stream)?.append(step.bytes);
        return;
      case 'close':
        return this.#close(step.stream, step.complete);
      case 'refused':
        return;
    }
  }

  /** By the user. */
  cancel(transfer: string): void {
    for (const [stream, file] of this.#files) {
      if (file.transfer !== transfer) continue;
      this.#files.delete(stream);
      this.#end(file.discard());
    }
  }

  /** Resolves when nothing is being written any more. */
  async idle(): Promise<void> {
    await Promise.all(this.#ending);
  }

  #close(stream: number, complete: boolean): void {
    const file = this.#files.get(stream);
    this.#files.delete(stream);
    if (file !== undefined) this.#end(file.close(complete));
  }

  #end(ending: Promise<void>): void {
    this.#ending.add(ending);
    void ending.finally(() => this.#ending.delete(ending));
  }
}

class Arriving {
  readonly transfer = toHex(new Uint8Array(randomBytes(ID_BYTES)));
  readonly #folder: string;
  readonly #ports: IncomingPorts;
  readonly #name: string | undefined;
  readonly #file: IncomingFile;
  #isComplete = false;
  #gathered: Bytes[] = [];
  #gatheredBytes = 0;
  /** Given to the disk and not written yet. */
  #writingBytes = 0;
  /** All that came. */
  #bytes = 0;
  #offset = 0;
  #writes: Promise<void> = Promise.resolve();
  #fault: DiskFault | undefined;
  #isDiscarded = false;
  #toldAt = -Infinity;

  constructor(ports: IncomingPorts, host: string, name: string | undefined) {
    this.#ports = ports;
    this.#folder = ports.downloads();
    this.#name = name;
    const finalName = (): string => (this.#isComplete ? (name ?? '') : `${name ?? ''}.incomplete`);
    this.#file = new IncomingFile({
      folder: this.#folder,
      partName: partName(this.transfer as TransferId, ports.profile),
      get receivedName() {
        return finalName();
      },
      onProblem: ports.onProblem,
    });
    ports.post({ type: 'file-begun', transfer: this.transfer, host, name: name ?? '' });
  }

  append(bytes: Bytes): void {
    this.#bytes += bytes.length;
    // Without its beginning it is of no use to anybody.
    if (this.#name === undefined || this.#fault !== undefined) return;
    if (this.#gatheredBytes + this.#writingBytes > CLASSIC_WAITING_BYTES_MAX) {
      this.#fault = 'disk-error';
      return;
    }
    this.#gathered.push(bytes.slice());
    this.#gatheredBytes += bytes.length;
    if (this.#gatheredBytes >= CLASSIC_PART_BYTES) this.#write();
    const now = monotonicClock();
    if (now - this.#toldAt < CLASSIC_PROGRESS_MS) return;
    this.#toldAt = now;
    this.#ports.post({ type: 'file-progress', transfer: this.transfer, bytes: this.#bytes });
  }

  async close(complete: boolean): Promise<void> {
    this.#isComplete = complete;
    this.#write();
    await this.#writes;
    const { transfer } = this;
    const bytes = this.#bytes;
    const post = (event: Partial<Extract<ClassicEvent, { type: 'file-came' }>>): void =>
      this.#ports.post({ type: 'file-came', transfer, bytes, outcome: 'incomplete', ...event });
    if (this.#name === undefined || (!complete && this.#offset === 0)) {
      await this.#file.discard();
      return post({});
    }
    if (this.#fault !== undefined) {
      await this.#file.discard();
      return post({ outcome: this.#fault === 'disk-full' ? 'disk-full' : 'disk-error' });
    }
    const saved = await this.#file.finish();
    if (!saved.ok) return post({ outcome: saved.error === 'disk-full' ? 'disk-full' : 'disk-error' });
    const { path, mediaType } = saved.value;
    return post({
      outcome: complete ? 'complete' : 'incomplete',
      path,
      ...(mediaType === undefined || !complete ? {} : { mediaType }),
    });
  }

  async discard(): Promise<void> {
    this.#isDiscarded = true;
    await this.#writes;
    await this.#file.discard();
    const { transfer } = this;
    this.#ports.post({ type: 'file-came', transfer, outcome: 'cancelled', bytes: this.#bytes });
  }

  /** Hands what was gathered to the disk, in order. */
  #write(): void {
    if (this.#gatheredBytes === 0 || this.#fault !== undefined) return;
    const part = concatBytes(...this.#gathered);
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#writingBytes += part.length;
    const offset = this.#offset;
    this.#offset += part.length;
    this.#writes = this.#writes.then(() => this.#writePart(offset, part));
  }

  async #writePart(offset: number, part: Bytes): Promise<void> {
    if (this.#fault === undefined && !this.#isDiscarded) {
      const isTight = (await freeBytes(this.#folder)) - part.length < CLASSIC_FREE_BYTES_MIN;
      this.#fault ??= isTight ? 'disk-full' : await this.#file.writeBlock(offset, part);
    }
    this.#writingBytes -= part.length;
  }
}

/** Of a folder that is not there yet, nothing is known, and the write will tell. */
async function freeBytes(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return Infinity;
  }
}
