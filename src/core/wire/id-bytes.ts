/** Ids are hexadecimal text inside the program and plain bytes on the wire. */
import { toHex } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import { ID_BYTES, OPERATION_ID_BYTES, RECORD_ID_BYTES } from '../../base/ids.ts';
import type { MemberId, OperationId, RecordId, RoomId, TransferId } from '../../base/ids.ts';
import type { Reader } from './codec.ts';
import { fromHexExact } from './hex.ts';

export const memberIdBytes = (id: MemberId): Bytes => fromHexExact(id, ID_BYTES);
export const roomIdBytes = (id: RoomId): Bytes => fromHexExact(id, ID_BYTES);
export const transferIdBytes = (id: TransferId): Bytes => fromHexExact(id, ID_BYTES);
export const recordIdBytes = (id: RecordId): Bytes => fromHexExact(id, RECORD_ID_BYTES);
export const operationIdBytes = (id: OperationId): Bytes => fromHexExact(id, OPERATION_ID_BYTES);

export const readMemberId = (reader: Reader): MemberId => toHex(reader.bytes(ID_BYTES)) as MemberId;
export const readRoomId = (reader: Reader): RoomId => toHex(reader.bytes(ID_BYTES)) as RoomId;
export const readTransferId = (reader: Reader): TransferId => toHex(reader.bytes(ID_BYTES)) as TransferId;
export const readRecordId = (reader: Reader): RecordId => toHex(reader.bytes(RECORD_ID_BYTES)) as RecordId;
export const readOperationId = (reader: Reader): OperationId =>
  toHex(reader.bytes(OPERATION_ID_BYTES)) as OperationId;

/** First 16 bytes of a record's id, as 32 digits: enough to name it in control frames. */
export type RecordPrefix = string;
export const RECORD_PREFIX_BYTES = 16;
export const recordPrefix = (id: RecordId): RecordPrefix => id.slice(0, 2 * RECORD_PREFIX_BYTES);
export const recordPrefixBytes = (prefix: RecordPrefix): Bytes => fromHexExact(prefix, RECORD_PREFIX_BYTES);
export const readRecordPrefix = (reader: Reader): RecordPrefix => toHex(reader.bytes(RECORD_PREFIX_BYTES));
