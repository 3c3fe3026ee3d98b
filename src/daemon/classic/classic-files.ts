/**
 * Files of the room of the original tool. What comes is taken as it comes, without a question, since it comes once;
 * whether it is whole nobody knows, so it is marked as unverified. What is sent has left, no more.
 */
import { randomBytes } from 'node:crypto';
import { rmSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { toHex } from '../../base/bytes.ts';
import { ID_BYTES } from '../../base/ids.ts';
import type { TransferInfo, TransferState } from '../../contract/api.ts';
import type { ClassicEvent } from '../../io/classic/messages.ts';
import type { EngineCommand } from '../../io/engine-messages.ts';
import { safeName } from '../../io/files/safe-name.ts';
import type { Events } from '../events.ts';
import { isExecutableName } from '../executable.ts';
import { ApiFault, detailOf } from '../fault.ts';
import { CLASSIC_TRANSFERS_MAX } from '../limits.ts';
import { CLASSIC_LABEL } from '../room-entry.ts';
import type { Settings } from '../settings.ts';

type FileEvent = Extract<ClassicEvent, { type: `file-${string}` }>;

interface ClassicTransfer {
  readonly id: string;
  readonly name: string;
  readonly from: { readonly id: string; readonly name: string };
  readonly own: boolean;
  readonly at: number;
  /** Unix ms, made to grow. */
  readonly order: number;
  /** Of an incoming one it is known at its end. */
  size: number;
  state: TransferState;
  bytesDone: number;
  reason?: string;
  path?: string;
  mediaType?: string;
  spool?: string;
}

export interface ClassicFilesContext {
  readonly events: Events;
  readonly settings: Settings;
  readonly post: (command: EngineCommand) => void;
}

const BYTES_PER_MS_OF_MEGABIT = 125;

export class ClassicFiles {
  readonly #context: ClassicFilesContext;
  readonly #transfers = new Map<string, ClassicTransfer>();
  #order = 0;

  constructor(context: ClassicFilesContext) {
    this.#context = context;
  }

  list(): readonly TransferInfo[] {
    return [...this.#transfers.values()].map((one) => info(one));
  }

  has(id: string): boolean {
    return this.#transfers.has(id);
  }

  /** Begins to send the file at a path of this machine; `rate`, in Mbit/s, goes before the setting. */
  send(path: string, rate: number | undefined, upload?: { name: string; spool: string }): TransferInfo {
    const { settings, post } = this.#context;
    const size = sizeOf(path);
    const name = upload?.name ?? basename(path);
    const { id, name: own } = settings;
    const transfer = this.#add({ from: { id, name: own }, name, own: true, size });
    transfer.path = path;
    if (upload !== undefined) transfer.spool = upload.spool;
    const bytesPerMs =
      rate === undefined ? settings.classicKilobytesPerSecond : rate * BYTES_PER_MS_OF_MEGABIT;
    post({ type: 'classic-send', transfer: transfer.id, path, name, bytesPerMs });
    this.#tell(transfer, 'transfer-offered');
    return info(transfer);
  }

  cancel(id: string): void {
    const transfer = this.#get(id);
    if (transfer.state !== 'running') throw new ApiFault('transfer-not-possible', { state: transfer.state });
    this.#context.post({ type: 'classic-cancel', transfer: id });
  }

  /** The file, where there is one that its sender called whole. */
  file(id: string): { path: string; fileName: string; mediaType?: string } {
    const { path, name, mediaType, state, own } = this.#get(id);
    if (path === undefined || (!own && state !== 'done'))
      throw new ApiFault('transfer-not-possible', { state });
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true)
      throw new ApiFault('file-gone', { path });
    return { path, fileName: name, ...(mediaType === undefined ? {} : { mediaType }) };
  }

  onEvent(event: FileEvent): void {
    if (event.type === 'file-begun') {
      const from = { id: `address:${event.host}`, name: event.host };
      const name = safeName(event.name);
      this.#tell(this.#add({ from, name, own: false, size: 0 }, event.transfer), 'transfer-offered');
      return;
    }
    const transfer = this.#transfers.get(event.transfer);
    if (transfer === undefined) return;
    transfer.bytesDone = event.bytes;
    if (!transfer.own) transfer.size = event.bytes;
    if (event.type === 'file-progress') this.#tell(transfer, 'transfer-progress');
    else this.#onEnd(transfer, event);
  }

  #onEnd(transfer: ClassicTransfer, event: Extract<FileEvent, { type: 'file-came' | 'file-sent' }>): void {
    const { outcome } = event;
    if (event.type === 'file-came') {
      if (event.path !== undefined) transfer.path = event.path;
      if (event.mediaType !== undefined) transfer.mediaType = event.mediaType;
    }
    const { spool } = transfer;
    if (spool !== undefined) {
      delete transfer.path;
      rmSync(spool, { recursive: true, force: true });
    }
    if (outcome === 'complete' || outcome === 'sent') {
      transfer.state = outcome === 'sent' ? 'sent' : 'done';
      return this.#tell(transfer, outcome === 'sent' ? 'transfer-sent' : 'transfer-done');
    }
    transfer.reason =
      outcome !== 'cancelled' ? outcome : transfer.own ? 'cancelled-by-sender' : 'cancelled-by-receiver';
    transfer.state = outcome === 'cancelled' ? 'cancelled' : 'failed';
    return this.#tell(transfer, 'transfer-failed');
  }

  #add(
    one: Pick<ClassicTransfer, 'from' | 'name' | 'own' | 'size'>,
    id = toHex(new Uint8Array(randomBytes(ID_BYTES))),
  ): ClassicTransfer {
    this.#makeRoom();
    const at = Date.now();
    this.#order = Math.max(this.#order + 1, at);
    const transfer: ClassicTransfer = { ...one, id, at, order: this.#order, state: 'running', bytesDone: 0 };
    this.#transfers.set(id, transfer);
    return transfer;
  }

  #tell(
    transfer: ClassicTransfer,
    type: 'transfer-offered' | 'transfer-progress' | 'transfer-done' | 'transfer-sent' | 'transfer-failed',
  ): void {
    const { events } = this.#context;
    const whole = info(transfer);
    const { room, file, from, own, bytesDone } = whole;
    const short = { room, transfer: whole.transfer, file, from, own, unverified: true as const };
    const path = transfer.path === undefined || own ? {} : { path: transfer.path };
    if (type === 'transfer-progress') events.emit({ type, ...short, bytesDone });
    else if (type === 'transfer-failed')
      events.emit({ type, ...short, ...path, reason: transfer.reason ?? 'incomplete' });
    else if (type === 'transfer-done') events.emit({ type, ...short, ...path });
    else if (type === 'transfer-sent') events.emit({ type, ...short, confirmed: false });
    else events.emit({ type, ...short });
    events.emit({ type: 'transfer-state', transfer: whole });
  }

  #get(id: string): ClassicTransfer {
    const transfer = this.#transfers.get(id);
    if (transfer === undefined) throw new ApiFault('transfer-unknown');
    return transfer;
  }

  /** The oldest that is over goes, or else the oldest. */
  #makeRoom(): void {
    if (this.#transfers.size < CLASSIC_TRANSFERS_MAX) return;
    const all = [...this.#transfers.values()];
    const goes = all.find(({ state }) => state !== 'running') ?? all[0];
    if (goes !== undefined) this.#transfers.delete(goes.id);
  }
}

function info(one: ClassicTransfer): TransferInfo {
  const { id, name, from, own, at, order, size, state, bytesDone, reason, path, mediaType, spool } = one;
  return {
    room: CLASSIC_LABEL,
    transfer: id,
    file: { name, size },
    from,
    own,
    state,
    bytesDone,
    at,
    depth: order,
    sequence: order,
    message: id,
    openable: !isExecutableName(path ?? name) && state === 'done',
    members: [],
    unverified: true,
    ...(reason === undefined ? {} : { reason }),
    ...(path === undefined || spool !== undefined ? {} : { path }),
    ...(mediaType === undefined ? {} : { mediaType }),
  };
}

function sizeOf(path: string): number {
  try {
    const status = statSync(path, { throwIfNoEntry: false });
    if (status === undefined) throw new ApiFault('file-missing', { path });
    if (!status.isFile()) throw new ApiFault('file-not-regular', { path });
    return status.size;
  } catch (error) {
    if (error instanceof ApiFault) throw error;
    throw new ApiFault('file-unreadable', { path, name: basename(path), detail: detailOf(error) });
  }
}
