/**
 * What everybody said reaches the disk: records of others in one transaction for each turn of the loop, and the engine hears
 * that they are durable, so that they may be acknowledged. Where the disk refuses, they wait and are tried again; what
 * does not fit the wait was acknowledged to nobody, and comes from others after a restart.
 */
import type { MemberId, RecordId, RoomId } from '../base/ids.ts';
import type { CryptoPort, PeerEvent } from '../core/api.ts';
import { parseRecord } from '../core/wire/record.ts';
import type { LogRecord } from '../core/wire/record.ts';
import type { EngineCommand } from '../io/engine-messages.ts';
import type { StoreFault } from '../store/faults.ts';
import type { Content, Entry, Kept } from '../store/history/entries.ts';
import type { Store } from '../store/store.ts';
import type { Events } from './events.ts';
import { STORE_RETRY_MS, UNKEPT_RECORDS_MAX } from './limits.ts';

type KeepRecord = Extract<PeerEvent, { type: 'keep-record' }>;
type StoreRecord = Extract<PeerEvent, { type: 'store-record' }>;
type ReadRecords = Extract<PeerEvent, { type: 'read-records' }>;

export interface HistoryLogContext {
  readonly store: Store;
  readonly events: Events;
  readonly crypto: CryptoPort;
  readonly selfId: MemberId;
  readonly post: (command: EngineCommand) => void;
  /** Something is on the disk, and to be shown. */
  readonly onKept: (kept: Kept) => void;
}

export class HistoryLog {
  readonly #context: HistoryLogContext;
  #batch: KeepRecord[] = [];
  #turn: NodeJS.Immediate | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor(context: HistoryLogContext) {
    this.#context = context;
  }

  /** Own records. Durable when it returns; throws where the store does. */
  keepOwn(own: readonly StoreRecord[]): void {
    // What came before it must not be found after it.
    this.#flush();
    const { store, selfId, onKept } = this.#context;
    const kept = store.history.keep(own.map((event) => this.#entryOf(event, selfId)));
    // Who asked for it hears of it first.
    setImmediate(() => onKept(kept));
  }

  onKeepRecord(event: KeepRecord): void {
    if (this.#batch.length >= UNKEPT_RECORDS_MAX) return;
    this.#batch.push(event);
    if (this.#retry === undefined) this.#turn ??= setImmediate(() => this.#end());
  }

  onReadRecords({ room, request, author, from, to }: ReadRecords): void {
    const { store, post } = this.#context;
    const found = store.attempt(() => store.history.range(room, author, from, to));
    post({ type: 'records-read', room, request, records: found.ok ? found.value : [] });
  }

  close(): void {
    clearImmediate(this.#turn);
    clearInterval(this.#retry);
    this.#flush();
  }

  #end(): void {
    this.#turn = undefined;
    const fault = this.#flush();
    if (fault === undefined) return;
    this.#context.events.stand(fault.code, { ...fault });
    this.#retry ??= setInterval(() => this.#tryAgain(), STORE_RETRY_MS);
  }

  #tryAgain(): void {
    if (this.#flush() !== undefined) return;
    clearInterval(this.#retry);
    this.#retry = undefined;
    for (const code of ['store-full', 'store-failed', 'store-read-only'] as const)
      this.#context.events.clear(code);
  }

  #flush(): StoreFault | undefined {
    const batch = this.#batch;
    if (batch.length === 0) return undefined;
    const { store, post, onKept } = this.#context;
    const entries = batch.map((event) => this.#entryOf(event, event.author));
    const kept = store.attempt(() => store.history.keep(entries));
    if (!kept.ok) return kept.error;
    this.#batch = [];
    const serials = new Map<RoomId, number>();
    for (const { room, serial } of batch) serials.set(room, serial);
    for (const [room, serial] of serials) post({ type: 'records-kept', room, serial });
    onKept(kept.value);
    return undefined;
  }

  #entryOf(event: KeepRecord | StoreRecord, author: MemberId): Entry {
    const { selfId, crypto } = this.#context;
    const { room, id, sequence, depth, at, audience, bytes } = event;
    const record = parseRecord(crypto, bytes);
    const content = record === undefined ? undefined : contentOf(record);
    const name = record?.name ?? '';
    const common = { room, id, author, sequence, depth, at, audience, bytes, name, own: author === selfId };
    return content === undefined ? common : { ...common, content };
  }
}

/** A TransferId is the beginning of the RecordId of its offer. */
const TRANSFER_ID_DIGITS = 32;

function contentOf({ id, body }: LogRecord): Content | undefined {
  switch (body.kind) {
    case 'text': {
      const { text, replyTo } = body;
      return replyTo === undefined ? { kind: 'message', text } : { kind: 'message', text, replyTo };
    }
    case 'offer': {
      const { name: fileName, size, pack } = body;
      const transfer = transferOf(id);
      const file = { kind: 'file', transfer, fileName, size } as const;
      return pack === undefined ? file : { ...file, entries: pack.entries };
    }
    case 'edit':
    case 'reaction':
    case 'delete':
      return body;
    case 'read':
      return { kind: 'read', target: body.upTo };
    case 'end':
      return undefined;
  }
}

const transferOf = (id: RecordId) =>
  id.slice(0, TRANSFER_ID_DIGITS) as Extract<Content, { kind: 'file' }>['transfer'];
