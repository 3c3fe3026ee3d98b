/** One transfer as the daemon keeps it, and what clients see of it. Pure. */
import type { MemberId, RoomId, TransferId } from '../base/ids.ts';
import type { TransferInfo, TransferMember, TransferState } from '../contract/api.ts';
import type { FileView, PeerEvent, TransferFailure } from '../core/api.ts';
import { isExecutableName } from './executable.ts';

export type OfferedEvent = Extract<PeerEvent, { type: 'transfer-offered' }>;

export interface MemberRow {
  readonly id: MemberId;
  name: string;
  state: TransferState;
  bytesDone: number;
  /** It has said that it takes the file. */
  wanted: boolean;
  reason?: TransferFailure;
}

export interface Transfer {
  readonly offer: OfferedEvent;
  readonly roomId: RoomId;
  readonly id: TransferId;
  /** The received name made safe; the own one as it is. */
  readonly fileName: string;
  state: TransferState;
  bytesDone: number;
  reason?: TransferFailure;
  /** The verified file, or the source of an own one. */
  path?: string;
  /** The folder to delete when no member needs the source any more. */
  spool?: string;
  mediaType?: string;
  readonly rows: Map<MemberId, MemberRow>;
}

const ENDED: ReadonlySet<TransferState> = new Set(['done', 'failed', 'declined', 'cancelled']);

export const hasEnded = (state: TransferState): boolean => ENDED.has(state);

/** Bytes of disk that it takes at most: a folder is there twice while it is unpacked from what came. */
export const bytesNeeded = ({ size, pack }: FileView): number => (pack === undefined ? size : 2 * size);

/** What a failure means for the state: a decision of somebody is no fault. */
export function stateAfter(reason: TransferFailure): TransferState {
  if (reason === 'declined') return 'declined';
  return reason === 'cancelled-by-sender' || reason === 'cancelled-by-receiver' ? 'cancelled' : 'failed';
}

/** Own transfers: `running` until every member that wants it is done. */
export function ownState(rows: Iterable<MemberRow>): TransferState {
  const states = [...rows].map((row) => row.state);
  const wanting = states.filter((state) => state !== 'declined' && state !== 'cancelled');
  if (wanting.some((state) => !hasEnded(state))) return 'running';
  if (wanting.length === 0) return states.length === 0 ? 'running' : 'declined';
  return wanting.includes('failed') ? 'failed' : 'done';
}

export function transferInfo(transfer: Transfer, room: string): TransferInfo {
  const { offer, rows, path, reason, mediaType } = transfer;
  return {
    room,
    transfer: transfer.id,
    file: { name: transfer.fileName, size: offer.file.size },
    ...(offer.file.pack === undefined ? {} : { folder: { entries: offer.file.pack.entries } }),
    from: { id: offer.from, name: offer.name },
    own: offer.own,
    state: transfer.state,
    bytesDone: transfer.bytesDone,
    at: offer.at,
    depth: offer.depth,
    sequence: offer.sequence,
    message: offer.message,
    openable: path !== undefined && !isExecutableName(path) && !isExecutableName(transfer.fileName),
    members: [...rows.values()].map(memberInfo),
    ...(reason === undefined ? {} : { reason }),
    ...(path === undefined ? {} : { path }),
    ...(mediaType === undefined ? {} : { mediaType }),
  };
}

function memberInfo({ id, name, state, bytesDone, reason }: MemberRow): TransferMember {
  return { id, name, state, bytesDone, ...(reason === undefined ? {} : { reason }) };
}
