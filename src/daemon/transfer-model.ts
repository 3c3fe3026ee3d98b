/** One transfer as the daemon keeps it, and what clients see of it. Pure. */
import type { MemberId, RoomId, TransferId } from '../base/ids.ts';
import type { TransferInfo, TransferMember, TransferState } from '../contract/api.ts';
import type { FileView, PeerEvent, TransferFailure, TransferWait } from '../core/api.ts';
import { BLOCK_BYTES } from '../core/limits.ts';
import type { FileStamp } from '../io/files/file-stamp.ts';
import { safeName } from '../io/files/safe-name.ts';
import type { KeptTransfer } from '../store/transfers.ts';
import { isExecutableName } from './executable.ts';

export type OfferedEvent = Extract<PeerEvent, { type: 'transfer-offered' }>;

/** Why it failed, or waits. */
export type TransferReason = TransferFailure | TransferWait;

export interface MemberRow {
  readonly id: MemberId;
  name: string;
  state: TransferState;
  bytesDone: number;
  /** It has said that it takes the file. */
  wanted: boolean;
  reason?: TransferReason;
}

export interface Transfer {
  readonly offer: OfferedEvent;
  readonly roomId: RoomId;
  readonly id: TransferId;
  /** The received name made safe; the own one as it is. */
  readonly fileName: string;
  state: TransferState;
  bytesDone: number;
  reason?: TransferReason;
  /** The verified file, or the source of an own one. */
  path?: string;
  /** Of an own pack: all that it was made of. */
  paths?: readonly string[];
  /** What the file at the path was when it was opened or saved. */
  stamp?: FileStamp;
  /** Where the part of an incoming file is. */
  folder?: string;
  /** The folder to delete when no member needs the source any more. */
  spool?: string;
  mediaType?: string;
  /** Unix milliseconds. */
  acceptedAt?: number;
  /** When its state became what it is. */
  changedAt: number;
  /** The core of this run knows it, or is about to. */
  isLive: boolean;
  /** Blocks of an own file that fewer than two others have. */
  blocksAtRisk?: number;
  /** Of an own file: what has left for it in this run. */
  wireBytes?: number;
  readonly rows: Map<MemberId, MemberRow>;
}

const ENDED: ReadonlySet<TransferState> = new Set(['done', 'failed', 'declined', 'cancelled']);

export const hasEnded = (state: TransferState): boolean => ENDED.has(state);

/** Bytes of disk that it takes at most: a folder is there twice while it is unpacked from what came. */
export const bytesNeeded = ({ size, pack }: FileView): number => (pack === undefined ? size : 2 * size);

/** Accepted, and more of it may come. */
export const isOnTheWay = ({ offer, state }: Transfer): boolean =>
  !offer.own && (state === 'running' || state === 'waiting' || state === 'paused');

/** Blocks of it may be in a part file. */
export const mayHavePart = (transfer: Transfer): boolean =>
  isOnTheWay(transfer) || (!transfer.offer.own && transfer.state === 'failed');

export const remainingBytes = ({ offer, bytesDone }: Transfer): number =>
  Math.max(0, bytesNeeded(offer.file) - bytesDone);

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

export function newTransfer(offer: OfferedEvent, at: number): Transfer {
  return {
    offer,
    roomId: offer.room,
    id: offer.transfer,
    fileName: offer.own ? offer.file.name : safeName(offer.file.name),
    state: 'running',
    bytesDone: 0,
    changedAt: at,
    isLive: true,
    rows: new Map(),
  };
}

export function transferInfo(transfer: Transfer, room: string): TransferInfo {
  const { offer, rows, path, reason, mediaType, blocksAtRisk, wireBytes } = transfer;
  const atRisk = blocksAtRisk === undefined ? undefined : blocksAtRisk * BLOCK_BYTES;
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
    // The last block may be short.
    ...(atRisk === undefined ? {} : { atRiskBytes: Math.min(atRisk, offer.file.size) }),
    ...(wireBytes === undefined ? {} : { wireBytes }),
  };
}

function memberInfo({ id, name, state, bytesDone, reason }: MemberRow): TransferMember {
  return { id, name, state, bytesDone, ...(reason === undefined ? {} : { reason }) };
}

// ---- for the store

export function toKept(transfer: Transfer): KeptTransfer {
  const { offer, rows, stamp } = transfer;
  return {
    transfer: transfer.id,
    room: transfer.roomId,
    message: offer.message,
    offer: offer.record,
    author: offer.from,
    authorName: offer.name,
    own: offer.own,
    fileName: offer.file.name,
    size: offer.file.size,
    packEntries: offer.file.pack?.entries,
    at: offer.at,
    depth: offer.depth,
    sequence: offer.sequence,
    state: transfer.state,
    reason: transfer.reason,
    bytesDone: transfer.bytesDone,
    members: [...rows.values()].map((row) => ({ ...row })),
    folder: transfer.folder,
    path: transfer.path,
    paths: transfer.paths,
    fileSize: stamp?.size,
    fileVersion: stamp?.version,
    spool: transfer.spool,
    mediaType: transfer.mediaType,
    acceptedAt: transfer.acceptedAt,
    changedAt: transfer.changedAt,
  };
}

/** As it was; what ran then waits now. */
export function fromKept(kept: KeptTransfer): Transfer {
  const { path, paths, folder, spool, mediaType, reason, acceptedAt, fileSize, fileVersion, packEntries } =
    kept;
  const pack = packEntries === undefined ? {} : { pack: { entries: packEntries } };
  const offer: OfferedEvent = {
    type: 'transfer-offered',
    room: kept.room,
    transfer: kept.transfer,
    message: kept.message,
    record: kept.offer,
    file: { name: kept.fileName, size: kept.size, ...pack },
    from: kept.author,
    name: kept.authorName,
    at: kept.at,
    own: kept.own,
    depth: kept.depth,
    sequence: kept.sequence,
  };
  // Who had not decided may not be here any more; whoever is gets a new row.
  const rows = kept.members
    .filter(({ wanted, state }) => wanted || hasEnded(state as TransferState))
    .map((row) => [row.id, { ...row, state: waitingIfRan(row.state) } as MemberRow] as const);
  const stamp =
    fileSize === undefined || fileVersion === undefined
      ? undefined
      : { size: fileSize, version: fileVersion };
  return {
    ...newTransfer(offer, kept.changedAt),
    state: waitingIfRan(kept.state),
    bytesDone: kept.bytesDone,
    isLive: false,
    rows: new Map(rows),
    ...(reason === undefined ? {} : { reason: reason as TransferReason }),
    ...(path === undefined ? {} : { path }),
    ...(paths === undefined ? {} : { paths }),
    ...(stamp === undefined ? {} : { stamp }),
    ...(folder === undefined ? {} : { folder }),
    ...(spool === undefined ? {} : { spool }),
    ...(mediaType === undefined ? {} : { mediaType }),
    ...(acceptedAt === undefined ? {} : { acceptedAt }),
  };
}

const waitingIfRan = (state: string): TransferState =>
  state === 'running' ? 'waiting' : (state as TransferState);
