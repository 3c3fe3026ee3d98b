/**
 * What was said and offered in a room, as the local API shows it. All members see it in one order: (depth, from.id, sequence, id).
 * A `cursor` is a place in that order, opaque to clients, and good for as long as the room is kept: what it names may be
 * gone.
 */
import * as v from 'valibot';
import type { TransferInfo } from './transfers.ts';

/** (2⁵³ in digits, twice, 32 + 64 digits of ids, three dots) are 131. */
export const CURSOR_CHARACTERS_MAX = 160;
export const TIMELINE_ENTRIES_MAX = 200;
export const SEARCH_HITS_MAX = 100;
/** A search of more words than that is a text pasted by mistake. */
export const QUERY_CHARACTERS_MAX = 256;
/** As a record carries it (core/limits.ts): room for a family of four with skin tones. */
export const EMOJI_BYTES_MAX = 32;
/** A hundred years; `null` is for ever. */
export const RETENTION_DAYS_MAX = 36_500;
const MESSAGE_TEXT_CHARACTERS_MAX = 64 * 1024;

const roomLabel = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(64));
const messageId = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const cursor = v.pipe(v.string(), v.minLength(1), v.maxLength(CURSOR_CHARACTERS_MAX));
const text = v.pipe(v.string(), v.minLength(1), v.maxLength(MESSAGE_TEXT_CHARACTERS_MAX));
const emoji = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxBytes(EMOJI_BYTES_MAX),
  v.check((value) => !/[\p{Cc}\p{Zs}\p{Zl}\p{Zp}]/u.test(value)),
);
/** Unix milliseconds. */
const time = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const atMost = (limit: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(limit));

/** Parameters of the methods about history; `HistoryResults` says what each returns. */
export const historySchemas = {
  say: v.object({ room: roomLabel, text, replyTo: v.optional(messageId) }),
  /**
   * A page of a room: the newest entries before `before`, the oldest after `after`, some on both sides of `around` (a cursor, the
   * id of a message, or a time), or else the newest of all. Ascending in any case.
   */
  timeline: v.pipe(
    v.object({
      room: roomLabel,
      before: v.optional(cursor),
      after: v.optional(cursor),
      around: v.optional(v.union([cursor, time])),
      limit: v.optional(atMost(TIMELINE_ENTRIES_MAX)),
    }),
    v.check(
      ({ before, after, around }) => [before, after, around].filter((one) => one !== undefined).length <= 1,
    ),
  ),
  /**
   * What came here last first. `query`: words that all have to be there, "in quotes" next to each other; Chinese, Japanese and
   * Korean need no spaces. `from`: an id, the unique beginning of one, or a name. Each is optional, at least one is there.
   */
  search: v.pipe(
    v.object({
      query: v.optional(v.pipe(v.string(), v.maxLength(QUERY_CHARACTERS_MAX))),
      room: v.optional(roomLabel),
      from: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(64))),
      since: v.optional(time),
      until: v.optional(time),
      kind: v.optional(v.picklist(['message', 'file'])),
      before: v.optional(cursor),
      limit: v.optional(atMost(SEARCH_HITS_MAX)),
    }),
  ),
  /** Of an own message, for everybody. */
  edit: v.object({ message: messageId, text }),
  react: v.object({ message: messageId, emoji, on: v.boolean() }),
  /** An own message, for everybody. Who has read it has read it. */
  delete: v.object({ message: messageId }),
  /** For us alone, for good. */
  hide: v.object({ message: messageId }),
  /** Everything up to and including that message was read; others are told now and then. */
  read: v.object({ room: roomLabel, message: messageId }),
  /** Call it as often as you like while somebody types; fades for others within seconds. */
  typing: v.object({ room: roomLabel }),
  /** What is older goes from this machine, now and from then on. `null`: nothing does. */
  'set-retention': v.object({ room: roomLabel, days: v.nullable(atMost(RETENTION_DAYS_MAX)) }),
  /** Writes all of a room into a new file at an absolute path. */
  export: v.object({
    room: roomLabel,
    format: v.picklist(['jsonl', 'html']),
    path: v.pipe(v.string(), v.minLength(1), v.maxLength(4096)),
  }),
} as const;

interface Somebody {
  readonly id: string;
  readonly name: string;
}

/** What a message answers. */
export interface ReplyInfo {
  readonly id: string;
  readonly from: Somebody;
  /** The beginning of it. Empty where it was deleted, or is not here (yet). */
  readonly text: string;
}

export interface Reaction {
  readonly emoji: string;
  readonly people: readonly Somebody[];
  /** We are one of them. */
  readonly own: boolean;
}

export interface MessageInfo {
  readonly room: string;
  readonly from: Somebody;
  /** As it was edited last; empty where it was deleted. */
  readonly text: string;
  readonly id: string;
  readonly at: number;
  readonly own: boolean;
  readonly depth: number;
  readonly sequence: number;
  /** Its place in the room's timeline. */
  readonly cursor: string;
  readonly replyTo?: ReplyInfo;
  readonly editedAt?: number;
  /** By its author, for everybody. */
  readonly deleted?: true;
  readonly reactions?: readonly Reaction[];
  /** From the room `classic`: anybody could have sent it. */
  readonly unverified?: true;
}

export type TimelineEntry =
  | { readonly kind: 'message'; readonly message: MessageInfo }
  | { readonly kind: 'file'; readonly transfer: TransferInfo };

export interface TimelinePage {
  /** Ascending. */
  readonly entries: readonly TimelineEntry[];
  /** For the page before; absent where there is none. */
  readonly before?: string;
  /** For the page after; absent where there is none. */
  readonly after?: string;
}

export interface SearchHit {
  readonly entry: TimelineEntry;
  /** Where the words are in the text, or in the name of the file: [start, end) in UTF-16 units. */
  readonly highlights: readonly (readonly [number, number])[];
}

export interface SearchPage {
  /** What came here last first: mostly the newest, but for what was caught up with. */
  readonly hits: readonly SearchHit[];
  /** For older ones; absent where there are none. */
  readonly before?: string;
}

export interface ReadMark {
  readonly member: string;
  /** Everything up to and including this message. */
  readonly message: string;
}

export interface HistoryResults {
  timeline: TimelinePage;
  search: SearchPage;
  /** As it is here now; the others have it a moment later. */
  edit: MessageInfo;
  react: MessageInfo;
  delete: MessageInfo;
  hide: Record<never, never>;
  read: { readonly unread: number };
  typing: Record<never, never>;
  /** `dropped`: entries that went just now. */
  'set-retention': { readonly days: number | null; readonly dropped: number };
  export: { readonly path: string; readonly entries: number };
}

export type HistoryEvent =
  /** Edited, reacted to, deleted. */
  | { readonly type: 'message-changed'; readonly message: MessageInfo }
  /** Those that changed. */
  | { readonly type: 'read-marks'; readonly room: string; readonly marks: readonly ReadMark[] }
  /** Fades when it is not told again for six seconds. `member`: an id. */
  | { readonly type: 'typing'; readonly room: string; readonly member: string };
