/** One transfer as the daemon keeps it, and what clients see of it. Pure. */
import type { MemberId, RoomId, TransferId } from '../base/ids.ts';
import type { TransferInfo, TransferMember, TransferState } from '../contract/api.ts';
import type { FileView, PeerEvent, TransferFailure, TransferWait } from '../core/api.ts';
import { BLOCK_BYTES, RETRIES_MAX, RETRY_ASK_SPACING_MS } from '../core/limits.ts';
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
  /** How often it was asked to take the file after all, and did something about it. */
  asks?: number;
  /** When it was asked last; Unix milliseconds. */
  askedAt?: number;
  /** It has not answered that. */
  isAsked?: boolean;
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
  /** How often its sender asked for it once more, and something came of it: a new question or a new try. */
  asks: number;
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
    asks: 0,
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
    members: [...rows.values()].map((row) => memberInfo(row, mayAsk(transfer))),
    ...(!offer.own && transfer.state === 'asking' && transfer.asks > 0 ? { askedAgain: true } : {}),
    ...(reason === undefined ? {} : { reason }),
    ...(path === undefined ? {} : { path }),
    ...(mediaType === undefined ? {} : { mediaType }),
    // The last block may be short.
    ...(atRisk === undefined ? {} : { atRiskBytes: Math.min(atRisk, offer.file.size) }),
    ...(wireBytes === undefined ? {} : { wireBytes }),
  };
}

function memberInfo(row: MemberRow, isAskable: boolean): TransferMember {
  const { id, name, state, bytesDone, reason, askedAt, isAsked } = row;
  const ask = isAskable ? askOf(row) : undefined;
  return {
    id,
    name,
    state,
    bytesDone,
    ...(reason === undefined ? {} : { reason }),
    ...(ask === undefined ? {} : { ask }),
    ...(askedAt === undefined || isAsked !== true ? {} : { askedAt }),
    ...(askedAt === undefined ? {} : { askableAt: askedAt + RETRY_ASK_SPACING_MS }),
  };
}

/** Its members can be asked to take it after all: an own file that has not ended. */
export const mayAsk = ({ offer, state, reason }: Transfer): boolean =>
  offer.own && state !== 'cancelled' && reason === undefined;

/** Where a machine gave up, and not a person: it may try again by itself. */
export const FAILED_BY_MACHINE: ReadonlySet<string> = new Set([
  'disk-full',
  'disk-error',
  'corrupt',
  'stalled',
] satisfies TransferFailure[]);

/** Whoever sat there said no, at once or while it came. */
export const wasRefused = ({
  state,
  reason,
}: {
  state: TransferState;
  reason?: string | undefined;
}): boolean => state === 'declined' || (state === 'cancelled' && reason === 'cancelled-by-receiver');

/** What can be asked of a member that does not have it. */
export function askOf({ state, reason, asks = 0 }: MemberRow): TransferMember['ask'] {
  const isRefused = wasRefused({ state, reason });
  const isFailed = state === 'failed' && reason !== undefined && FAILED_BY_MACHINE.has(reason);
  if (!isRefused && !isFailed) return undefined;
  if (asks >= RETRIES_MAX) return 'enough';
  return isRefused ? 'question' : 'retry';
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
    asks: transfer.asks,
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
    asks: kept.asks,
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
