/**
 * The local API, spoken by the web UI, the CLI and the terminal UI alike, over one WebSocket at `/api/socket` of
 * the daemon's loopback address. The first frame from a client is `Authenticate`; then `Request`s go one way and
 * `Response`s and `DaemonEvent`s the other, each one JSON text. Every event object is also exactly what the CLI
 * prints with `--json` (docs/cli.md). Add fields freely, rename none.
 */
import * as v from 'valibot';
import { networkSchemas } from './network.ts';
import type { NetworkResults } from './network.ts';
import { historySchemas } from './history.ts';
import type { HistoryEvent, HistoryResults, MessageInfo, ReadMark } from './history.ts';
import { AVATAR_COLOURS, role } from './people.ts';
import type {
  EmojiShown,
  IdentityWarning,
  KnownMember,
  MemberInfo,
  Person,
  Role,
  Verification,
} from './people.ts';
import type { FileRules, FolderInfo, TransferInfo } from './transfers.ts';

export type {
  EmojiShown,
  IdentityWarning,
  KnownMember,
  MemberInfo,
  Person,
  Role,
  Verification,
} from './people.ts';

export type {
  HistoryResults,
  MessageInfo,
  Reaction,
  ReadMark,
  SearchHit,
  TimelineEntry,
  TimelinePage,
} from './history.ts';

export { CLOSE_UNAUTHENTICATED, HTTP } from './http.ts';
export type { UploadList } from './http.ts';

export type {
  FileRule,
  FileRules,
  FileRuleSet,
  FolderInfo,
  TransferInfo,
  TransferMember,
  TransferState,
} from './transfers.ts';

/** Largest JSON text either side accepts: a 64 KiB message, escaped (six-fold at worst), with room to spare. */
export const SOCKET_TEXT_BYTES_MAX = 512 * 1024;
export const TEXT_BYTES_MAX = 64 * 1024;
/** As many as fit a request, at 50 bytes each. */
export const SEND_PATHS_MAX = 10_000;
export const NAME_BYTES_MAX = 64;
export const ROOM_NAME_BYTES_MAX = 64;
export const INVITE_CHARACTERS_MAX = 512;
export const INVITE_HOURS_DEFAULT = 24;
/** 30 days: an own prekey lives no longer. */
export const INVITE_HOURS_MAX = 720;
/** Ten years: what the operations of a room can say (core/limits.ts). */
export const HISTORY_DAYS_MAX = 3650;

/**
 * kB/s. From 16 datagrams a second, for a reader that takes 60 ms for each, to four at every millisecond: timers are no finer, and
 * more in a row would be a burst (docs/classic.md).
 */
export const CLASSIC_RATE_MIN = 16;
export const CLASSIC_RATE_MAX = 4000;
/** One datagram of 1024 bytes every 4 ms: at 1 ms for each a reader catches up from a pause of a quarter of a second. */
export const CLASSIC_RATE_DEFAULT = 256;

