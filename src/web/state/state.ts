/** What the page knows. The daemon owns all of it but the notices and what is on its way to the daemon. */
import type {
  DaemonEvent,
  FolderInfo,
  IdentityWarning,
  InterfaceInfo,
  MemberInfo,
  MessageInfo,
  Person,
  ReadMark,
  RoomInfo,
  RoomOffer,
  Settings,
  Snapshot,
} from '../../contract/api.ts';
import type { Colours } from './colours.ts';
import { isClosed } from './people.ts';
import type { TransferRate } from './rates.ts';
import type { TimelineEntry } from './timeline.ts';

/**
 * `signed-out`: the page has no token that the daemon takes. `stopped`: the daemon said that it ends, and it has not
 * come back yet. `lost`: it is gone without a word.
 */
export type Connection = 'connecting' | 'open' | 'lost' | 'stopped' | 'signed-out';

/** A member list and when it came, so that *last heard* goes on counting between two lists. */
export interface MemberList {
  readonly members: readonly MemberInfo[];
  /** Milliseconds of the page's monotonic clock. */
  readonly receivedAt: number;
}

/** A file that the browser is handing to the daemon; once it has it, a transfer takes its place. */
export interface Upload {
  readonly key: number;
  readonly room: string;
  readonly name: string;
  readonly size: number;
  /** Of a folder, or several files as one. */
  readonly folder?: FolderInfo | undefined;
  /** What is in the folder is being looked at; it is not on its way yet. */
  readonly reading?: true;
  readonly bytesDone: number;
  readonly started: boolean;
}

export type NoticeBody =
  | {
      readonly kind: 'problem';
      readonly code: string;
      /** The daemon's own words, for a code that this page does not know. */
      readonly message: string;
      readonly values: Readonly<Record<string, string | number>>;
      /** Which act of the user it answers, where it does. */
      readonly about?: { readonly act: 'upload'; readonly name: string } | { readonly act: 'say' };
    }
  | { readonly kind: 'muted'; readonly room: string; readonly member: string; readonly name: string }
  | { readonly kind: 'warning'; readonly member: Person; readonly warning: IdentityWarning }
  | { readonly kind: 'emoji-asked'; readonly member: Person }
  | { readonly kind: 'declined'; readonly member: Person; readonly room: string }
  /** The sender of a file that we did not take asks once more. */
  | {
      readonly kind: 'asked-again';
      readonly member: Person;
      readonly transfer: string;
      readonly file: string;
    };

export type Notice = NoticeBody & { readonly key: number };

/** What is asked before it is done, because it cannot be undone. */
export type Confirmation =
  | { readonly act: 'remove' | 'make-owner'; readonly room: string; readonly member: Person }
  | { readonly act: 'step-down' | 'leave' | 'forget'; readonly room: string }
  | { readonly act: 'delete-message' | 'hide-message'; readonly room: string; readonly message: string };

/** The dialog that is open: one at a time. */
export type OpenDialog =
  | { readonly kind: 'create-room' | 'join-room' }
  /** `part`: which one is shown first. */
  | { readonly kind: 'settings'; readonly part?: 'sectionNetwork' }
  | { readonly kind: 'invite' | 'room-settings' | 'add-people'; readonly room: string }
  | { readonly kind: 'add-to-room' | 'verify'; readonly member: Person }
  | { readonly kind: 'warning'; readonly member: Person; readonly warning: IdentityWarning }
  | { readonly kind: 'delivery'; readonly transfer: string }
  | { readonly kind: 'search' | 'network' }
  | { readonly kind: 'react'; readonly message: MessageInfo }
  | { readonly kind: 'confirm'; readonly confirmation: Confirmation };

/** Something that happened on the network, as the daemon told it, and when by this computer's clock. */
export interface LoggedEvent {
  readonly key: number;
  /** Unix milliseconds. */
  readonly at: number;
  readonly event: DaemonEvent;
}

/** What the input line is for, where it is not for something new. */
export interface Composing {
  readonly mode: 'reply' | 'edit';
  readonly message: MessageInfo;
}

/** An entry to be brought into sight and shown for a moment. */
export interface Focus {
  readonly room: string;
  readonly id: string;
  /** Another one each time, so that the same entry can be asked for twice. */
  readonly key: number;
}

/** How far a comparison of pictures with somebody is. */
export type EmojiProgress = Pick<Extract<DaemonEvent, { type: 'emoji' }>, 'stage' | 'emoji' | 'reason'>;

/** Who came or went last: said aloud by screen readers, shown to nobody else. */
export interface Arrival {
  readonly key: number;
  readonly room: string;
  readonly name: string;
  readonly how: 'joined' | 'left' | 'expired' | 'removed';
}

