/**
 * The local API, spoken by the web UI, the CLI and the terminal UI alike, over one WebSocket at `/api/socket` of
 * the daemon's loopback address. The first frame from a client is `Authenticate`; then `Request`s go one way and
 * `Response`s and `DaemonEvent`s the other, each one JSON text. Every event object is also exactly what the CLI
 * prints with `--json` (docs/cli.md). Add fields freely, rename none.
 */
import * as v from 'valibot';

/** Largest JSON text either side accepts: a 64 KiB message, escaped (six-fold at worst), with room to spare. */
export const SOCKET_TEXT_BYTES_MAX = 512 * 1024;
export const TEXT_BYTES_MAX = 64 * 1024;
export const NAME_BYTES_MAX = 64;
export const ROOM_NAME_BYTES_MAX = 64;

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(TEXT_BYTES_MAX));
const nick = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(NAME_BYTES_MAX));
/** A room's label: `lobby`, or the name that it was joined by. */
const room = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(ROOM_NAME_BYTES_MAX));
const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const path = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));
/** Mbit/s. */
const rate = v.pipe(v.number(), v.minValue(1), v.maxValue(100_000));

export const authenticateSchema = v.object({
  type: v.literal('authenticate'),
  token: v.pipe(v.string(), v.maxLength(128)),
  /** What kind of client; a `cli` that hosts keeps the daemon alive while it is connected, so does every other. */
  client: v.picklist(['web', 'cli', 'tui']),
});
export type Authenticate = v.InferOutput<typeof authenticateSchema>;

/** Parameters of each method. `methods` below says what each returns. */
export const requestSchemas = {
  snapshot: v.object({}),
  /** First run and rename. Idempotent. */
  'set-name': v.object({ name: nick }),
  'set-settings': v.object({
    language: v.optional(v.picklist(['en', 'zh', 'auto'])),
    theme: v.optional(v.picklist(['light', 'dark', 'auto'])),
  }),
  /** `remember: false`: for this run of the daemon only, so that a room that was quit stays quit afterwards. */
  join: v.object({ room, remember: v.optional(v.boolean()) }),
  quit: v.object({ room }),
  say: v.object({ room, text }),
  members: v.object({ room }),
  messages: v.object({
    room,
    limit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000))),
  }),
  transfers: v.object({ room: v.optional(room) }),
  /** Asks everyone in the room for a HELLO. */
  probe: v.object({ room }),
  /** Offers the file at an absolute path of this machine. Browsers use POST /api/upload instead. `rate`: Mbit/s at most. */
  'send-path': v.object({ room, path, rate: v.optional(rate) }),
  accept: v.object({ transfer: id }),
  decline: v.object({ transfer: id }),
  cancel: v.object({ transfer: id }),
  /** `member`: a full id, a unique beginning of one, or a name. */
  remove: v.object({ room, member: id }),
  restore: v.object({ room, member: id }),
  /** Opens a received (or own) file with the system's program; refused for executable types. */
  open: v.object({ transfer: id }),
  'show-in-folder': v.object({ transfer: id }),
  /** A single-use ticket for a browser tab: `url` carries it in the fragment. */
  ticket: v.object({}),
  stop: v.object({}),
} as const;

export type Method = keyof typeof requestSchemas;
export type Params<M extends Method> = v.InferOutput<(typeof requestSchemas)[M]>;

export interface MemberInfo {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly self: boolean;
  readonly away: boolean;
  readonly silentMs: number;
  readonly roundTripMs?: number;
  readonly hearsUs?: boolean;
  /** Removed by us from this room; listed so that it can be restored. */
  readonly removed: boolean;
}

export interface RoomInfo {
  /** The label: what `--room` takes. */
  readonly room: string;
  readonly id: string;
  readonly kind: 'public';
  readonly joined: boolean;
  /** Own row included. */
  readonly memberCount: number;
  /** Since when this run of the daemon is in the room (Unix ms); absent while it is not. */
  readonly joinedAt?: number;
  /** IPv4 groups of this room: control first, then the bulk pool. */
  readonly groups: readonly string[];
}

export type TransferState = 'asking' | 'waiting' | 'running' | 'done' | 'failed' | 'declined' | 'cancelled';

export interface TransferMember {
  readonly id: string;
  readonly name: string;
  readonly state: TransferState;
  readonly bytesDone: number;
  readonly reason?: string;
}

export interface TransferInfo {
  readonly room: string;
  readonly transfer: string;
  readonly file: { readonly name: string; readonly size: number };
  readonly from: { readonly id: string; readonly name: string };
  readonly own: boolean;
  /** Own: `running` until every wanting member is done. Incoming: `asking` until accepted or declined. */
  readonly state: TransferState;
  readonly bytesDone: number;
  readonly reason?: string;
  readonly at: number;
  readonly depth: number;
  readonly sequence: number;
  /** The message id of the offer. */
  readonly message: string;
  /** Where the verified file is. Only in answers to clients of this machine. */
  readonly path?: string;
  /** Sniffed from the verified bytes: `image/png` and other raster types that the UI may show inline. */
  readonly mediaType?: string;
  /** May `open` run it? False for executable types. */
  readonly openable: boolean;
  /** Own transfers: one row per member. */
  readonly members: readonly TransferMember[];
}

export interface MessageInfo {
  readonly room: string;
  readonly from: { readonly id: string; readonly name: string };
  readonly text: string;
  readonly id: string;
  readonly at: number;
  readonly own: boolean;
  /** Order everywhere: (depth, from.id, sequence, id). */
  readonly depth: number;
  readonly sequence: number;
}