const nick = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(NAME_BYTES_MAX));
/** A room's label: `lobby`, or the name that it was joined by; of a private room a name that is free, of a direct one `@NAME`. */
const room = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(ROOM_NAME_BYTES_MAX));
const passphrase = v.pipe(v.string(), v.maxLength(1024));
const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const path = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));
const colour = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(AVATAR_COLOURS));
/** Mbit/s. */
const rate = v.pipe(v.number(), v.minValue(1), v.maxValue(100_000));
/** A room's name, or an invite: a link as people paste it, or six words. */
const roomOrInvite = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(INVITE_CHARACTERS_MAX));
/** What newcomers of a private room get to see of what was said before they came. */
const history = v.variant('kind', [
  v.object({ kind: v.literal('since-joining') }),
  v.object({
    kind: v.literal('days'),
    days: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(HISTORY_DAYS_MAX)),
  }),
]);
const hours = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(INVITE_HOURS_MAX));
/** Of a rule about files. `null`: no rule here, so that the next one counts. */
const ruleBytes = v.optional(v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(0))));

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
  /** Of the own badge; null: the one that comes from the id. */
  'set-colour': v.object({ colour: v.nullable(colour) }),
  /** An absolute path of this machine; the folder is made where there is none. For files that are accepted from then on. */
  'set-downloads': v.object({ folder: path }),
  'set-settings': v.object({
    language: v.optional(v.picklist(['en', 'zh', 'auto'])),
    theme: v.optional(v.picklist(['light', 'dark', 'auto'])),
    /** At most this, in Mbit/s, for every file that is sent from then on; null: as fast as the network takes it. */
    megabitsPerSecond: v.optional(v.nullable(rate)),
    /** How fast files leave for the room `classic`, whose readers are slow and get nothing twice. */
    classicKilobytesPerSecond: v.optional(
      v.pipe(v.number(), v.integer(), v.minValue(CLASSIC_RATE_MIN), v.maxValue(CLASSIC_RATE_MAX)),
    ),
  }),
  /** `remember: false`: for this run of the daemon only, so that a room that was quit stays quit afterwards. */
  join: v.object({ room: roomOrInvite, remember: v.optional(v.boolean()) }),
  /** Gives up every join by invite that waits for an answer. */
  'cancel-join': v.object({}),
  /** For now: a private room stays ours, and `join` opens it again. `leave` is for good. */
  quit: v.object({ room }),
  /** A private room. `history`: what newcomers get of what was said before; `since-joining` where absent. */
  create: v.object({ name: room, history: v.optional(history) }),
  /** A private room, for good: the others are told, and only one of them can let us in again. */
  leave: v.object({ room }),
  /** A private room that we left or were removed from: nothing is kept of it any more. */
  forget: v.object({ room }),
  /** The room of us and this member alone; made where there is none. `member`: a full id, a unique beginning of one, or a name. */
  direct: v.object({ member: id }),
  /** A private room that somebody let us into by name; `offer` is the id of a `RoomOffer`. */
  'accept-room': v.object({ offer: id }),
  /** It is not shown again. */
  'decline-room': v.object({ offer: id }),
  /** Takes back the open invite of that id, or every open one of the room, whoever of its admins made it. */
  'revoke-invite': v.object({ room, invite: v.optional(id) }),
  /** For one newcomer. `link` is also for a QR code, `words` are to be read out. */
  invite: v.object({ room, form: v.picklist(['link', 'words']), hours: v.optional(hours) }),
  /** Lets somebody who is seen in any open room into a private one. */
  add: v.object({ room, member: id, role: v.optional(role) }),
  'set-role': v.object({ room, member: id, role }),
  'set-room': v.object({ room, name: v.optional(room), history: v.optional(history) }),
  /** What two people compare to know that nobody is between them. */
  verification: v.object({ member: id }),
  'set-verified': v.object({ member: id, verified: v.boolean() }),
  /** `start` asks a member who is there to compare emoji; the others answer the `emoji` event. */
  emoji: v.object({ member: id, action: v.picklist(['start', 'accept', 'same', 'different', 'cancel']) }),
  'known-members': v.object({}),
  /** Name, key and mark are forgotten; whoever is seen again begins anew. */
  'forget-member': v.object({ member: id }),
  ...historySchemas,
  members: v.object({ room }),
  messages: v.object({
    room,
    limit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000))),
  }),
  transfers: v.object({ room: v.optional(room) }),
  /** Asks everyone in the room for a HELLO. */
  probe: v.object({ room }),
  /**
   * Offers the file at an absolute path of this machine. Browsers use POST /api/upload instead. `rate`: Mbit/s at most. `resume`: the
   * same file, where it is on its way and unchanged, goes on instead of being offered again.
   */
  'send-path': v.object({ room, path, rate: v.optional(rate), resume: v.optional(v.boolean()) }),
  /**
   * Offers what is at these absolute paths as one thing: a folder, or several files and folders, which arrive in one folder.
   * `name`: of that folder; where absent, of the one folder, or of the first path and how many more there are.
   */
  'send-paths': v.object({
    room,
    paths: v.pipe(v.array(path), v.minLength(1), v.maxLength(SEND_PATHS_MAX)),
    name: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(1024))),
    rate: v.optional(rate),
    resume: v.optional(v.boolean()),
  }),
  /** Also one that failed: what is there already is not fetched again. Refused with `disk-full` where it does not fit. */
  accept: v.object({ transfer: id }),
  decline: v.object({ transfer: id }),
  /** By the sender: for all, for good. By a receiver: for itself, and what was written goes. */
  cancel: v.object({ transfer: id }),
  /** By the sender: nothing more leaves here. By a receiver: nothing more is taken. Remembered until `resume`. */
  pause: v.object({ transfer: id }),
  /** Ends a pause; tries again what failed or was refused here; takes what asks. Idempotent. */
  resume: v.object({ transfer: id }),
  /**
   * What failed goes on where it was: only what is missing comes. What we declined or cancelled is taken after all. With `member`, of an own file: a member that does not have it is asked to
   * take it after all: its Starling where it failed, its person where that declined. A full id, a unique beginning of one, or a name.
   */
  retry: v.object({ transfer: id, member: v.optional(id) }),
  /** Which files are taken without a question. */
  rules: v.object({}),
  /** For one room, for one member, or, where neither is given, for all. What is left out stays as it is. */
  'set-rules': v.pipe(
    v.object({
      room: v.optional(room),
      member: v.optional(id),
      acceptBytes: ruleBytes,
      onTheWayBytes: ruleBytes,
      dayBytes: ruleBytes,
    }),
    v.check(({ room, member }) => room === undefined || member === undefined),
  ),
  /** Of a public room: for us alone, until `restore`. Of a private one: for everybody. */
  remove: v.object({ room, member: id }),
  restore: v.object({ room, member: id }),
  /** Opens a received (or own) file with the system's program; refused for executable types. */
  open: v.object({ transfer: id }),
  'show-in-folder': v.object({ transfer: id }),
  /** An address of the verified file at an origin of its own, for an hour. */
  'file-link': v.object({ transfer: id }),
  ...networkSchemas,
  /** Of the private key in the profile's file. `current`: where there is one. `null`: none from now on. */
  'set-passphrase': v.object({ current: v.optional(passphrase), next: v.nullable(passphrase) }),
  /** A single-use ticket for a browser tab: `url` carries it in the fragment. */
  ticket: v.object({}),
  stop: v.object({}),
} as const;

