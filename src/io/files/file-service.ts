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
import { decodePage } from '../../core/wire/page.ts';
import { IncomingPack } from '../pack/incoming-pack.ts';
import type { PackSource } from '../pack/pack-source.ts';
import { Packs } from '../pack/packs.ts';
import type { ScanFault } from '../pack/scan.ts';
import {
  FILES_OPEN_MAX,
  HELD_FILES_MAX,
  OFFERED_NAMES_MAX,
  PAYLOAD_BYTES_PER_MS_OF_MEGABIT,
  PENDING_OFFERS_MAX,
} from '../limits.ts';
import { DurableBlocks } from './durable-blocks.ts';
import { HeldFile } from './held-file.ts';
import { IncomingFile } from './incoming-file.ts';
import { OpenFiles } from './open-files.ts';
import { OutgoingFile } from './outgoing-file.ts';
import type { OpenRefusal } from './outgoing-file.ts';
import { partName } from './part-file.ts';
import { Restorer } from './restore.ts';
import type { RestoreRequest } from './restore.ts';

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
  /** They were sent before. */
  readonly again?: boolean;
  readonly name: string;
  readonly at: number;
  readonly token: number;
  readonly megabitsPerSecondMax?: number;
}

type Source = OutgoingFile | PackSource;
type Refusal = OpenRefusal | ScanFault;

/** What comes in, and which of its blocks would survive. */
interface Part {
  readonly file: IncomingFile | IncomingPack;
  readonly durable: DurableBlocks;
}

export class FileService {
  readonly #options: FileServiceOptions;
  #downloads: string;
  readonly #packs: Packs;
  /** Files as they were offered. */
  readonly #offered = new Map<TransferId, FileView>();
  /** Where those go that were accepted and of which nothing has come. */
  readonly #folders = new Map<TransferId, string>();
  readonly #incoming = new Map<TransferId, Part>();
  readonly #outgoing = new Map<TransferId, Source>();
  /** Whole files that others may ask for, the one held longest first. */
  readonly #held = new Map<TransferId, HeldFile>();
  /** Files that have their name, of which nobody has written it down yet. */
  readonly #unsettled = new Map<TransferId, IncomingFile>();
  readonly #openFiles = new OpenFiles(FILES_OPEN_MAX);
  readonly #restorer: Restorer;
  /** Offers whose record has no id yet, by token. */
  readonly #pending = new Map<number, { readonly room: RoomId; readonly file: Source }>();
  /** Files being closed or removed, which `stop` waits for. */
  readonly #ending = new Set<Promise<void>>();
  #stopped = false;

