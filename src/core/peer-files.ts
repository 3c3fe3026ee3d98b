/** The part of the facade that is about files which were offered: routes each command, and decides nothing. */
import type { Bytes } from '../base/bytes.ts';
import type { MemberId, RoomId, TransferId } from '../base/ids.ts';
import type { DiskFault, RestoredTransfer } from './api.ts';
import type { Room } from './room/room.ts';
import type { TransferHub } from './transfer/hub.ts';

export abstract class PeerFiles {
  protected abstract readonly transfers: TransferHub;
  /** Of the latest call. */
  protected now = 0;
  /** Throws UsageError where it is not joined. */
  protected abstract room(id: RoomId): Room;

  accept(now: number, transfer: TransferId): void {
    this.now = now;
    this.transfers.accept(now, transfer);
  }
  decline(now: number, transfer: TransferId, reason?: 'disk-full'): void {
    this.now = now;
    this.transfers.decline(now, transfer, reason);
  }
  cancel(now: number, transfer: TransferId): void {
    this.now = now;
    this.transfers.cancel(now, transfer);
  }
  restoreTransfer(now: number, room: RoomId, restored: RestoredTransfer): void {
    this.now = now;
    this.transfers.restore(now, this.room(room), restored);
  }
  pause(now: number, transfer: TransferId): void {
    this.now = now;
    this.transfers.pause(now, transfer);
  }
  unpause(now: number, transfer: TransferId): void {
    this.now = now;
    this.transfers.unpause(now, transfer);
  }
  retry(now: number, transfer: TransferId): void {
    this.now = now;
    this.transfers.retry(now, transfer);
  }
  reoffer(now: number, transfer: TransferId): void {
    this.now = now;
    this.transfers.reoffer(now, transfer);
  }
  askMember(now: number, transfer: TransferId, member: MemberId): void {
    this.now = now;
    this.transfers.askMember(now, transfer, member);
  }
  blockRead(now: number, transfer: TransferId, block: number, bytes: Bytes | DiskFault): void {
    this.now = now;
    this.transfers.blockRead(now, transfer, block, bytes);
  }
  blockWritten(now: number, transfer: TransferId, block: number, fault?: DiskFault): void {
    this.now = now;
    this.transfers.blockWritten(now, transfer, block, fault);
  }
  blocksFound(
    now: number,
    transfer: TransferId,
    found: readonly number[],
    missing: readonly number[] | 'rest',
  ): void {
    this.now = now;
    this.transfers.blocksFound(now, transfer, found, missing);
  }
  fileFinished(now: number, transfer: TransferId, fault?: DiskFault): void {
    this.now = now;
    this.transfers.fileFinished(now, transfer, fault);
  }
}