export type Method = keyof typeof requestSchemas;
export type Params<M extends Method> = v.InferOutput<(typeof requestSchemas)[M]>;

export type History = v.InferOutput<typeof history>;

export interface RoomInfo {
  /** The label: what `--room` takes. It stays while the room is known, also where the room's name changes. */
  readonly room: string;
  readonly id: string;
  /** As it is called now; of a direct room, the other's name. */
  readonly name: string;
  /**
   * `private`: sealed, and only members see who and what is in it. `direct`: such a room of two. `classic`: that of the
   * original tool, where nothing is signed, verified or repaired.
   */
  readonly kind: 'public' | 'private' | 'direct' | 'classic';
  /** Not `open`: a private room that we are no member of any more; it stays to be read until `forget`, as a public one that was quit. */
  readonly state: 'open' | 'left' | 'removed';
  readonly removedBy?: Person;
  /** In private rooms. Ours; absent while we do not know it yet, or are no member any more. */
  readonly role?: Role;
  readonly history?: History;
  /** What is said now can be read by the members as they are, and by nobody else. False: it waits for a moment. */
  readonly secured?: boolean;
  /** The other one of a direct room. */
  readonly with?: Person;
  /**
   * Of a direct room beside the one that the two talk in, because both opened one at the same moment: the label of that one. What
   * is said or sent to this one goes there.
   */
  readonly continuesIn?: string;
  /** Invites that nobody has used yet. */
  readonly openInvites?: readonly { readonly id: string; readonly by: Person; readonly expiresAt: number }[];
  readonly joined: boolean;
  /** Own row included. */
  readonly memberCount: number;
  /** Since when this run of the daemon is in the room (Unix ms); absent while it is not. */
  readonly joinedAt?: number;
  /** IPv4 groups of this room: control first, then the bulk pool. */
  readonly groups: readonly string[];
  /** What others said and we have not read, counted up to 1000. */
  readonly unread: number;
  /** Everything up to there was read by us. */
  readonly readUpTo?: string;
  /** What is older goes from this machine; absent: nothing does. */
  readonly retentionDays?: number;
}

/** A private room that somebody let us into: nothing of it opens before we accept. */
export interface RoomOffer {
  readonly id: string;
  /** As whoever let us in calls it. */
  readonly name: string;
  readonly from: Person;
  /** Unix milliseconds. */
  readonly at: number;
}

