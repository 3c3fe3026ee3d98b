/**
 * Branded identifiers. Each is the lower-case hexadecimal of a hash, so that it can be a map key, a JSON value
 * and a file-name part as it is. `protocol.md §2` says what each one hashes.
 */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** First 16 bytes of SHA-256 of an Ed25519 public key: 32 digits. */
export type MemberId = Branded<'MemberId'>;
/** First 16 bytes of SHA-256 of the room's genesis (its name, for a public room): 32 digits. */
export type RoomId = Branded<'RoomId'>;
/** SHA-256 of a signed record: 64 digits. */
export type RecordId = Branded<'RecordId'>;
/** SHA-256 of a signed membership operation: 64 digits. */
export type OperationId = Branded<'OperationId'>;
/** First 16 bytes of the RecordId of the record that offers the file: 32 digits. */
export type TransferId = Branded<'TransferId'>;

export const ID_BYTES = 16;
export const RECORD_ID_BYTES = 32;
export const OPERATION_ID_BYTES = 32;

const isHex = (text: string, digits: number): boolean => text.length === digits && /^[0-9a-f]+$/.test(text);

export const isTransferId = (text: string): text is TransferId => isHex(text, 2 * ID_BYTES);
