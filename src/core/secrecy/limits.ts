/** Every bound of the secrecy layer, with its arithmetic. Units stand last in the names. */

export const SECRET_BYTES = 32;
/** An Ed25519 public key. */
export const IDENTITY_KEY_BYTES = 32;

/** Rooms up to 300 are the aim (beyond, a tree of keys pays); this leaves room for both halves of a healed partition. */
export const EPOCH_MEMBERS_MAX = 512;
/** Operation heads that nobody has merged yet: each author has at most a few, and the next operation merges them. */
export const EPOCH_HEADS_MAX = 16;
/** HPKE: encapsulated key 32, secret 32, tag 16. */
const EPOCH_SLOT_BYTES = 80;
/** Format 1, room 16, author 32, generation 6, commitment 32, counts 1 + 2, signature 64. */
const EPOCH_FIXED_BYTES = 154;
/** 154 + 16 × 32 + 512 × (24 + 80) = 53,914: below the 68,096 bytes that FRAGMENTs carry. */
export const EPOCH_BYTES_MAX =
  EPOCH_FIXED_BYTES + EPOCH_HEADS_MAX * 32 + EPOCH_MEMBERS_MAX * (24 + EPOCH_SLOT_BYTES);

const DAY_MS = 24 * 3600 * 1000;
/** A prekey serves this long before its successor is made. */
export const PREKEY_ROTATE_MS = 7 * DAY_MS;
/** Old private prekeys live so long after their successor came: the forward-secrecy window. */
export const PREKEY_KEEP_MS = 30 * DAY_MS;
/** 30 / 7 is 4 old ones and the present one; more only where the clock jumps, and then the oldest go. */
export const PREKEYS_MAX = 16;

/** Type 1, tag 4, slot 8, incarnation 8, nonce 12. */
export const FRAME_HEADER_BYTES = 33;
/** AEAD tag 16, room MAC 8. */
export const FRAME_TRAILER_BYTES = 24;
/** What a sealed frame may hold: a datagram's 1472 bytes less 57, or a whole record for the store. */
export const FRAME_PLAINTEXT_BYTES_MAX = 80 * 1024;

/** The body of a direct message: a record of the longest text fits (core/limits.ts, RECORD_BYTES_MAX = 68,096). */
export const DIRECT_BODY_BYTES_MAX = 72 * 1024;

/** Iterations of the fingerprint hash: 5200 add 12 bits to every guess, as in Signal's version 2. */
export const FINGERPRINT_ITERATIONS = 5200;

/** A pasted invite with what people paste around it; longer is not one. */
export const INVITE_TEXT_MAX = 512;