export interface Settings {
  readonly language: 'en' | 'zh' | 'auto';
  readonly theme: 'light' | 'dark' | 'auto';
  /** How fast own files leave at most, in Mbit/s; absent: as fast as the network takes them. */
  readonly megabitsPerSecond?: number;
  /** How fast files leave for the room `classic`. */
  readonly classicKilobytesPerSecond?: number;
}

export interface Snapshot {
  readonly self: {
    readonly id: string;
    readonly name: string;
    /** Of the own badge, where one was chosen. */
    readonly colour?: number;
    /** False until the user chose one. */ readonly named: boolean;
  };
  readonly settings: Settings;
  readonly rooms: readonly RoomInfo[];
  readonly offers: readonly RoomOffer[];
  /** Of badges, as people chose them, by id: of those that were seen last, whether they are here now or not. */
  readonly colours: Readonly<Record<string, number>>;
  readonly members: Readonly<Record<string, readonly MemberInfo[]>>;
  readonly messages: readonly MessageInfo[];
  readonly transfers: readonly TransferInfo[];
  /** How far others have read, by room, as they said. */
  readonly readMarks: Readonly<Record<string, readonly ReadMark[]>>;
  readonly downloads: string;
  readonly profile: string;
  readonly interfaces: readonly InterfaceInfo[];
  readonly version: string;
}

export interface InterfaceInfo {
  readonly name: string;
  /** IPv4; where it has none, IPv6. */
  readonly address: string;
  /** Its IPv6 address beside an IPv4 one. */
  readonly ipv6?: string;
  readonly loopback: boolean;
}

export interface InviteInfo {
  /** The link, or the six words with spaces between them. Whoever has it can use it, once. */
  readonly invite: string;
  readonly words?: readonly string[];
  /** Unix milliseconds. */
  readonly expiresAt: number;
  /** Of the invite, without a margin: a row a text, `1` for dark. */
  readonly qr: readonly string[];
}