export interface AppState {
  readonly connection: Connection;
  /** Undefined until the first snapshot has come. */
  readonly self: Snapshot['self'] | undefined;
  readonly settings: Settings;
  readonly rooms: readonly RoomInfo[];
  /** By room: the first entry that had not been seen when it was shown; a line stands above it until another is shown. */
  readonly firstUnread: Readonly<Record<string, string>>;
  /** Private rooms that others let the user into, not answered yet. */
  readonly offers: readonly RoomOffer[];
  /** The room that is shown. */
  readonly room: string;
  readonly members: Readonly<Record<string, MemberList>>;
  readonly colours: Colours;
  readonly timelines: Readonly<Record<string, readonly TimelineEntry[]>>;
  /** By room: where the page before what is here begins; null where there is none. Absent until one was asked for. */
  readonly older: Readonly<Record<string, string | null>>;
  /**
   * By room: where the page behind what is here begins. While it is there, a stretch from the middle of the history is shown, and
   * what is said now is not put behind it. Absent: the end of the room is here.
   */
  readonly newer: Readonly<Record<string, string>>;
  /** Counts how often another stretch took the place of what was here. */
  readonly stretch: number;
  readonly focus: Focus | undefined;
  /** Entries of others that were not seen, as the daemon counts them for all tabs and clients, and what has come since. */
  readonly unread: Readonly<Record<string, number>>;
  /** Is the end of the shown room in sight? */
  readonly following: boolean;
  /** By room: how far others have read. */
  readonly readMarks: Readonly<Record<string, readonly ReadMark[]>>;
  /** By room and member: until when somebody counts as typing, by the page's monotonic clock. */
  readonly typing: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** By room. */
  readonly composing: Readonly<Record<string, Composing>>;
  /** Private rooms that others let the user into, not looked at yet. */
  readonly fresh: readonly string[];
  /** Is the page in sight? What comes while it is not is unread, also in the room that it shows. */
  readonly visible: boolean;
  readonly dialog: OpenDialog | undefined;
  /** By id of the member. */
  readonly emoji: Readonly<Record<string, EmojiProgress>>;
  /** How far the join by invite is that is under way. */
  readonly joining: JoinProgress | undefined;
  readonly interfaces: readonly InterfaceInfo[];
  /** The daemon said that there is no network, and none has come since. */
  readonly networkNone: boolean;
  readonly downloads: string;
  readonly profile: string;
  readonly version: string;
  readonly uploads: readonly Upload[];
  /** By transfer: how fast it moves, while it does. */
  readonly rates: Readonly<Record<string, TransferRate>>;
  readonly notices: readonly Notice[];
  readonly arrival: Arrival | undefined;
  /** Since the page was opened; the oldest go first. */
  readonly events: readonly LoggedEvent[];
  /** Keys of notices, uploads and arrivals. */
  readonly nextKey: number;
}

export const LOBBY = 'lobby';

export const initialState: AppState = {
  connection: 'connecting',
  self: undefined,
  settings: { language: 'auto', theme: 'auto' },
  rooms: [],
  offers: [],
  room: LOBBY,
  members: {},
  colours: {},
  timelines: {},
  older: {},
  newer: {},
  stretch: 0,
  focus: undefined,
  unread: {},
  following: true,
  readMarks: {},
  typing: {},
  composing: {},
  firstUnread: {},
  fresh: [],
  visible: true,
  dialog: undefined,
  emoji: {},
  joining: undefined,
  interfaces: [],
  networkNone: false,
  downloads: '',
  profile: '',
  version: '',
  uploads: [],
  rates: {},
  notices: [],
  arrival: undefined,
  events: [],
  nextKey: 1,
};

/** What the daemon says about the join by invite that is under way. */
export type JoinProgress = Pick<Extract<DaemonEvent, { type: 'invite-progress' }>, 'stage' | 'name'>;

/** Where nothing is known yet: one object, so that a selector that returns it is stable. */
export const NO_MEMBERS: MemberList = { members: [], receivedAt: 0 };
export const NO_MARKS: readonly ReadMark[] = [];
export const NO_ENTRIES: readonly TimelineEntry[] = [];

export function shownRoom(state: AppState): RoomInfo | undefined {
  return state.rooms.find((info) => info.room === state.room);
}

export function isJoined(state: AppState): boolean {
  return shownRoom(state)?.joined === true;
}

/** May the user write and send there now? */
export const canSpeak = (state: AppState): boolean =>
  canSend(state) && shownRoom(state)?.continuesIn === undefined;

/** May the user do anything in the room now? */
export function canSend(state: AppState): boolean {
  return state.connection === 'open' && isJoined(state) && !isClosed(shownRoom(state));
}
