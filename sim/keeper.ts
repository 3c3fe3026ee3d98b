/** What a virtual daemon does with what others said: commits it in batches, answers, and reads it again when asked. */
import type { RecordId, RoomId } from '../src/base/ids.ts';
import type { Random } from '../src/base/prng.ts';
import type { PeerApi, PeerEvent } from '../src/core/api.ts';
import type { StoredRecord } from './kept-records.ts';
import type { VirtualStore } from './store.ts';

const READ_MS = 3;

export interface KeeperHost {
  readonly store: VirtualStore;
  /** Runs it at the end of a commit, unless the process crashes before. */
  readonly commit: (write: () => void) => void;
  readonly later: (delayMs: number, run: () => void) => void;
  /** Tells the core, two thread hops later. */
  readonly answer: (give: (peer: PeerApi, now: number) => void) => void;
  /** A record is on the disk: `kept` what others said, `durable` what we did. */
  readonly committed: (what: 'kept' | 'durable', room: RoomId, id: RecordId) => void;
  readonly random: Random;
}

export class Keeper {
  private readonly host: KeeperHost;
  /** Delivered, and not in a commit yet. */
  private unkept: (PeerEvent & { type: 'keep-record' })[] = [];
  /** Own ones, the same. */
  private unstored: { readonly room: RoomId; readonly record: StoredRecord }[] = [];

  constructor(host: KeeperHost) {
    this.host = host;
  }

  /** All that came since the last commit began is in the next one, as in one transaction of the daemon. */
  keep(event: PeerEvent & { type: 'keep-record' }): void {
    this.unkept.push(event);
    if (this.unkept.length > 1) return;
    this.host.commit(() => {
      const serials = new Map<RoomId, number>();
      for (const one of this.unkept.splice(0)) {
        this.host.store.records.keep(one.room, one);
        this.host.committed('kept', one.room, one.id);
        serials.set(one.room, one.serial);
      }
      this.host.answer((peer, now) => {
        for (const [room, serial] of serials) peer.recordsKept(now, room, serial);
      });
    });
  }

  storeOwn(room: RoomId, record: StoredRecord): void {
    this.unstored.push({ room, record });
    if (this.unstored.length > 1) return;
    this.host.commit(() => {
      for (const own of this.unstored.splice(0)) {
        this.host.store.records.keep(own.room, own.record);
        this.host.committed('durable', own.room, own.record.id);
        // Also where the room was closed meanwhile, as the daemon does it.
        this.host.answer((peer, now) => peer.recordStored(now, own.room, own.record.id));
      }
    });
  }

  read({ room, request, author, from, to }: PeerEvent & { type: 'read-records' }): void {
    this.host.later(READ_MS * this.host.random.next(), () => {
      const records = this.host.store.records.range(room, author, from, to);
      this.host.answer((peer, now) => peer.recordsRead(now, room, request, records));
    });
  }

  storePrivate({ room, serial, kind, entries, opens }: PeerEvent & { type: 'store-private' }): void {
    this.host.commit(() => {
      this.host.store.commitPrivate(room, kind, entries);
      const history = opens ? this.host.store.records.history(room, true) : undefined;
      this.host.answer((peer, now) => peer.privateStored(now, room, serial, history));
    });
  }

  /** The process is gone, and with it what was not committed. */
  forget(): void {
    this.unkept = [];
    this.unstored = [];
  }
}