export interface Settings {
  readonly language: 'en' | 'zh' | 'auto';
  readonly theme: 'light' | 'dark' | 'auto';
}

export interface Snapshot {
  readonly self: {
    readonly id: string;
    readonly name: string;
    /** False until the user chose one. */ readonly named: boolean;
  };
  readonly settings: Settings;
  readonly rooms: readonly RoomInfo[];
  readonly members: Readonly<Record<string, readonly MemberInfo[]>>;
  readonly messages: readonly MessageInfo[];
  readonly transfers: readonly TransferInfo[];
  readonly downloads: string;
  readonly profile: string;
  readonly interfaces: readonly InterfaceInfo[];
  readonly version: string;
}

export interface InterfaceInfo {
  readonly name: string;
  readonly address: string;
  readonly loopback: boolean;
}

/** What each method returns in `Response.result`. */
export interface Results {
  snapshot: Snapshot;
  'set-name': { readonly name: string };
  'set-settings': Settings;
  join: RoomInfo;
  quit: RoomInfo;
  /** `waiting`: the members present when it was said, whose `receipt` with `sequence` or more means "has it". */
  say: {
    readonly id: string;
    readonly sequence: number;
    readonly waiting: readonly { readonly id: string; readonly name: string }[];
  };
  members: readonly MemberInfo[];
  messages: readonly MessageInfo[];
  transfers: readonly TransferInfo[];
  probe: Record<never, never>;
  'send-path': TransferInfo;
  accept: Record<never, never>;
  decline: Record<never, never>;
  cancel: Record<never, never>;
  remove: MemberInfo;
  restore: MemberInfo;
  open: Record<never, never>;
  'show-in-folder': Record<never, never>;
  ticket: { readonly url: string };
  stop: Record<never, never>;
}

export interface Request<M extends Method = Method> {
  readonly type: 'request';
  readonly id: number;
  readonly method: M;
  readonly params: Params<M>;
}

export interface ApiError {
  /** Stable English identifier, listed in docs/cli.md. */
  readonly code: string;
  /** In the words of the daemon's language: for logs. Clients translate `code` with `values`. */
  readonly message: string;
  readonly values?: Readonly<Record<string, string | number>>;
}

export type Response =
  | { readonly type: 'response'; readonly id: number; readonly ok: true; readonly result: unknown }
  | { readonly type: 'response'; readonly id: number; readonly ok: false; readonly error: ApiError };

interface MemberShort {
  readonly id: string;
  readonly name: string;
  readonly address: string;
}
interface TransferShort {
  readonly room: string;
  readonly transfer: string;
  readonly file: { readonly name: string; readonly size: number };
  readonly from: { readonly id: string; readonly name: string };
  readonly own: boolean;
  /** Own transfers: the receiver that this is about. */
  readonly member?: MemberShort;
}

export type DaemonEvent =
  | {
      readonly type: 'ready';
      readonly name: string;
      readonly id: string;
      readonly room: string;
      readonly url?: string;
    }
  | {
      readonly type:
        | 'member-joined'
        | 'member-away'
        | 'member-back'
        | 'member-renamed'
        | 'member-removed'
        | 'member-restored';
      readonly room: string;
      readonly member: MemberShort;
    }
  | {
      readonly type: 'member-left';
      readonly room: string;
      readonly member: MemberShort;
      readonly reason: 'quit' | 'expired';
    }
  | ({ readonly type: 'message' } & MessageInfo)
  | { readonly type: 'receipt'; readonly room: string; readonly member: string; readonly sequence: number }
  | ({ readonly type: 'transfer-offered' | 'transfer-accepted' } & TransferShort)
  | ({ readonly type: 'transfer-progress'; readonly bytesDone: number } & TransferShort)
  | ({ readonly type: 'transfer-done'; readonly path?: string } & TransferShort)
  | ({ readonly type: 'transfer-failed'; readonly reason: string } & TransferShort)
  /** The whole new state of one transfer, beside the events above, so that a UI need not compute it. */
  | { readonly type: 'transfer-state'; readonly transfer: TransferInfo }
  /** The whole member list of a room, at most twice a second, after anything in it changed. */
  | { readonly type: 'members'; readonly room: string; readonly members: readonly MemberInfo[] }
  | { readonly type: 'room-joined' | 'room-quit'; readonly room: string; readonly info: RoomInfo }
  | { readonly type: 'self'; readonly id: string; readonly name: string; readonly named: boolean }
  | { readonly type: 'settings'; readonly settings: Settings }
  | { readonly type: 'network'; readonly interfaces: readonly InterfaceInfo[] }
  | {
      readonly type: 'problem';
      readonly code: string;
      readonly message: string;
      readonly values?: Readonly<Record<string, string | number>>;
    }
  | { readonly type: 'stopping' };

/** First frame from the daemon after `Authenticate`; a wrong token closes the socket with code 4401 instead. */
export interface Welcome {
  readonly type: 'welcome';
  readonly snapshot: Snapshot;
}

export type ServerFrame = Welcome | Response | DaemonEvent;

/**
 * HTTP beside the socket, same origin, all with `Authorization: Bearer TOKEN` but the first two:
 * - GET /…                        the UI's own files
 * - POST /api/ticket {ticket}     → {token}; the ticket is single-use and lives 60 s
 * - POST /api/upload?room=R&name=N  body: the file's bytes, Content-Length required → TransferInfo
 * - GET /api/files/TRANSFER       the verified file, as an attachment; raster images with `?inline=1` by sniffed type
 */
export const HTTP = {
  ticket: '/api/ticket',
  upload: '/api/upload',
  files: '/api/files/',
  socket: '/api/socket',
} as const;
export const CLOSE_UNAUTHENTICATED = 4401;
