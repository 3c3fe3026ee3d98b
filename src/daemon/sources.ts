/** Where own files come from: a path of this machine, or the spool that a browser's file was copied to. */
import { openSync, readSync, closeSync, rmSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { RoomId, TransferId } from '../base/ids.ts';
import type { TransferInfo } from '../contract/api.ts';
import type { EngineCommand, EngineEvent } from '../io/engine-messages.ts';
import { isSameStamp, stampOf } from '../io/files/file-stamp.ts';
import type { FileStamp } from '../io/files/file-stamp.ts';
import { SNIFF_BYTES, sniffMedia } from '../io/files/sniff.ts';
import { ApiFault, detailOf } from './fault.ts';
import { COMMAND_MS_MAX, SCAN_MS_MAX } from './limits.ts';
import type { OwnLog } from './own-log.ts';

export interface Source {
  readonly path: string;
  /** Of a pack: all that it was made of. */
  readonly paths?: readonly string[];
  /** The spool folder to delete with it. */
  readonly spool?: string;
  readonly mediaType?: string;
  /** When it was opened. */
  readonly stamp?: FileStamp;
}

/** A TransferId is the beginning of the RecordId of its offer. */
const TRANSFER_ID_DIGITS = 32;

export interface OfferOptions {
  /** What came from a browser: its name, and where it lies until nobody needs it. */
  readonly upload?: { readonly name: string; readonly spool: string };
  /** What is there goes as one pack, under `name`. */
  readonly pack?: {
    readonly paths: readonly string[];
    readonly name: string;
    /** It was in the room before. */
    readonly again?: boolean;
  };
  readonly megabitsPerSecondMax?: number | undefined;
}

export class Sources {
  readonly #ownLog: OwnLog;
  readonly #limit: () => number | undefined;
  readonly #sources = new Map<TransferId, Source>();
  readonly #pending = new Map<number, Source>();
  readonly #waiting = new Map<TransferId, (info: TransferInfo) => void>();

  /** `limit`: Mbit/s that the user allows at most. */
  constructor(ownLog: OwnLog, limit: () => number | undefined = () => undefined) {
    this.#ownLog = ownLog;
    this.#limit = limit;
  }

  /** Offers the file at a path of this machine; returns when it is on its way. */
  async offer(room: RoomId, path: string, options: OfferOptions = {}): Promise<TransferInfo> {
    const { upload, pack } = options;
    const megabitsPerSecondMax = lower(options.megabitsPerSecondMax, this.#limit());
    const mediaType = pack === undefined ? inspect(path) : undefined;
    const source: Source = {
      path,
      ...(pack === undefined ? {} : { paths: pack.paths }),
      ...(upload === undefined ? {} : { spool: upload.spool }),
      ...(mediaType === undefined ? {} : { mediaType }),
    };
    const name = pack?.name ?? upload?.name ?? basename(path);
    const paths = pack === undefined ? {} : { paths: pack.paths, again: pack.again === true };
    let token = 0;
    const command = (given: number): EngineCommand => {
      token = given;
      this.#pending.set(token, source);
      const offer = { type: 'offer', room, path, ...paths, name, at: Date.now(), token } as const;
      return megabitsPerSecondMax === undefined ? offer : { ...offer, megabitsPerSecondMax };
    };
    try {
      // A folder is looked at before it is offered.
      const { id } = await this.#ownLog.author(command, pack === undefined ? COMMAND_MS_MAX : SCAN_MS_MAX);
      return await this.#whenOffered(id.slice(0, TRANSFER_ID_DIGITS) as TransferId);
    } finally {
      this.#pending.delete(token);
    }
  }

  /** Called before the record is stored, so that the source is known when the core offers it. */
  onStoreRecord(token: number, id: string): void {
    const source = this.#pending.get(token);
    if (source !== undefined) this.#sources.set(id.slice(0, TRANSFER_ID_DIGITS) as TransferId, source);
  }

  onOpened({ token, stamp }: Extract<EngineEvent, { type: 'source-opened' }>): void {
    const source = this.#pending.get(token);
    if (source !== undefined) this.#pending.set(token, { ...source, stamp });
  }

  onRefused({ token, fault, path, detail }: Extract<EngineEvent, { type: 'offer-refused' }>): void {
    const told = path ?? this.#pending.get(token)?.path ?? '';
    const values = { path: told, name: basename(told), detail, reason: detail };
    this.#ownLog.refuse(token, new ApiFault(fault, values));
  }

  onOffered(transfer: TransferId, info: TransferInfo): void {
    this.#waiting.get(transfer)?.(info);
    this.#waiting.delete(transfer);
  }

  of(transfer: TransferId): Source | undefined {
    return this.#sources.get(transfer);
  }

  /** No member needs it any more. `spool`: of one of an earlier run. */
  release(transfer: TransferId, keptSpool?: string): void {
    const spool = this.#sources.get(transfer)?.spool ?? keptSpool;
    this.#sources.delete(transfer);
    if (spool !== undefined) rmSync(spool, { recursive: true, force: true });
  }

  async #whenOffered(transfer: TransferId): Promise<TransferInfo> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(transfer);
        reject(new ApiFault('timeout', { detail: 'offer', seconds: COMMAND_MS_MAX / 1000 }));
      }, COMMAND_MS_MAX);
      this.#waiting.set(transfer, (info) => {
        clearTimeout(timer);
        resolve(info);
      });
    });
  }
}

const lower = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);

/** The file at the path is what it was. */
export function sameSource(path: string, stamp: FileStamp | undefined): boolean {
  const status = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stamp !== undefined && status?.isFile() === true && isSameStamp(stampOf(status), stamp);
}

/** Refuses what cannot be sent before anything is said about it; tells a picture, a sound or a film by its first bytes. */
function inspect(path: string): string | undefined {
  const name = basename(path);
  try {
    const status = statSync(path, { throwIfNoEntry: false });
    if (status === undefined) throw new ApiFault('file-missing', { path });
    if (!status.isFile()) throw new ApiFault('file-not-regular', { path });
    const file = openSync(path, 'r');
    try {
      const head = new Uint8Array(SNIFF_BYTES);
      return sniffMedia(head.subarray(0, readSync(file, head)));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof ApiFault) throw error;
    throw new ApiFault('file-unreadable', { path, name, detail: detailOf(error) });
  }
}
