/**
 * Serves the core's file events: reads own files, writes incoming ones, and answers each event by the command of
 * its name. An answer goes to the core only while the transfer it is for is still there.
 */
import { UsageError } from '../../base/assert.ts';
import type { BufferPool } from '../../base/buffer-pool.ts';
import type { MemberId, RecordId, RoomId, TransferId } from '../../base/ids.ts';
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type { FileView, PeerApi, PeerEvent } from '../../core/api.ts';
import type { EngineEvent } from '../engine-messages.ts';
import type { IncomingPack } from '../pack/incoming-pack.ts';
import type { PackSource } from '../pack/pack-source.ts';
import { Packs } from '../pack/packs.ts';
import type { ScanFault } from '../pack/scan.ts';
import { OFFERED_NAMES_MAX, PAYLOAD_BYTES_PER_MS_OF_MEGABIT, PENDING_OFFERS_MAX } from '../limits.ts';
import { IncomingFile } from './incoming-file.ts';
import { OutgoingFile } from './outgoing-file.ts';
import type { OpenRefusal } from './outgoing-file.ts';
import { partName } from './part-file.ts';

type FileEvent<T extends PeerEvent['type']> = Extract<PeerEvent, { type: T }>;

/** A TransferId is the first 32 digits of the RecordId of its offer. */
const TRANSFER_ID_DIGITS = 32;

export interface FileServiceOptions {
  readonly downloads: string;
  /** Of received packs. */
  readonly manifests: string;
  readonly profile: MemberId;
  /** Shared with the core. */
  readonly buffers: BufferPool;
  readonly post: (event: EngineEvent) => void;
  /** Runs a command of the core, then drains it. */
  readonly run: (command: (peer: PeerApi, now: number) => void) => void;
}

export interface OfferRequest {
  readonly room: RoomId;
  readonly path: string;
  /** What is there, as one pack, in place of `path`. */
  readonly paths?: readonly string[];
  readonly name: string;
  readonly at: number;
  readonly token: number;
  readonly megabitsPerSecondMax?: number;
}

type Source = OutgoingFile | PackSource;
type Refusal = OpenRefusal | ScanFault;

export class FileService {
  readonly #options: FileServiceOptions;
  readonly #packs: Packs;
  /** Files as they were offered. */
  readonly #offered = new Map<TransferId, FileView>();
  readonly #incoming = new Map<TransferId, IncomingFile | IncomingPack>();
  readonly #outgoing = new Map<TransferId, Source>();
  /** Offers whose record has no id yet, by token. */
  readonly #pending = new Map<number, { readonly room: RoomId; readonly file: Source }>();
  /** Files being closed or removed, which `stop` waits for. */
  readonly #ending = new Set<Promise<void>>();
  #stopped = false;