  constructor(options: FileServiceOptions) {
    this.#options = options;
    this.#downloads = options.downloads;
    const { downloads, manifests, profile, post, buffers, run } = options;
    this.#packs = new Packs({
      downloads,
      manifests,
      profile,
      onProblem: (problem) => post({ type: 'problem', ...problem }),
    });
    this.#restorer = new Restorer({
      buffers,
      openFiles: this.#openFiles,
      packs: this.#packs,
      post,
      run,
      part: (transfer, file) => this.#newFile(transfer, file),
      hold: (transfer, file) => this.#hold(transfer, file),
      named: (transfer, part) => this.#unsettled.set(transfer, part),
      goOn: (transfer, file) => this.#goOn(transfer, file),
    });
  }

  /** It was accepted, into that folder. `file`: as it was offered, should that be forgotten here, as after an end of it. */
  takeInto(transfer: TransferId, folder: string, file?: FileView): void {
    // What there is of it stays where it is.
    if (this.#incoming.has(transfer)) return;
    this.#folders.set(transfer, folder);
    if (file !== undefined) this.#keepView(transfer, file);
  }

  get downloads(): string {
    return this.#downloads;
  }

  /** Files that are accepted from now on appear there; what has begun stays where it is. */
  setDownloads(folder: string): void {
    this.#downloads = folder;
    this.#packs.setDownloads(folder);
  }

  /** What an earlier run left, back at its transfer. */
  async restore(request: RestoreRequest): Promise<void> {
    await this.#restorer.restore(request);
  }

  /** True where the transfer is on its way back: `then` runs once it is there. */
  defers(transfer: TransferId, then: () => void): boolean {
    return this.#restorer.defers(transfer, then);
  }

  /** The name of the file that arrived is written down. */
  settle(transfer: TransferId): void {
    this.#end(this.#unsettled.get(transfer)?.settle());
    this.#unsettled.delete(transfer);
  }

  /** Of a transfer that nobody goes on with. */
  async removePart(transfer: TransferId, folder: string): Promise<void> {
    this.#restorer.withdraw(transfer);
    if (this.#incoming.has(transfer)) return;
    await this.#newFile(transfer, { folder, name: '' }).discard();
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
    post({ type: 'source-opened', token, stamp: file.stamp });
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
    again,
    name,
  }: OfferRequest): Promise<Result<{ readonly file: Source; readonly view: FileView }, Refusal>> {
    if (paths !== undefined) return await this.#packs.scan(paths, name, again);
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
      case 'find-blocks':
        this.#seek(event.transfer);
        return true;
      case 'finish-file':
        void this.#finish(event);
        return true;
      case 'suspend-file':
        this.#suspend(event.transfer);
        return true;
      case 'discard-file':
        this.#discard(event.transfer);
        return true;
      case 'release-source':
        this.#end(this.#outgoing.get(event.transfer)?.close());
        this.#outgoing.delete(event.transfer);
        this.#hold(event.transfer, undefined);
        return true;
      default:
        this.#note(event);
        return false;
    }
  }

  /** Closes what is open. What is half received stays, and is reported as far as it is durable. */
  async stop(): Promise<void> {
    await Promise.all([...this.#incoming.values()].map(({ durable }) => durable.flush()));
    this.#stopped = true;
    const parts = [...this.#incoming.values()].map(({ file }) => file.keep());
    const sources = [
      ...this.#outgoing.values(),
      ...this.#held.values(),
      ...[...this.#pending.values()].map(({ file }) => file),
    ];
    this.#incoming.clear();
    this.#outgoing.clear();
    this.#held.clear();
    this.#pending.clear();
    await Promise.all([
      this.#restorer.stop(),
      ...this.#ending,
      ...parts,
      ...sources.map((file) => file.close()),
    ]);
    await this.#packs.stop();
  }

  #end(ending: Promise<void> | undefined): void {
    if (ending === undefined) return;
    this.#ending.add(ending);
    void ending.finally(() => this.#ending.delete(ending));
  }

  #note(event: PeerEvent): void {
    if (event.type === 'store-record') this.#adoptSource(event.token, event.id);
    else if (event.type === 'store-page') this.#notePage(event);
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
    const { transfer, offset, length } = event;
    const file = this.#readable(transfer);
    const block = (await file?.readBlock(offset, length, this.#options.buffers)) ?? 'file-unreadable';
    // A part that got its name meanwhile is read from as the whole file that it is.
    if (this.#stopped || (file !== undefined && this.#readable(transfer) === undefined)) return;
    this.#answer((peer, now) => peer.blockRead(now, transfer, event.block, block));
  }

  #readable(transfer: TransferId): Source | HeldFile | IncomingFile | IncomingPack | undefined {
    return this.#outgoing.get(transfer) ?? this.#held.get(transfer) ?? this.#incoming.get(transfer)?.file;
  }

  async #write(event: FileEvent<'write-block'>): Promise<void> {
    const { transfer, block } = event;
    const part = this.#part(transfer);
    const fault = await part.file.writeBlock(event.offset, event.bytes);
    if (this.#stopped || this.#incoming.get(transfer) !== part) return;
    if (fault === undefined) part.durable.wrote(block);
    this.#answer((peer, now) => peer.blockWritten(now, transfer, block, fault));
  }

  /** In earlier copies of the folder; where there is none, that is said at once. */
  #seek(transfer: TransferId): void {
    const { durable, file } = this.#part(transfer);
    const folders = this.#packs.earlierCopies(this.#offered.get(transfer)?.name ?? '');
    const report = (found: readonly number[], missing: readonly number[] | 'rest'): void => {
      if (this.#stopped || this.#incoming.get(transfer)?.file !== file) return;
      for (const block of found) durable.wrote(block);
      this.#answer((peer, now) => peer.blocksFound(now, transfer, found, missing));
    };
    if (file instanceof IncomingPack && folders.length > 0) file.seek(folders, report);
    else setImmediate(() => report([], 'rest'));
  }

  #notePage({ transfer, frame }: FileEvent<'store-page'>): void {
    const file = this.#incoming.get(transfer)?.file;
    if (!(file instanceof IncomingPack) || !file.isSeeking) return;
    const page = decodePage(frame);
    if (page !== undefined) file.page(page.first, page.hashes);
  }

  async #finish(event: FileEvent<'finish-file'>): Promise<void> {
    const { transfer } = event;
    const { post } = this.#options;
    const part = this.#part(transfer);
    // A kill right after this finds every block, and by them the file under its name.
    await part.durable.flush();
    const saved = await part.file.finish();
    if (this.#stopped || this.#incoming.get(transfer) !== part) return;
    if (!saved.ok) {
      this.#answer((peer, now) => peer.fileFinished(now, transfer, saved.error));
      return;
    }
    const { path, stamp, mediaType } = saved.value;
    const { file } = part;
    const held =
      file instanceof IncomingFile
        ? new HeldFile(path, stamp, this.#openFiles)
        : this.#packs.held(transfer, path, stamp);
    this.#hold(transfer, held);
    if (file instanceof IncomingFile) this.#unsettled.set(transfer, file);
    post({ type: 'file-saved', transfer, path, stamp, ...(mediaType === undefined ? {} : { mediaType }) });
    this.#answer((peer, now) => peer.fileFinished(now, transfer));
  }

  /** The part stays where it is, closed. */
  #suspend(transfer: TransferId): void {
    const part = this.#incoming.get(transfer);
    this.#end(part?.durable.flush().then(() => void part.file.rest()));
  }

  #discard(transfer: TransferId): void {
    this.#restorer.withdraw(transfer);
    const part = this.#incoming.get(transfer);
    part?.durable.drop();
    this.#end(part?.file.discard());
    this.#incoming.delete(transfer);
    this.#hold(transfer, undefined);
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

  #part(transfer: TransferId): Part {
    const known = this.#incoming.get(transfer);
    if (known !== undefined) return known;
    const downloads = this.#folders.get(transfer) ?? this.#downloads;
    this.#folders.delete(transfer);
    const view = this.#offered.get(transfer);
    const file = this.#newFile(transfer, { folder: downloads, name: view?.name ?? '' });
    const { pack } = view ?? {};
    const isPack = view !== undefined && pack !== undefined;
    const part = this.#withDurable(
      transfer,
      isPack ? this.#packs.incoming(transfer, { ...view, pack }, file, downloads) : file,
    );
    this.#incoming.set(transfer, part);
    return part;
  }

  #withDurable(transfer: TransferId, file: IncomingFile | IncomingPack): Part {
    const { post } = this.#options;
    const durable = new DurableBlocks(
      () => file.sync(),
      (blocks) => post({ type: 'blocks-durable', transfer, blocks }),
    );
    return { file, durable };
  }

  #newFile(transfer: TransferId, part: { folder: string; name: string; size?: number }): IncomingFile {
    const { profile, post } = this.#options;
    return new IncomingFile({
      folder: part.folder,
      partName: partName(transfer, profile),
      receivedName: part.name,
      onProblem: (problem) => post({ type: 'problem', ...problem }),
      openFiles: this.#openFiles,
      ...(part.size === undefined ? {} : { size: part.size, resumes: true }),
    });
  }

  /** It is on its way again; undefined: not after all. */
  #goOn(transfer: TransferId, file: IncomingFile | IncomingPack | undefined): void {
    this.#end(this.#incoming.get(transfer)?.file.keep());
    this.#incoming.delete(transfer);
    if (file !== undefined) this.#incoming.set(transfer, this.#withDurable(transfer, file));
  }

  /** From now on this is what the transfer is read from. */
  #hold(transfer: TransferId, file: HeldFile | undefined): void {
    this.#end(this.#held.get(transfer)?.close());
    this.#held.delete(transfer);
    this.#incoming.delete(transfer);
    if (file === undefined) return;
    for (const [oldest, one] of this.#held) {
      if (this.#held.size < HELD_FILES_MAX) break;
      this.#end(one.close());
      this.#held.delete(oldest);
    }
    this.#held.set(transfer, file);
  }
}