/** What each method returns in `Response.result`. */
export interface Results extends HistoryResults, NetworkResults {
  snapshot: Snapshot;
  'set-name': { readonly name: string };
  'set-colour': { readonly colour: number | null };
  'set-downloads': { readonly downloads: string };
  'set-settings': Settings;
  join: RoomInfo;
  'cancel-join': Record<never, never>;
  quit: RoomInfo;
  create: RoomInfo;
  leave: RoomInfo;
  forget: Record<never, never>;
  direct: RoomInfo;
  'accept-room': RoomInfo;
  'decline-room': Record<never, never>;
  /** How many. */
  'revoke-invite': { readonly revoked: number };
  invite: InviteInfo;
  add: Person;
  'set-role': Person & { readonly role: Role };
  'set-room': RoomInfo;
  verification: Verification;
  'set-verified': KnownMember;
  emoji: Person;
  'known-members': readonly KnownMember[];
  'forget-member': Person;
  /** `waiting`: the members present when it was said, whose `receipt` with `sequence` or more means "has it". */
  say: {
    readonly id: string;
    readonly sequence: number;
    readonly waiting: readonly { readonly id: string; readonly name: string }[];
    /** In `classic`: it has left, and nobody will ever say who has it. */
    readonly confirmed?: false;
  };
  members: readonly MemberInfo[];
  messages: readonly MessageInfo[];
  transfers: readonly TransferInfo[];
  probe: Record<never, never>;
  'send-path': TransferInfo;
  'send-paths': TransferInfo;
  accept: Record<never, never>;
  decline: Record<never, never>;
  cancel: Record<never, never>;
  pause: TransferInfo;
  resume: TransferInfo;
  retry: TransferInfo;
  rules: FileRules;
  'set-rules': FileRules;
  remove: Person;
  restore: Person;
  open: Record<never, never>;
  'show-in-folder': Record<never, never>;
  'file-link': { readonly url: string };
  'set-passphrase': { readonly isSet: boolean };
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
  readonly folder?: FolderInfo;
  readonly from: { readonly id: string; readonly name: string };
  readonly own: boolean;
  /** Own transfers: the receiver that this is about. */
  readonly member?: MemberShort;
  readonly unverified?: true;
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
      /** `removed`: from a private room, by one of its admins. */
      readonly reason: 'quit' | 'expired' | 'removed';
    }
  | ({ readonly type: 'message' } & MessageInfo)
  | HistoryEvent
  | { readonly type: 'receipt'; readonly room: string; readonly member: string; readonly sequence: number }
  | ({ readonly type: 'transfer-offered' | 'transfer-accepted' } & TransferShort)
  | ({ readonly type: 'transfer-progress'; readonly bytesDone: number } & TransferShort)
  | ({ readonly type: 'transfer-done'; readonly path?: string } & TransferShort)
  /** `waiting`: nobody who is there has more of it; it goes on by itself. */
  | ({ readonly type: 'transfer-waiting'; readonly reason: string } & TransferShort)
  /** `path`: what there is of an `incomplete` one of the room `classic`. */
  | ({ readonly type: 'transfer-failed'; readonly reason: string; readonly path?: string } & TransferShort)
  /** An own file for the room `classic` has left; nobody says who has it. */
  | ({ readonly type: 'transfer-sent'; readonly confirmed: false } & TransferShort)
  /** A member holds it back for a while. */
  | ({ readonly type: 'transfer-paused' } & TransferShort)
  /** Own: whoever sits at `member` is asked once more. Incoming: its sender asks us once more. */
  | ({ readonly type: 'transfer-asked-again' } & TransferShort)
  /** The whole new state of one transfer, beside the events above, so that a UI need not compute it. */
  | { readonly type: 'transfer-state'; readonly transfer: TransferInfo }
  /** The whole member list of a room, at most twice a second, after anything in it changed. */
  | { readonly type: 'members'; readonly room: string; readonly members: readonly MemberInfo[] }
  | { readonly type: 'room-joined' | 'room-quit'; readonly room: string; readonly info: RoomInfo }
  /** Of a private room: its name, our role, whether it is secured, its invites. */
  | { readonly type: 'room-changed'; readonly room: string; readonly info: RoomInfo }
  /** We are no member any more. `by`: who removed us. */
  | {
      readonly type: 'room-closed';
      readonly room: string;
      readonly reason: 'left' | 'removed';
      readonly by?: Person;
      readonly info: RoomInfo;
    }
  | { readonly type: 'room-forgotten'; readonly room: string }
  /** Somebody whom we added to a private room declined, and is removed from it where we may remove. */
  | { readonly type: 'member-declined'; readonly room: string; readonly member: Person }
  /** `accept-room` and `decline-room` answer it. */
  | ({ readonly type: 'room-offered' } & RoomOffer)
  /** It was accepted, declined, or had to make room for others. */
  | { readonly type: 'room-offer-ended'; readonly id: string }
  /** Shown already. `removal`: said by somebody after its removal. `us`: this profile does not want to see it. */
  | {
      readonly type: 'messages-hidden';
      readonly room: string;
      readonly ids: readonly string[];
      readonly by: 'removal' | 'us';
    }
  | {
      readonly type: 'emoji';
      readonly member: Person;
      /**
       * `asked`: the member wants to compare, answer `accept` or `cancel`. `waiting`: for the other one. `compare`: answer `same` or
       * `different`. `done`: the same, and so verified. `failed`: with a reason.
       */
      readonly stage: 'asked' | 'waiting' | 'compare' | 'done' | 'failed';
      /** Seven, with `compare`. */
      readonly emoji?: readonly EmojiShown[];
      readonly reason?: string;
    }
  /** Told once for each member and kind; `MemberInfo.warning` stays. */
  | { readonly type: 'identity-warning'; readonly member: Person; readonly warning: IdentityWarning }
  | { readonly type: 'verified-changed'; readonly member: Person; readonly verified: boolean }
  /** Of a `join` with an invite. `answered`: there is a sponsor, and the room is called so. */
  | {
      readonly type: 'invite-progress';
      readonly stage: 'stretching' | 'asking' | 'answered';
      readonly name?: string;
    }
  | ({ readonly type: 'self' } & Snapshot['self'])
  | { readonly type: 'downloads'; readonly downloads: string }
  | { readonly type: 'settings'; readonly settings: Settings }
  | { readonly type: 'rules'; readonly rules: FileRules }
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