  constructor(options: FileServiceOptions) {
    this.#options = options;
    const { downloads, manifests, profile, post } = options;
    this.#packs = new Packs({
      downloads,
      manifests,
      profile,
      onProblem: (problem) => post({ type: 'problem', ...problem }),
    });
  }

  /** Opens the file and offers it, or says why not. */
  async offer(request: OfferRequest): Promise<void> {
    const { room, at, token, megabitsPerSecondMax = Infinity } = request;
    const bytesPerMsMax = megabitsPerSecondMax * PAYLOAD_BYTES_PER_MS_OF_MEGABIT;
    const { post, run } = this.#options;
    const refuse = (fault: 'file-unreadable' | 'disk-error', detail: string): void =>
      post({ type: 'offer-refused', token, fault, detail });
    if (this.#pending.size >= PENDING_OFFERS_MAX) return refuse('file-unreadable', 'EMFILE');
    const opened = await this.#open(request);
    if (!opened.ok) {
      post({ type: 'offer-refused', token, ...opened.error });
      return undefined;
    }
    const { file, view } = opened.value;
    if (this.#stopped) return await file.close();
    this.#pending.set(token, { room, file });
    try {
      run((peer, now) => peer.offer(now, room, view, at, token, bytesPerMsMax));
    } catch (error) {
      this.#pending.delete(token);
      await file.close();
      refuse('file-unreadable', error instanceof Error ? error.message : 'refused');
    }
    return undefined;
  }

  async #open({
    path,
    paths,
    name,
  }: OfferRequest): Promise<Result<{ readonly file: Source; readonly view: FileView }, Refusal>> {
    if (paths !== undefined) return await this.#packs.scan(paths, name);
    const opened = await OutgoingFile.open(path);
    if (!opened.ok) return err(opened.error);
    return ok({ file: opened.value, view: { name, size: opened.value.size } });
  }

  /** True where the event was for the disk only. Of the others it takes what it needs. */
  handle(event: PeerEvent): boolean {
    switch (event.type) {
      case 'read-block':
        void this.#read(event);
        return true;
      case 'write-block':
        void this.#write(event);
        return true;
      case 'finish-file':
        void this.#finish(event);
        return true;
      case 'suspend-file':
      case 'discard-file':
        this.#end(this.#incoming.get(event.transfer)?.discard());
        this.#incoming.delete(event.transfer);
        return true;
      case 'release-source':
        this.#end(this.#outgoing.get(event.transfer)?.close());
        this.#outgoing.delete(event.transfer);
        return true;
      default:
        this.#note(event);
        return false;
    }
  }

  /** Drops what is half received and closes what is open. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const incoming = [...this.#incoming.values()].map((file) => file.discard());
    const sources = [...this.#outgoing.values(), ...[...this.#pending.values()].map(({ file }) => file)];
    this.#incoming.clear();
    this.#outgoing.clear();
    this.#pending.clear();
    await Promise.all([...this.#ending, ...incoming, ...sources.map((file) => file.close())]);
    await this.#packs.stop();
  }

  #end(ending: Promise<void> | undefined): void {
    if (ending === undefined) return;
    this.#ending.add(ending);
    void ending.finally(() => this.#ending.delete(ending));
  }

  #note(event: PeerEvent): void {
    if (event.type === 'store-record') this.#adoptSource(event.token, event.id);
    else if (event.type === 'transfer-offered' && !event.own) this.#keepView(event.transfer, event.file);
    else if (event.type === 'transfer-done' || event.type === 'transfer-failed') {
      if (event.member === undefined) this.#offered.delete(event.transfer);
    } else if (event.type === 'room-quit') {
      for (const [token, { room, file }] of this.#pending) {
        if (room !== event.room) continue;
        this.#pending.delete(token);
        this.#end(file.close());
      }
    }
  }

  #adoptSource(token: number, id: RecordId): void {
    const pending = this.#pending.get(token);
    if (pending === undefined) return;
    this.#pending.delete(token);
    this.#outgoing.set(id.slice(0, TRANSFER_ID_DIGITS) as TransferId, pending.file);
  }

  #keepView(transfer: TransferId, file: FileView): void {
    if (this.#offered.size >= OFFERED_NAMES_MAX) {
      const oldest = this.#offered.keys().next();
      if (!oldest.done) this.#offered.delete(oldest.value);
    }
    this.#offered.set(transfer, file);
  }

  async #read(event: FileEvent<'read-block'>): Promise<void> {
    const file = this.#outgoing.get(event.transfer);
    const block =
      (await file?.readBlock(event.offset, event.length, this.#options.buffers)) ?? 'file-unreadable';
    if (this.#stopped || this.#outgoing.get(event.transfer) !== file) return;
    this.#answer((peer, now) => peer.blockRead(now, event.transfer, event.block, block));
  }

  async #write(event: FileEvent<'write-block'>): Promise<void> {
    const file = this.#incomingFile(event.transfer);
    const fault = await file.writeBlock(event.offset, event.bytes);
    if (this.#stopped || this.#incoming.get(event.transfer) !== file) return;
    this.#answer((peer, now) => peer.blockWritten(now, event.transfer, event.block, fault));
  }

  async #finish(event: FileEvent<'finish-file'>): Promise<void> {
    const { transfer } = event;
    const { post } = this.#options;
    const file = this.#incomingFile(transfer);
    const saved = await file.finish();
    if (this.#stopped || this.#incoming.get(transfer) !== file) return;
    if (!saved.ok) {
      this.#answer((peer, now) => peer.fileFinished(now, transfer, saved.error));
      return;
    }
    this.#incoming.delete(transfer);
    const { path } = saved.value;
    const mediaType = 'mediaType' in saved.value ? saved.value.mediaType : undefined;
    post({ type: 'file-saved', transfer, path, ...(mediaType === undefined ? {} : { mediaType }) });
    this.#answer((peer, now) => peer.fileFinished(now, transfer));
  }

  #answer(command: (peer: PeerApi, now: number) => void): void {
    try {
      this.#options.run(command);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      const values = { command: 'answer', detail: error.message };
      this.#options.post({ type: 'problem', code: 'command-refused', values });
    }
  }

  #incomingFile(transfer: TransferId): IncomingFile | IncomingPack {
    const known = this.#incoming.get(transfer);
    if (known !== undefined) return known;
    const { downloads, profile, post } = this.#options;
    const view = this.#offered.get(transfer);
    const part = new IncomingFile({
      folder: downloads,
      partName: partName(transfer, profile),
      receivedName: view?.name ?? '',
      onProblem: (problem) => post({ type: 'problem', ...problem }),
    });
    const file =
      view?.pack === undefined ? part : this.#packs.incoming(transfer, { ...view, pack: view.pack }, part);
    this.#incoming.set(transfer, file);
    return file;
  }
}
