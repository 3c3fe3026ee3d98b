/** Serves the file events of one simulated process, as src/io/files and the daemon's transfers do. */
import type { Bytes } from '../src/base/bytes.ts';
import type { RoomId, TransferId } from '../src/base/ids.ts';
import type { PeerApi, PeerEvent } from '../src/core/api.ts';
import type { FileContent, VirtualDisk } from './disk.ts';
import { VirtualFiles } from './files.ts';
import type { SimNode } from './node.ts';
import type { Observation } from './observation.ts';
import { Violation } from './violation.ts';

type FileEvent<T extends PeerEvent['type']> = Extract<PeerEvent, { type: T }>;

export interface FileHost {
  readonly node: SimNode;
  readonly disk: VirtualDisk;
  readonly observe: (observation: Observation) => void;
  /** Calls the core when the disk is through with so many bytes, unless the process ended meanwhile. */
  readonly afterAccess: (byteCount: number, mutate: (peer: PeerApi, now: number) => void) => void;
}

export class FileServer {
  readonly files = new VirtualFiles();
  /** Files that the process of this life sends as their author. */
  private readonly sources = new Set<TransferId>();
  /** Signed records of what this process was offered. */
  private readonly records = new Map<TransferId, { readonly room: RoomId; readonly bytes: Bytes }>();
  private readonly host: FileHost;

  constructor(host: FileHost) {
    this.host = host;
  }

  openSources(): readonly TransferId[] {
    return [...this.sources];
  }

  /** The record of an own offer: its file is open from now on. */
  offered(room: RoomId, transfer: TransferId, record: Bytes, content: FileContent): void {
    this.sources.add(transfer);
    this.files.add(transfer, room, record, content);
  }

  /** What comes in is kept from now on. */
  accepted(transfer: TransferId): void {
    const record = this.records.get(transfer);
    if (record !== undefined && this.files.get(transfer) === undefined)
      this.files.add(transfer, record.room, record.bytes, undefined);
  }

  retried(transfer: TransferId): void {
    const file = this.files.get(transfer);
    if (file !== undefined) file.state = 'receiving';
  }

  /** Hands back to the core what an earlier process had of the files of a room. */
  restore(peer: PeerApi, now: number, room: RoomId): void {
    const { node, observe } = this.host;
    for (const { transfer, restored } of this.files.restored(room)) {
      if (restored.own) this.sources.add(transfer);
      const blocks = [...(this.files.get(transfer)?.durable ?? [])];
      observe({ type: 'restored', node, transfer, blocks, isComplete: restored.state === 'complete' });
      peer.restoreTransfer(now, room, restored);
    }
  }

  crash(): void {
    this.sources.clear();
    this.records.clear();
    this.files.crash();
  }

  /** False where it is none of a file. */
  serve(event: PeerEvent): boolean {
    switch (event.type) {
      case 'transfer-offered':
        if (!event.own) this.records.set(event.transfer, { room: event.room, bytes: event.record });
        return true;
      case 'transfer-failed':
        this.ended(event);
        return true;
      case 'store-page':
        this.storePage(event);
        return true;
      case 'read-block':
        this.readBlock(event);
        return true;
      case 'write-block':
        this.writeBlock(event);
        return true;
      case 'finish-file':
        this.finishFile(event.transfer);
        return true;
      case 'discard-file':
        this.files.drop(event.transfer);
        return true;
      case 'release-source':
        this.sources.delete(event.transfer);
        return true;
      default:
        return false;
    }
  }

  /** Whoever quits a room has its own files still when it comes back. */
  private ended({ transfer, member, reason }: FileEvent<'transfer-failed'>): void {
    const isOwn = this.files.get(transfer)?.source !== undefined;
    if (member !== undefined || (isOwn && reason === 'room-quit')) return;
    const file = this.files.get(transfer);
    if (isOwn || file === undefined) this.files.drop(transfer);
    else file.state = 'failed';
  }

  private storePage(event: FileEvent<'store-page'>): void {
    const file = this.files.get(event.transfer);
    if (file === undefined) return;
    if (event.kind === 'root') file.root = event.frame;
    else file.pages.set(event.first, event.frame);
  }

  private readBlock(event: FileEvent<'read-block'>): void {
    const { transfer, block, offset, length } = event;
    const { node, observe, afterAccess } = this.host;
    const bytes = this.files.read(transfer, block, offset, length);
    if (bytes === undefined)
      throw new Violation('driver', `node ${node.index} reads a block that it does not have: ${transfer}`);
    const source = this.files.get(transfer)?.source;
    afterAccess(length, (peer, now) => {
      if (source !== undefined && !this.sources.has(transfer)) return;
      if (source?.fault !== undefined) observe({ type: 'disk-fault', node, transfer, fault: source.fault });
      peer.blockRead(now, transfer, block, source?.fault ?? bytes);
    });
  }

  private writeBlock(event: FileEvent<'write-block'>): void {
    const { transfer, block, bytes } = event;
    const { node, disk, observe, afterAccess } = this.host;
    const fault = disk.conditions.writeFault;
    afterAccess(bytes.length, (peer, now) => {
      if (fault === undefined) this.files.write(transfer, block, bytes);
      else observe({ type: 'disk-fault', node, transfer, fault });
      peer.blockWritten(now, transfer, block, fault);
    });
  }

  private finishFile(transfer: TransferId): void {
    const { node, disk, observe, afterAccess } = this.host;
    const fault = disk.conditions.writeFault;
    afterAccess(0, (peer, now) => {
      if (fault === undefined) {
        this.files.finish(transfer);
        observe({ type: 'file-finished', node, transfer });
      } else observe({ type: 'disk-fault', node, transfer, fault });
      peer.fileFinished(now, transfer, fault);
    });
  }
}
