/**
 * One member's virtual store: the records that outlive a crash. A commit takes time; a crash before its end
 * loses the record, one between its end and the acknowledgement keeps it, and the core must cope with both.
 */
import type { Bytes } from '../src/base/bytes.ts';
import type { RoomId } from '../src/base/ids.ts';
import type { AudienceEntry, PrivateChain, PrivateEntry, PrivateKind } from '../src/core/api.ts';
import { KeptRecords } from './kept-records.ts';

/** Few, so that catching up reads what memory does not have. */
const WINDOW_MAX = 24;

interface StoredPrivateRoom {
  kind: PrivateKind;
  genesisSecret: Bytes | undefined;
  /** We are no member any more: it is not opened again. */
  isClosed: boolean;
  readonly operations: Map<string, Bytes>;
  readonly epochs: Map<string, { readonly bytes: Bytes; readonly secret: Bytes }>;
  readonly audiences: Map<string, AudienceEntry>;
}

export class VirtualStore {
  readonly records = new KeptRecords(WINDOW_MAX);
  private readonly privateRooms = new Map<RoomId, StoredPrivateRoom>();

  commitPrivate(room: RoomId, kind: PrivateKind, entries: readonly PrivateEntry[]): void {
    const known = this.privateRoom(room, kind);
    for (const entry of entries) {
      if (entry.kind === 'genesis-secret') known.genesisSecret = entry.secret;
      else if (entry.kind === 'operation') known.operations.set(entry.id, entry.bytes);
      else if (entry.kind === 'epoch')
        known.epochs.set(entry.id, { bytes: entry.bytes, secret: entry.secret });
      else if (entry.kind === 'audience') known.audiences.set(entry.id, entry);
      else if (entry.kind === 'epoch-dropped') known.epochs.delete(entry.id);
    }
  }

  setClosed(room: RoomId, isClosed: boolean): void {
    this.privateRoom(room, 'private').isClosed = isClosed;
  }

  reopen(room: RoomId): void {
    const known = this.privateRooms.get(room);
    if (known !== undefined) known.isClosed = false;
  }

  /** Rooms that a new process opens. */
  openPrivateRooms(): RoomId[] {
    const open = [...this.privateRooms].filter(
      ([, { genesisSecret, isClosed }]) => genesisSecret !== undefined && !isClosed,
    );
    return open.map(([room]) => room);
  }

  /** What `openRoom` hands back to the core. */
  privateChain(room: RoomId): PrivateChain | undefined {
    const known = this.privateRooms.get(room);
    if (known?.genesisSecret === undefined) return undefined;
    const { genesisSecret, kind, operations, epochs, audiences } = known;
    return {
      genesisSecret,
      kind,
      operations: [...operations.values()],
      epochs: [...epochs.values()],
      audiences: [...audiences.values()],
      invites: [],
    };
  }

  private privateRoom(room: RoomId, kind: PrivateKind): StoredPrivateRoom {
    const known = this.privateRooms.get(room) ?? {
      kind,
      genesisSecret: undefined,
      isClosed: false,
      operations: new Map<string, Bytes>(),
      epochs: new Map<string, { bytes: Bytes; secret: Bytes }>(),
      audiences: new Map<string, AudienceEntry>(),
    };
    this.privateRooms.set(room, known);
    return known;
  }
}
